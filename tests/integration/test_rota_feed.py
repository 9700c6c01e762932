"""The calendar feed of a responder: her shifts, nobody's patients, and a key that can be renewed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from alerts.models import Responder, Rota
from alerts.rota.feed import feed
from tests.support import builders as make
from tests.support import rota as on_call

pytestmark = pytest.mark.django_db

NOW = make.ny("2026-06-10 09:00")


def events(person: Responder) -> list[Any]:
    return list(Calendar.from_ical(feed(person, now=NOW)).walk("VEVENT"))


def path(person: Responder) -> str:
    return reverse("alerts:oncall_feed", args=[person.calendar_token])


def test_it_holds_her_shifts_whole_and_no_others() -> None:
    _, (_, bea, _) = on_call.weekly()
    found = events(bea)
    assert [(event.decoded("dtstart"), event.decoded("dtend")) for event in found[:2]] == [
        (make.ny("2026-06-08 08:00"), make.ny("2026-06-15 08:00")),
        (make.ny("2026-06-29 08:00"), make.ny("2026-07-06 08:00")),
    ]
    assert len(found) == 6
    assert str(found[0]["summary"]) == "On call: nurse (Bayside)"


def test_an_override_changes_it_and_the_rest_keeps_its_names() -> None:
    made, (_, bea, cat) = on_call.weekly()
    before = {str(event["uid"]) for event in events(bea)}
    on_call.override(made, cat, "2026-06-29 08:00", "2026-07-06 08:00")
    after = {str(event["uid"]) for event in events(bea)}
    assert len(before - after) == 1
    assert after < before
    assert (make.ny("2026-06-29 08:00")) in [event.decoded("dtstart") for event in events(cat)]


def test_shifts_of_every_role_are_in_it_in_her_language() -> None:
    _, (_, bea, _) = on_call.weekly()
    Responder.objects.filter(pk=bea.pk).update(language="es")
    bea.refresh_from_db()
    on_call.rotation(Rota.objects.create(clinic=make.clinic(), role="charge"), bea)
    assert {str(event["summary"]) for event in events(bea)} == {
        "Guardia: enfermera (Bayside)",
        "Guardia: jefa de enfermeras (Bayside)",
    }


def test_it_is_served_as_a_calendar_that_nobody_keeps_or_lists(client: Client) -> None:
    _, (_, bea, _) = on_call.weekly()
    response = client.get(path(bea))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert path(bea) == f"/oncall/{bea.calendar_token}.ics"
    assert client.post(path(bea)).status_code == 405


def test_a_wrong_or_old_address_and_one_of_somebody_who_left_show_nothing(client: Client) -> None:
    _, (ana, bea, _) = on_call.weekly()
    old = path(bea)
    bea.calendar_token = "another"
    bea.save()
    assert client.get(old).status_code == 404
    assert client.get("/oncall/x.ics").status_code == 404
    Responder.objects.filter(pk=ana.pk).update(is_active=False)
    assert client.get(path(ana)).status_code == 404


@pytest.mark.parametrize("token", ["%00", "a%00b", "%ED%A0%80", "%ff", "a" * 3000])
def test_an_address_that_no_database_can_look_for_is_no_calendar(client: Client, token: str) -> None:
    assert client.get(f"/oncall/{token}.ics").status_code == 404


def test_it_says_nothing_about_patients_or_numbers() -> None:
    _, (_, bea, _) = on_call.weekly()
    on_call.alert(make.patient(given_name="Rosa", family_name="Luz"))
    text = feed(bea, now=NOW).decode()
    for secret in ("Rosa", "Luz", "R. L.", bea.phone, bea.email):
        assert secret not in text


def test_a_calendar_reaches_two_weeks_back_and_four_months_ahead_and_shows_turns_whole() -> None:
    _, (ana,) = on_call.weekly("Ana Ruiz")
    on_call.override(Rota.objects.get(), on_call.nurse("Bea"), "2026-06-20 08:00", "2026-06-21 08:00")
    found = [(event.decoded("dtstart"), event.decoded("dtend")) for event in events(ana)]
    assert found[0] == (make.ny("2026-06-01 08:00"), make.ny("2026-06-08 08:00"))
    assert (make.ny("2026-06-15 08:00"), make.ny("2026-06-20 08:00")) in found
    assert (make.ny("2026-06-21 08:00"), make.ny("2026-06-22 08:00")) in found
    assert found[-1][1] > NOW + timedelta(days=119)
    assert found[-1][1] - found[-1][0] == timedelta(days=7)


def test_a_shift_keeps_its_name_from_one_look_to_the_next() -> None:
    _, (ana,) = on_call.weekly("Ana Ruiz")
    first = {str(event["uid"]) for event in events(ana)}
    later = {str(e["uid"]) for e in Calendar.from_ical(feed(ana, now=NOW + timedelta(hours=5))).walk("VEVENT")}
    assert first == later
