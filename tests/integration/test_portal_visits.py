"""The visits on a patient's own page: confirmed, asked to be moved, ticked off, taken along in a calendar."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from icalendar import Calendar

from messaging.models import InboundMessage
from patients.domain.links import LinkScope
from patients.models import CoordinatorTask, Patient, TaskKind
from reminders import services
from reminders.catalogue.lines import BLOOD_TEST, FLUIDS, SPANISH
from reminders.models import TickedTask, Visit
from tests.support import builders as make
from tests.support import portal
from tests.support.admin_pages import course

pytestmark = pytest.mark.django_db


def somebody(**changes: Any) -> tuple[Patient, Visit, str]:
    """A patient with a course of visits, the first of them, and where her pages begin."""
    patient = portal.somebody(**changes)
    schedule = course(patient, location="Infusion Center, 3rd floor")
    schedule.treatment.before_visit_tasks = [BLOOD_TEST, FLUIDS, "Our own line"]
    schedule.treatment.save()
    return patient, make.visit(schedule), portal.root(patient)


def answer(where: str, visit: Visit, act: str, **fields: Any) -> Any:
    return portal.send(where, to=f"visit/{visit.uuid}/", act=act, **{"sequence": visit.sequence} | fields)


def test_it_shows_the_visits_to_come_with_place_and_tasks_and_names_no_treatment() -> None:
    _, visit, where = somebody()
    html = portal.look(where)
    assert "Infusion Center, 3rd floor" in html
    assert "9:30" in html
    assert BLOOD_TEST in html
    assert visit.schedule.treatment.name not in html
    assert "infusion." not in html.lower()


def test_it_speaks_spanish_throughout() -> None:
    _, _, where = somebody(language="es")
    html = portal.look(where)
    assert "Sí, voy a ir" in html
    assert SPANISH[BLOOD_TEST] in html
    assert "Yes" not in html


def test_it_names_the_treatment_only_where_clinic_and_patient_agree() -> None:
    patient, visit, where = somebody()
    name = visit.schedule.treatment.name
    patient.detail_agreed_at = timezone.now()
    patient.save()
    assert name not in portal.look(where)
    patient.clinic.allows_detail = True
    patient.clinic.save()
    assert name in portal.look(where)
    assert name not in portal.look(portal.root(patient, scope=LinkScope.CAREGIVER))
    # Nobody can prove to be the patient where no date of birth is on file.
    patient.clinic.asks_birth_date = True
    patient.clinic.save()
    patient.date_of_birth = None
    patient.save()
    assert name not in portal.look(where)


def test_it_confirms_a_visit_however_often_the_button_is_pressed() -> None:
    _, visit, where = somebody()
    for _ in range(2):
        response = answer(where, visit, "confirm")
        assert response.status_code == 303
    visit.refresh_from_db()
    assert visit.confirmed_at is not None
    html = portal.look(response["Location"])
    assert "Thank you. The visit is confirmed." in html
    assert "Confirmed. See you then." in html


def test_it_passes_a_wish_for_another_time_on_with_its_words_and_lets_the_triage_read_them() -> None:
    patient, visit, where = somebody()
    words = "Thursday please, I have no ride"
    for _ in range(2):
        assert answer(where, visit, "move", words=words).status_code == 303
    task = CoordinatorTask.objects.get(kind=TaskKind.MOVE_REQUEST)
    assert words in task.detail
    text = InboundMessage.objects.get()
    assert (text.source, text.on_behalf_of, text.body) == ("page", str(patient.pk), words)
    assert text.disposition
    assert "You asked for another time" in portal.look(where)
    answer(where, visit, "confirm")
    task.refresh_from_db()
    assert task.done_at is not None


def test_it_raises_a_red_flag_from_words_that_were_meant_for_a_new_time() -> None:
    _, visit, where = somebody()
    response = answer(where, visit, "move", words="cannot come, my legs are numb and I cannot walk since this morning")
    assert "said=alert" in response["Location"]
    assert InboundMessage.objects.get().disposition.startswith("alert")


def test_it_shows_the_new_time_and_asks_again_when_the_visit_was_moved_meanwhile() -> None:
    _, visit, where = somebody()
    services.move_visit(visit, on=visit.on + timedelta(days=1), clock=visit.clock, now=timezone.now())
    response = answer(where, visit, "move", words="Friday <b>please</b>")
    html = response.content.decode()
    assert response.status_code == 409
    assert "The time of this visit has changed" in html
    assert "Friday &lt;b&gt;please&lt;/b&gt;" in html
    assert not CoordinatorTask.objects.exists()
    fresh = make.visit(visit.schedule)
    assert fresh.confirmed_at is None
    assert fresh.move_requested_at is None


def test_it_says_so_where_a_visit_has_passed_or_is_gone() -> None:
    patient, visit, where = somebody()
    today = timezone.now() - timedelta(minutes=1)
    Visit.objects.filter(pk=visit.pk).update(at=today)
    # One minute past local midnight it is yesterday's, and no longer shown at all.
    assert answer(where, visit, "confirm").status_code == 409
    Visit.objects.filter(pk=visit.pk).update(status="cancelled")
    assert answer(where, visit, "confirm").status_code == 409
    stranger, theirs, _ = somebody(clinic=patient.clinic, mrn="other")
    assert stranger.pk != patient.pk
    assert answer(where, theirs, "confirm").status_code == 409
    theirs.refresh_from_db()
    assert theirs.confirmed_at is None


def test_it_answers_nothing_for_a_patient_on_hold() -> None:
    patient, visit, where = somebody()
    patient.status, patient.status_reason = "on_hold", "In hospital"
    patient.save()
    assert "on hold" in portal.look(where)
    assert answer(where, visit, "confirm").status_code == 409


def test_it_keeps_the_checklist_as_it_is_ticked() -> None:
    _, visit, where = somebody(language="es")
    portal.send(where, to=f"tasks/{visit.uuid}/", done=["0", "2"])
    assert sorted(TickedTask.objects.values_list("task", flat=True)) == sorted([BLOOD_TEST, "Our own line"])
    assert portal.look(where).count("checked") == 2
    portal.send(where, to=f"tasks/{visit.uuid}/", done=["1", "99", "x"])
    assert list(TickedTask.objects.values_list("task", flat=True)) == [FLUIDS]


def test_it_hands_out_a_calendar_file_and_a_feed_that_follows_a_move() -> None:
    patient, visit, where = somebody()
    one = Client().get(f"{where}visit/{visit.uuid}.ics")
    (event,) = Calendar.from_ical(one.content).walk("VEVENT")
    assert str(event["UID"]).startswith(str(visit.uuid))
    assert event.decoded("DTSTART") == visit.at
    page = portal.send(where, to="calendar/").content.decode()
    address = re.search(r"/p/[\w-]+/visits.ics", page)
    assert address
    services.move_visit(visit, on=visit.on + timedelta(days=1), clock=visit.clock, now=timezone.now())
    feed = Client().get(address[0])
    assert feed["Content-Type"].startswith("text/calendar")
    events = {str(each["UID"]): each for each in Calendar.from_ical(feed.content).walk("VEVENT")}
    moved = events[str(event["UID"])]
    assert int(moved.decoded("SEQUENCE")) > int(event.decoded("SEQUENCE"))
    assert moved.decoded("DTSTART") == visit.at + timedelta(days=1)
    assert visit.schedule.treatment.name not in feed.content.decode()
    # The feed's key opens no page, and the page's key no feed.
    assert Client().get(address[0].removesuffix("visits.ics")).status_code == 404
    assert Client().get(f"{where}visits.ics").status_code == 404
    assert patient.links.count() == 2


def test_it_asks_the_database_a_handful_of_times(django_assert_max_num_queries: Any) -> None:
    _, _, where = somebody()
    with django_assert_max_num_queries(6):
        portal.look(where)


def test_it_goes_home_when_the_address_of_a_form_is_opened() -> None:
    _, visit, where = somebody()
    for path in (f"visit/{visit.uuid}/", f"tasks/{visit.uuid}/"):
        response = Client().get(where + path)
        assert (response.status_code, response["Location"]) == (303, where)


class TestFuzz(TestCase):
    """Whatever a form says, an answer comes that is meant."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "act": st.sampled_from(["confirm", "move"]) | st.text(max_size=9),
                "sequence": st.integers().map(str) | st.text(max_size=5) | st.just("0"),
                "words": st.text(max_size=1100),
                "done": st.lists(st.text(max_size=3), max_size=3),
            },
        )
    )
    def test_it_answers_any_form_with_a_page_that_is_meant(self, fields: dict[str, Any]) -> None:
        _, visit, where = somebody(mrn="fuzz")
        for path in (f"visit/{visit.uuid}/", f"tasks/{visit.uuid}/", "preferences/", ""):
            assert portal.send(where, to=path, **fields).status_code in (200, 303, 409, 422)
