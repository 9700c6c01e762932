"""The form of a schedule shows what saving it will plan: the same visits, the same messages, and what to know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reminders import course_preview
from reminders.models import PlannedReminder, Schedule, Visit
from reminders.planner import plan_schedules
from tests.support import builders as make
from tests.support.admin_pages import Desk, coming, course, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


def typed(**changes: Any) -> dict[str, Any]:
    """What somebody has typed so far."""
    day, clock = coming(7).split()
    plain: dict[str, Any] = {"first_visit_on": day, "visit_time": clock, "interval_days": "", "number_of_visits": "6"}
    if "patient" not in changes:
        changes["patient"] = make.patient(make.PHONE, make.MAILBOX).pk
    if "treatment" not in changes:
        changes["treatment"] = make.treatment().pk
    return plain | {"location": ""} | changes


def shown(desk: Desk, **fields: Any) -> str:
    response = desk.post("reminders/schedule/preview/", **fields)
    assert response.status_code == 200
    return response.content.decode()


def stored(schedule: Schedule) -> list[tuple[Any, ...]]:
    rows = PlannedReminder.objects.filter(visit__schedule=schedule, state="planned")
    return sorted(rows.values_list("visit__number", "visit__at", "rule__code", "channel", "send_at", "expires_at"))


def foreseen(schedule: Schedule) -> list[tuple[Any, ...]]:
    return sorted(
        (one.visit.number, one.visit.at, said.rule.code, said.channel, said.send_at, said.expires_at)
        for one in course_preview.preview(schedule, now=make.NOW)
        for said in one.messages
    )


@pytest.mark.parametrize("first", ["2026-06-17 09:30", "2026-10-07 23:15"])
def test_what_is_shown_of_a_new_course_is_what_is_planned(first: str) -> None:
    make.ladder()
    schedule = make.schedule(first=first)
    new = Schedule(**{name: getattr(schedule, name) for name in ("patient", "treatment", "first_visit_on")})
    new.visit_time, new.number_of_visits = schedule.visit_time, schedule.number_of_visits
    before = foreseen(new)
    assert Visit.objects.count() == 0
    plan_schedules([schedule.pk], now=make.NOW)
    assert before == stored(schedule)
    assert len(before) == 5 * Visit.objects.count()


def test_what_is_shown_of_a_course_that_is_changed_is_what_is_planned() -> None:
    make.ladder()
    schedule = make.schedule()
    plan_schedules([schedule.pk], now=make.NOW)
    for name, value in (("interval_days", 35), ("number_of_visits", 3), ("first_visit_on", date(2026, 6, 20))):
        changed = Schedule.objects.get(pk=schedule.pk)
        setattr(changed, name, value)
        before = foreseen(changed)
        Schedule.objects.filter(pk=schedule.pk).update(**{name: value})
        plan_schedules([schedule.pk], now=make.NOW)
        assert before == stored(schedule)


def test_it_shows_visits_messages_and_words_and_saves_nothing(desk: Desk) -> None:
    part = shown(desk, **typed(number_of_visits="3"))
    assert "3 visits, 15 messages" in part
    assert "Bayside" in part
    assert not Schedule.objects.exists()


def test_it_fills_in_what_the_catalogue_says(desk: Desk) -> None:
    drug = make.treatment(default_visits=4, loading_days=[0, 7])
    part = shown(desk, **typed(patient="", treatment=drug.pk))
    assert 'data-fill-interval_days="28"' in part
    assert 'data-fill-number_of_visits="4"' in part
    assert "on days 0, 7" in part


def test_it_says_where_the_form_differs_from_the_catalogue(desk: Desk) -> None:
    assert "35 days here, 28 days in the catalogue" in shown(desk, **typed(interval_days="35"))


def test_the_button_fills_in_without_scripts_and_saves_nothing(desk: Desk) -> None:
    fields = typed(number_of_visits="", treatment=make.treatment(default_visits=4).pk)
    page = desk.post("reminders/schedule/add/", **fields, _fill="1")
    held = desk.held(page, "schedule_form")
    assert (held["interval_days"], held["number_of_visits"]) == ("28", "4")
    assert "4 visits, 20 messages" in page.content.decode()
    assert not Schedule.objects.exists()


def test_a_problem_is_named_with_its_field(desk: Desk) -> None:
    yesterday = timezone.now().date() - timedelta(days=3)
    assert "has already passed" in shown(desk, **typed(first_visit_on=str(yesterday)))


def test_warnings_name_their_days_and_rules(desk: Desk) -> None:
    owner = make.patient()
    earlier = course(owner, first_in=2, visits=1)
    drug = make.treatment("with_teeth", before_visit_tasks=["See your dentist."], name="Another drug")
    part = shown(desk, **typed(patient=owner.pk, treatment=earlier.treatment_id))
    assert "less than the minimum gap of 21 days from A drug" in part
    assert "no telephone and no mailbox" in part
    assert "No dental check is on record" in shown(desk, **typed(patient=owner.pk, treatment=drug.pk))


def test_another_clinics_schedule_has_no_preview(desk: Desk) -> None:
    assert desk.post("reminders/schedule/987654/preview/", **typed()).status_code == 404
