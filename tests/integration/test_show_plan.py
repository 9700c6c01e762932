"""`show_plan`: what is planned, in the order of sending, as JSON and as a table."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Clinic, Patient
from reminders.models import PlannedReminder, Schedule, Treatment
from reminders.planner import plan_schedules
from reminders.services import cancel_visit

pytestmark = pytest.mark.django_db

FIELDS = ["mrn", "treatment", "visit_at", "rule", "channel", "send_at", "local_send_at", "expires_at", "state"]


@pytest.fixture
def schedules() -> list[Schedule]:
    clinic = Clinic.objects.create(name="Bayside", short_name="Bayside")
    now = timezone.now()
    made = []
    for mrn, zone in (("A1", "America/Chicago"), ("A2", "Asia/Kathmandu")):
        patient = Patient.objects.create(
            clinic=clinic, mrn=mrn, given_name="Given", family_name="Family", timezone=zone
        )
        made.append(
            Schedule.objects.create(
                patient=patient,
                treatment=Treatment.objects.get(code="zol_q4w"),
                first_visit_on=(now + timedelta(days=5)).date(),
                visit_time="09:30",
            )
        )
    plan_schedules([schedule.pk for schedule in made], now=now)
    return made


def show(*flags: str) -> str:
    out = io.StringIO()
    call_command("show_plan", *flags, stdout=out)
    return out.getvalue()


def listed(*flags: str) -> list[dict[str, Any]]:
    answer = json.loads(show("--format", "json", *flags))
    assert isinstance(answer, list)
    return answer


def test_it_lists_ninety_days_in_the_order_of_sending(schedules: list[Schedule]) -> None:
    rows = listed()
    assert all(list(row) == FIELDS for row in rows)
    moments = [datetime.fromisoformat(row["send_at"]) for row in rows]
    now = timezone.now()
    assert moments == sorted(moments)
    assert now - timedelta(minutes=1) < moments[0]
    assert moments[-1] < now + timedelta(days=90)
    expected = PlannedReminder.objects.filter(send_at__gte=now, send_at__lt=now + timedelta(days=90))
    assert len(rows) == expected.count() > 20
    assert {row["mrn"] for row in rows} == {"A1", "A2"}


def test_moments_are_utc_with_z_and_local_ones_carry_the_patients_offset(schedules: list[Schedule]) -> None:
    for row in listed():
        for field in ("visit_at", "send_at", "expires_at"):
            assert row[field].endswith("Z")
            assert "+" not in row[field]
        local = datetime.fromisoformat(row["local_send_at"])
        assert local == datetime.fromisoformat(row["send_at"])
        zone = ZoneInfo("America/Chicago" if row["mrn"] == "A1" else "Asia/Kathmandu")
        assert local.utcoffset() == local.astimezone(zone).utcoffset()
    kathmandu = listed("--mrn", "A2")[0]
    assert kathmandu["local_send_at"].endswith("+05:45")


def test_it_can_be_narrowed_to_a_patient_and_a_window(schedules: list[Schedule]) -> None:
    rows = listed("--mrn", "A1")
    assert {row["mrn"] for row in rows} == {"A1"}
    third = rows[2]["send_at"]
    assert [row for row in rows if row["send_at"] < third] == listed("--mrn", "A1", "--until", third)
    later = listed("--mrn", "A1", "--from", third)
    assert later[0]["send_at"] == third


def test_a_past_window_shows_what_was_sent(schedules: list[Schedule]) -> None:
    first = PlannedReminder.objects.order_by("send_at")[0]
    PlannedReminder.objects.filter(pk=first.pk).update(
        send_at=first.send_at - timedelta(days=365), state="released", settled_at=timezone.now()
    )
    day = (first.send_at - timedelta(days=365)).date()
    (row,) = listed("--from", str(day), "--until", str(day + timedelta(days=1)))
    assert row["state"] == "released"


def test_cancelled_ones_are_left_out_unless_asked_for(schedules: list[Schedule]) -> None:
    visit = schedules[0].visits.order_by("number")[0]
    cancel_visit(visit, reason="Travels", now=timezone.now())
    assert {row["state"] for row in listed()} == {"planned"}
    assert {row["state"] for row in listed("--all")} == {"planned", "cancelled"}


def test_nothing_planned_is_an_empty_list(schedules: list[Schedule]) -> None:
    assert listed("--from", "2001-01-01", "--until", "2001-02-01") == []


def test_the_table_has_a_line_for_each(schedules: list[Schedule]) -> None:
    header, *lines = show("--mrn", "A1").splitlines()
    assert header.split() == FIELDS
    rows = listed("--mrn", "A1")
    assert [line.split() for line in lines] == [list(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--mrn", "A9"), "no patient 'A9'"),
        (("--from", "tomorrow"), "--from 'tomorrow' is not a moment"),
        (("--until", "2026-13-01"), "--until '2026-13-01' is not a moment"),
        (("--from", "2030-01-02", "--until", "2030-01-01"), "lies before"),
        (("--format", "xml"), "invalid choice"),
    ],
)
def test_what_cannot_be_asked_is_refused(schedules: list[Schedule], flags: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        show(*flags)
    assert refused.value.returncode == 1


def test_it_reads_everything_by_one_query(
    schedules: list[Schedule], django_assert_num_queries: Callable[..., CaptureQueriesContext]
) -> None:
    with django_assert_num_queries(1):
        listed()
