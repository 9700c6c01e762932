"""In the admin a contact that does not work says so, can be tried again, and every try of a reminder is seen."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from messaging import faults
from messaging.domain.delivery import Channel, Status
from messaging.models import AddressFault, Message
from patients.models import Patient
from reminders.following import follow_up
from reminders.models import PlannedReminder
from reminders.release import release_due
from tests.support import builders as make
from tests.support.admin_pages import Desk, superuser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
WORDS = "number is not in use"


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


@pytest.fixture
def patient() -> Patient:
    made = make.patient(make.PHONE, make.MAILBOX)
    faults.note(Channel.SMS, make.PHONE, code="30005", words=WORDS, now=make.NOW)
    return made


def try_again_path(patient: Patient) -> str:
    return f"reminders/schedule/contacts/{patient.contacts.get(address=make.PHONE).pk}/try-again/"


def test_the_page_of_the_patient_says_what_does_not_work_since_when_and_why(desk: Desk, patient: Patient) -> None:
    page = html.unescape(desk.see(f"patients/patient/{patient.pk}/change/"))
    assert f"does not work since 10 Jun 2026 ({WORDS})" in page
    assert f"/admin/{try_again_path(patient)}" in page
    assert page.count("does not work since") == 1


def test_the_list_of_patients_says_so_too(desk: Desk, patient: Patient) -> None:
    make.patient("+12025550119", family_name="Well")
    page = desk.see("patients/patient/")
    assert page.count("phone does not work") == 1


def test_a_person_lets_it_be_tried_again_and_is_named(desk: Desk, patient: Patient) -> None:
    assert WORDS in desk.see(try_again_path(patient))
    assert desk.told(desk.send(try_again_path(patient))) == "It is used again from now on."
    assert AddressFault.objects.get().cleared_by == "boss"
    assert not faults.standing({(Channel.SMS, make.PHONE)})
    assert "Nothing stands against this contact any more." in desk.send(try_again_path(patient)).content.decode()


def test_who_may_only_look_clears_nothing(client: Client, patient: Patient) -> None:
    watcher = get_user_model().objects.create_user("watcher", password="pw", is_staff=True)
    watcher.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(watcher)
    assert client.post(f"/admin/{try_again_path(patient)}").status_code == 403
    assert faults.standing({(Channel.SMS, make.PHONE)})


def test_every_try_is_seen_on_the_reminder_and_on_the_patients_page(desk: Desk) -> None:
    make.ladder()
    patient = make.patient(make.PHONE)
    make.contact(patient, "+12025550113", position=2, owner="caregiver", owner_name="Ana Luz")
    make.planned_schedule(patient)
    due = make.ny("2026-06-16 09:00")
    PlannedReminder.objects.exclude(rule__code="day_before", channel="sms", visit__number=1).delete()
    release_due(now=due)
    Message.objects.update(status=Status.FAILED, reason="no such number", finished_at=due)
    follow_up(now=due)
    coming = desk.see(f"reminders/plannedreminder/{PlannedReminder.objects.get().pk}/change/")
    assert "text to the patient&#x27;s phone 1: " in coming
    release_due(now=due + timedelta(seconds=10))
    page = html.unescape(desk.see(f"patients/patient/{patient.pk}/change/"))
    assert "text to the phone of Ana Luz" in page
    assert "before that, text to the patient's phone 1: failed (no such number)" in page
    reminder = PlannedReminder.objects.get()
    seen = desk.see(f"reminders/plannedreminder/{reminder.pk}/change/")
    assert seen.index("patient&#x27;s phone 1") < seen.index("the phone of Ana Luz")
