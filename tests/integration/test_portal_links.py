"""How the link to her own page comes to a patient: she texts for it, or staff send it; and how staff end it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from messaging import consent, inbound
from messaging.domain.delivery import Purpose
from messaging.models import InboundMessage, Message
from patients.domain.profile import Owner
from patients.models import CoordinatorTask, PatientLink
from tests.support import builders as make
from tests.support import portal
from tests.support.admin_pages import Desk, errors, superuser

pytestmark = pytest.mark.django_db


def text(body: str, sid: str = "SM1", number: str = make.PHONE) -> str | None:
    arrival = inbound.Arrival(provider_id=sid, from_address=number, to_address="+12025550100", body=body)
    return inbound.receive(arrival, now=timezone.now())


@pytest.mark.parametrize("body", ["page", "PAGE.", "Send me the link please", "Página", "mi enlace por favor"])
def test_it_answers_a_text_that_asks_for_the_page_with_a_link_that_opens(body: str) -> None:
    portal.somebody()
    assert text(body) == "page_link"
    (message,) = Message.objects.all()
    assert (message.purpose, message.template) == (Purpose.REPLIES, "page_link")
    path = re.search(r"https://clinic.example(/p/[\w-]+/)", message.body)
    assert path
    assert Client().get(path[1]).status_code == 200
    # It is dealt with: no task, and no "a person will read this".
    assert not CoordinatorTask.objects.exists()


def test_it_answers_those_who_share_a_phone_with_a_link_each() -> None:
    patient = portal.somebody(language="es")
    other = portal.somebody("+12025550188", clinic=patient.clinic)
    make.contact(other, make.PHONE, owner=Owner.CAREGIVER, owner_name="Ana")
    assert text("page") == "page_link"
    assert Message.objects.count() == 2
    assert sorted(PatientLink.objects.values_list("scope", flat=True)) == ["caregiver", "page"]


@pytest.mark.parametrize("body", ["page me if my legs go numb", "what page is it on", "my legs are numb. link please"])
def test_it_leaves_words_that_say_more_to_others(body: str) -> None:
    portal.somebody()
    assert text(body) != "page_link"


def test_it_sends_a_stranger_nothing() -> None:
    assert text("page", number="+12025550199") != "page_link"
    assert InboundMessage.objects.get().disposition
    assert not Message.objects.filter(template="page_link").exists()


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


def test_staff_send_the_link_by_text_and_by_mail(desk: Desk) -> None:
    patient = portal.somebody(make.PHONE, make.MAILBOX)
    for contact in patient.contacts.all():
        desk.told(desk.send(f"patients/patientlink/send/{contact.pk}/"))
    assert sorted(Message.objects.values_list("channel", "purpose")) == [("email", "reminders"), ("sms", "reminders")]
    html = desk.see(f"patients/patient/{patient.pk}/change/")
    assert "The patient’s own page" in html
    assert PatientLink.objects.first().token not in html  # type: ignore[union-attr]


def test_staff_send_nothing_that_was_not_agreed_to_unless_it_is_asked_for(desk: Desk) -> None:
    patient = portal.somebody()
    contact = patient.contacts.get()
    consent.record(contact.address, Purpose.REMINDERS, granted=False, source="staff", wording="no", now=timezone.now())
    where = f"patients/patientlink/send/{contact.pk}/"
    assert "not agreed" in str(errors(desk.send(where)))
    desk.told(desk.send(where, asked="on"))
    assert Message.objects.get().purpose == Purpose.REPLIES
    consent.revoke_everything(contact.address, source="text", wording="STOP", now=timezone.now())
    assert "opted out" in str(errors(desk.send(where, asked="on")))


def test_staff_revoke_one_link_or_all(desk: Desk) -> None:
    patient = portal.somebody()
    link = portal.link_to(patient)
    reason = {"reason": "Phone lost"}
    desk.told(desk.send(f"patients/patientlink/{link.pk}/revoke/", **reason))
    assert Client().get(f"/p/{link.token}/").status_code == 410
    assert errors(desk.send(f"patients/patientlink/{link.pk}/revoke/", **reason))
    assert "Phone lost" in desk.see(f"patients/patient/{patient.pk}/change/")
    other = portal.root(patient)
    desk.told(desk.send(f"patients/patientlink/revoke-all/{patient.pk}/", **reason))
    assert Client().get(other).status_code == 410


def test_who_may_not_change_patients_sends_and_revokes_nothing(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("temp", is_staff=True))
    patient = portal.somebody()
    link = portal.link_to(patient)
    for path in (f"send/{patient.contacts.get().pk}", f"{link.pk}/revoke", f"revoke-all/{patient.pk}"):
        assert client.post(f"/admin/patients/patientlink/{path}/", {"reason": "x"}).status_code == 403
    assert Client().get(f"/p/{link.token}/").status_code == 200
