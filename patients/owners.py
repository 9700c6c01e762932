"""Names that other rooms show without knowing patients: they find these functions by the settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models.functions import Lower
from django.urls import reverse

from patients.domain.address import national
from patients.models import Clinic, ContactPoint
from staff.scope import within


def names() -> dict[str, str]:
    """Name of every clinic by its id as text."""
    return {str(pk): name for pk, name in Clinic.objects.values_list("pk", "name")}


def who_we_are(address: str) -> dict[str, str]:
    """How the clinic of whoever has `address` is called, and its daytime line; the first clinic's for a stranger.

    `owner` is the clinic's id where the address is known.
    """
    contact = ContactPoint.objects.filter(address=address).select_related("patient__clinic").order_by("pk").first()
    clinic = contact.patient.clinic if contact else Clinic.objects.order_by("pk").first()
    if clinic is None:
        return {}
    named = {"clinic": clinic.short_name, "phone": national(str(clinic.daytime_line or ""))}
    return named | ({"owner": str(clinic.pk)} if contact else {})


def of_addresses(addresses: Sequence[str], user: Any) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The patients of each address (mailboxes in lower case) whom `user` may see, each with the address of its page."""
    found: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    known = ContactPoint.objects.annotate(plain=Lower("address")).filter(plain__in=list(addresses))
    own = within(known, user, "patient__clinic")
    for contact in own.select_related("patient").order_by("patient_id"):
        page = reverse("admin:patients_patient_change", args=[contact.patient_id])
        found[contact.address.lower()][contact.patient_id] = (str(contact.patient), page)
    return {address: list(patients.values()) for address, patients in found.items()}
