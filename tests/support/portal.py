"""A patient's own page as a test opens it and sends its forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from patients import links
from patients.domain.links import LinkScope
from patients.models import ContactPoint, Patient, PatientLink
from portal.proofs import form_proof
from tests.support import builders as make

BORN = date(1951, 3, 9)
BIRTH: dict[str, Any] = {"birth_day": "9", "birth_month": "3", "birth_year": "1951"}


def somebody(*addresses: str, asks: bool = False, born: date | None = BORN, **changes: Any) -> Patient:
    """A patient whose clinic asks for the date of birth, or not."""
    patient = make.patient(*(addresses or (make.PHONE,)), date_of_birth=born, **changes)
    patient.clinic.asks_birth_date = asks
    patient.clinic.save()
    return patient


def link_to(patient: Patient, *, scope: LinkScope = LinkScope.PAGE, now: datetime | None = None) -> PatientLink:
    """A link of the patient's first contact."""
    contact = cast("ContactPoint", patient.contacts.first())
    return links.open_link(patient, contact, now=now or timezone.now(), scope=scope)


def root(patient: Patient, **how: Any) -> str:
    """Where the patient's pages begin."""
    return f"/p/{link_to(patient, **how).token}/"


def look(where: str, client: Client | None = None, status: int = 200) -> str:
    """A page as it is shown."""
    response = (client or Client()).get(where)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def key_of(where: str) -> str:
    """What the forms of these pages carry."""
    return form_proof(where.split("/")[2])


def send(where: str, client: Client | None = None, *, to: str = "", **fields: Any) -> HttpResponse:
    """Send one of the forms of a page, as a browser that checks for forgery would have to."""
    client = client or Client(enforce_csrf_checks=True)
    return cast("HttpResponse", client.post(f"{where}{to}", {"proof": key_of(where), **fields}))
