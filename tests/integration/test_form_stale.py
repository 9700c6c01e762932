"""Two people at one row: the second is told what the first changed, by whom, and chooses; nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from patients.models import ContactPoint, Patient
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, superuser


def _desk(name: str) -> Desk:
    client = Client()
    client.force_login(superuser(name))
    return Desk(client)


@pytest.fixture
def two(db: None) -> tuple[Desk, Desk]:
    return _desk("ana"), _desk("bea")


def _text(response: HttpResponse) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def _open(desk: Desk, patient: Patient) -> tuple[str, dict[str, Any]]:
    path = f"patients/patient/{patient.pk}/change/"
    return path, desk.filled(path, "patient_form")


def test_it_saves_nothing_and_says_what_the_other_changed_and_who_it_was(two: tuple[Desk, Desk]) -> None:
    first, second = two
    patient = make.patient()
    path, hers = _open(second, patient)
    _, theirs = _open(first, patient)
    first.told(first.post(path, **theirs | {"family_name": "Lux"}))
    page = _text(second.post(path, **hers | {"given_name": "Rosario"}))
    assert "Somebody else changed this" in page
    assert "it was “Luz” when you opened the page, and is “Lux” now" in page
    assert "Changed by ana" in page
    assert 'value="Rosario"' in page, "what she typed still stands"
    stored = Patient.objects.get()
    assert (stored.given_name, stored.family_name) == ("Rosa", "Lux")


def _conflict(two: tuple[Desk, Desk], patient: Patient, **typed: str) -> tuple[str, dict[str, Any]]:
    """The page that tells her, and what its form holds."""
    first, second = two
    path, hers = _open(second, patient)
    _, theirs = _open(first, patient)
    first.told(first.post(path, **theirs | {"family_name": "Lux"}))
    response = second.post(path, **hers | typed)
    return path, second.held(response, "patient_form")


def test_it_saves_hers_and_keeps_theirs_where_she_typed_nothing(two: tuple[Desk, Desk]) -> None:
    path, form = _conflict(two, make.patient(), given_name="Rosario")
    assert form["_take:family_name"] == ["theirs"], "she had not touched it"
    two[1].told(two[1].post(path, **form))
    stored = Patient.objects.get()
    assert (stored.given_name, stored.family_name) == ("Rosario", "Lux")


def test_it_lets_her_save_hers_over_theirs(two: tuple[Desk, Desk]) -> None:
    path, form = _conflict(two, make.patient(), family_name="Lumen")
    assert form["_take:family_name"] == ["mine"]
    two[1].told(two[1].post(path, **form))
    assert Patient.objects.get().family_name == "Lumen"


def test_it_lets_her_take_theirs_over_hers(two: tuple[Desk, Desk]) -> None:
    path, form = _conflict(two, make.patient(), family_name="Lumen")
    two[1].told(two[1].post(path, **form | {"_take:family_name": "theirs"}))
    assert Patient.objects.get().family_name == "Lux"


def test_it_says_nothing_where_both_typed_the_same(two: tuple[Desk, Desk]) -> None:
    first, second = two
    patient = make.patient()
    path, hers = _open(second, patient)
    first.told(first.post(path, **_open(first, patient)[1] | {"family_name": "Lux"}))
    second.told(second.post(path, **hers | {"family_name": "Lux"}))


def test_it_counts_the_rows_beneath(two: tuple[Desk, Desk]) -> None:
    patient = make.patient(make.PHONE)
    path, hers = _open(two[1], patient)
    ContactPoint.objects.update(address="+12025550177")
    page = _text(two[1].post(path, **hers | {"given_name": "Rosario"}))
    assert "address: +12025550111" in page
    assert "address: +12025550177" in page
    assert ContactPoint.objects.get().address == "+12025550177"
    assert Patient.objects.get().given_name == "Rosa"


def test_it_tells_before_the_page_that_shows_what_a_schedule_would_become(two: tuple[Desk, Desk]) -> None:
    schedule = course()
    path = f"reminders/schedule/{schedule.pk}/change/"
    hers = two[1].filled(path, "schedule_form")
    two[0].told(two[0].edit(path, "schedule_form", location="Room 4"))
    page = _text(two[1].post(path, **hers | {"number_of_visits": "3"}))
    assert "Somebody else changed this" in page
    assert "Room 4" in page
    schedule.refresh_from_db()
    assert (schedule.location, schedule.number_of_visits) == ("Room 4", 6)


def test_it_takes_no_values_that_were_made_up(two: tuple[Desk, Desk]) -> None:
    patient = make.patient()
    path, form = _open(two[1], patient)
    assert len(form["shown_values"]) > 40
    two[1].told(two[1].post(path, **form | {"shown_values": "made:up:here", "given_name": "Eva"}))
    assert Patient.objects.get().given_name == "Eva"
