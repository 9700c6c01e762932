"""What a patient settles on her own page: each yes and no with its very words, hours, order, language, detail."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent
from patients.domain.links import LinkScope
from patients.domain.profile import Owner
from patients.models import CoordinatorTask, Patient, TaskKind
from tests.support import builders as make
from tests.support import portal

pytestmark = pytest.mark.django_db


def settle(patient: Patient, act: str, **fields: Any) -> Any:
    return portal.send(portal.root(patient), to="preferences/", act=act, **fields)


def box(patient: Patient, purpose: Purpose) -> str:
    return f"{patient.contacts.get().pk}-{purpose}"


def test_it_records_a_yes_in_the_very_words_of_the_page_with_the_warning_accepted() -> None:
    patient = portal.somebody(language="es")
    reminders, warnings = box(patient, Purpose.REMINDERS), box(patient, Purpose.WARNINGS)
    assert settle(patient, "choices", was=[reminders], on=[reminders, warnings]).status_code == 303
    event = ConsentEvent.objects.latest("pk")
    assert (event.purpose, event.granted, event.source, event.language) == ("warnings", True, "page", "es")
    assert event.unencrypted_ok
    assert event.wording_version.startswith("page-")
    html = portal.look(f"{portal.root(patient)}preferences/")
    for sentence in event.wording.split(". "):
        assert sentence.split(": ")[-1].rstrip(".") in html
    assert consent.state(make.PHONE, Purpose.WARNINGS)


def test_it_records_a_no_and_leaves_alone_what_was_not_touched() -> None:
    patient = portal.somebody()
    reminders = box(patient, Purpose.REMINDERS)
    before = ConsentEvent.objects.count()
    settle(patient, "choices", was=[reminders], on=[reminders])
    assert ConsentEvent.objects.count() == before
    settle(patient, "choices", was=[reminders])
    assert not consent.state(make.PHONE, Purpose.REMINDERS)
    # A page that lay open since before: its box was on, and nobody touched it.
    settle(patient, "choices", was=[reminders], on=[reminders])
    assert not consent.state(make.PHONE, Purpose.REMINDERS)


def test_it_stops_everything_after_one_question() -> None:
    patient = portal.somebody(make.PHONE, make.MAILBOX)
    make.contact(patient, "+12025550133", owner=Owner.CAREGIVER, owner_name="Ana")
    assert "Yes, stop all messages" in portal.look(f"{portal.root(patient)}stop/")
    assert consent.state(make.PHONE, Purpose.REMINDERS)
    response = portal.send(portal.root(patient), to="stop/")
    assert "We will not send you messages any more" in portal.look(response["Location"])
    pairs = [(address, purpose) for address in (make.PHONE, make.MAILBOX) for purpose in (Purpose.REMINDERS,)]
    assert consent.allowed(pairs) == set()
    assert consent.state("+12025550133", Purpose.REMINDERS)
    assert CoordinatorTask.objects.filter(kind=TaskKind.OPT_OUT).exists()


def test_it_narrows_the_hours_within_the_clinics_and_keeps_what_it_must_refuse_on_the_page() -> None:
    patient = portal.somebody()
    settle(patient, "hours", begins="10:00", ends="18:00")
    patient.refresh_from_db()
    assert patient.hours == (time(10), time(18))
    for begins, ends in [("18:00", "10:00"), ("07:00", "12:00"), ("10:00", ""), ("x", "y"), ("10:17", "11:00")]:
        response = settle(patient, "hours", begins=begins, ends=ends)
        assert response.status_code == 422
        assert "Please choose both times" in response.content.decode()
    assert 'value="18:00" selected' in settle(patient, "hours", begins="18:00", ends="10:00").content.decode()
    settle(patient, "hours", begins="", ends="")
    patient.refresh_from_db()
    assert (patient.messages_from, patient.messages_until) == (None, None)


def test_it_puts_one_of_her_own_contacts_first_and_never_a_caregivers() -> None:
    patient = portal.somebody(make.PHONE, make.MAILBOX)
    sister = make.contact(patient, "+12025550133", owner=Owner.CAREGIVER, owner_name="Ana", position=9)
    mailbox = patient.contacts.get(address=make.MAILBOX)
    assert settle(patient, "first", first=mailbox.pk).status_code == 303
    assert [each.address for each in patient.contacts.all()] == [make.MAILBOX, make.PHONE, "+12025550133"]
    assert settle(patient, "first", first=sister.pk).status_code == 422
    assert settle(patient, "first", first="x").status_code == 422


def test_it_changes_the_language_of_messages() -> None:
    patient = portal.somebody()
    settle(patient, "language", language="es")
    assert settle(patient, "language", language="xx").status_code == 422
    patient.refresh_from_db()
    assert patient.language == "es"


def test_it_asks_the_clinic_for_detail_and_switches_nothing_itself() -> None:
    patient = portal.somebody()
    for _ in range(2):
        settle(patient, "detail", detail="yes")
    patient.refresh_from_db()
    assert patient.detail_agreed_at is None
    task = CoordinatorTask.objects.get(kind=TaskKind.PAGE_REQUEST)
    settle(patient, "detail", detail="no")
    task.refresh_from_db()
    assert task.done_at is not None


def test_it_switches_detail_where_the_clinic_allows_it() -> None:
    patient = portal.somebody()
    patient.clinic.allows_detail = True
    patient.clinic.save()
    settle(patient, "detail", detail="yes")
    patient.refresh_from_db()
    assert patient.detail_agreed_at is not None
    assert not CoordinatorTask.objects.exists()
    settle(patient, "detail", detail="no")
    patient.refresh_from_db()
    assert patient.detail_agreed_at is None


def test_it_shows_no_whole_address_and_gives_a_caregiver_no_preferences() -> None:
    patient = portal.somebody(make.PHONE, make.MAILBOX)
    html = portal.look(f"{portal.root(patient)}preferences/")
    assert make.PHONE not in html
    assert make.MAILBOX not in html
    assert make.PHONE[-4:] in html
    theirs = portal.root(patient, scope=LinkScope.CAREGIVER)
    assert "preferences/" not in portal.look(theirs)
    for page in ("preferences/", "stop/"):
        assert portal.look(f"{theirs}{page}", status=404)
        assert portal.send(theirs, to=page, act="choices").status_code == 404
    assert consent.state(make.PHONE, Purpose.REMINDERS)


def test_it_goes_on_with_what_was_typed_when_the_date_of_birth_has_to_be_given_again() -> None:
    patient = portal.somebody(asks=True)
    where = portal.root(patient)
    asked = portal.send(where, to="preferences/", act="hours", begins="10:00", ends="18:00")
    html = asked.content.decode()
    assert 'autocomplete="bday-year"' in html
    assert 'name="begins" value="10:00"' in html
    portal.send(where, to="preferences/", act="hours", begins="10:00", ends="18:00", **portal.BIRTH)
    patient.refresh_from_db()
    assert patient.hours == (time(10), time(18))
