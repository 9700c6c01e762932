"""Patients, treatments and schedules for tests: a few words each, the rest is plain and the same every time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.models import Message
from patients.models import Clinic, ContactPoint, CoordinatorTask, Patient, TaskKind
from reminders.domain.offsets import Elapsed, Offset, WallTime
from reminders.domain.words import Anchor, Condition, ReminderState
from reminders.models import PlannedReminder, ReminderRule, Schedule, Treatment, Visit
from reminders.planner import PlanReport, plan_schedules

NEW_YORK = ZoneInfo("America/New_York")
#: A Wednesday, 09:00 in New York: the office opens.
NOW = datetime(2026, 6, 10, 13, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE, MAILBOX = "+12025550111", "rosa@example.org"
FIRST = "2026-06-17 09:30"
_numbers = itertools.count(1)


def ny(text: str) -> datetime:
    """A moment as clocks in New York show it."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def clinic(**changes: Any) -> Clinic:
    """The one clinic of a test, made when it is first asked for. Its phones have room for any number of texts."""
    plain: dict[str, Any] = {"short_name": "Bayside", "timezone": "America/New_York", "daytime_line": "+12025550150"}
    plain |= {"texts_a_day": 50, "texts_a_week": 300}
    return Clinic.objects.get_or_create(name="Bayside Clinic", defaults=plain | changes)[0]


def treatment(code: str = "test_q4w", **changes: Any) -> Treatment:
    """Every four weeks by infusion, overdue after three days, never sooner than three weeks."""
    plain: dict[str, Any] = {
        "name": "A drug",
        "route": "infusion",
        "interval_days": 28,
        "minimum_gap_days": 21,
        "early_days": 0,
        "late_days": 3,
        "source": "made up for tests",
    }
    return Treatment.objects.get_or_create(code=code, defaults=plain | changes)[0]


def rule(code: str, offset: Offset, **changes: Any) -> ReminderRule:
    """One rung for infusions by text, for twelve hours."""
    plain: dict[str, Any] = {
        "name": code,
        "route": "" if "treatment" in changes else "infusion",
        "channels": ["sms"],
        "template": "visit_day_before",
        "expires_minutes": 720,
    }
    if isinstance(offset, Elapsed):
        plain |= {"offset_kind": "elapsed", "offset_minutes": int(offset.delta.total_seconds() // 60)}
    else:
        plain |= {"offset_kind": "wall", "offset_days": offset.days, "offset_time": offset.clock}
    return ReminderRule.objects.create(code=code, **plain | changes)


def ladder() -> None:
    """A ladder of five rungs in the place of the one that ships."""
    ReminderRule.objects.all().delete()
    rule("confirm", WallTime(-2, time(10)), condition=Condition.UNCONFIRMED, template="visit_confirm")
    rule("day_before", WallTime(-1, time(9)), channels=["sms", "email"])
    rule("two_hours", Elapsed(-2 * HOUR), template="visit_same_day", expires_minutes=120)
    rule("how_are_you", WallTime(1, time(10)), condition=Condition.GIVEN, template="how_are_you")
    overdue = {"anchor": Anchor.OVERDUE, "condition": Condition.OVERDUE, "template": "visit_overdue"}
    rule("overdue", WallTime(1, time(10)), **overdue)


def agree(address: str, *, granted: bool = True, now: datetime = NOW) -> None:
    """A yes (or no) of `address` to reminders."""
    consent.record(address, Purpose.REMINDERS, granted=granted, source="form", wording="test form", now=now)


def contact(owner: Patient, address: str, /, *, agrees: bool = True, **changes: Any) -> ContactPoint:
    """A phone or a mailbox of the patient."""
    if agrees:
        agree(address)
    kind = "email" if "@" in address else "phone"
    return ContactPoint.objects.create(patient=owner, kind=kind, address=address, **changes)


def patient(*addresses: str, **changes: Any) -> Patient:
    """An active patient in New York who agreed to reminders at each address."""
    plain: dict[str, Any] = {
        "clinic": changes.pop("clinic", None) or clinic(),
        "mrn": f"T{next(_numbers)}",
        "given_name": "Rosa",
        "family_name": "Luz",
        "timezone": "America/New_York",
    }
    made = Patient.objects.create(**plain | changes)
    for address in addresses:
        contact(made, address)
    return made


def schedule(owner: Patient | None = None, *, first: str = FIRST, visits: int | None = 6, **changes: Any) -> Schedule:
    """Six infusions from 17 June on at 09:30; not planned yet."""
    wall = datetime.fromisoformat(first)
    return Schedule.objects.create(
        patient=owner or patient(PHONE, MAILBOX),
        treatment=changes.pop("treatment", None) or treatment(),
        first_visit_on=wall.date(),
        visit_time=wall.time(),
        number_of_visits=visits,
        **changes,
    )


def plan(*schedules: Schedule, now: datetime = NOW, **options: Any) -> PlanReport:
    """Plan them."""
    return plan_schedules([row.pk for row in schedules], now=now, **options)


def planned_schedule(owner: Patient | None = None, *, now: datetime = NOW, **changes: Any) -> Schedule:
    """A schedule that is planned already."""
    made = schedule(owner, **changes)
    plan(made, now=now)
    return made


def visit(of: Schedule, number: int = 1) -> Visit:
    """A visit as the database holds it now."""
    return Visit.objects.select_related("schedule__patient", "schedule__treatment").get(schedule=of, number=number)


def reminders(of: Schedule, **filters: Any) -> list[PlannedReminder]:
    """The reminders of a schedule, in the order of their visits and times."""
    rows = PlannedReminder.objects.filter(visit__schedule=of, **filters).select_related("rule", "visit", "message")
    return list(rows.order_by("visit__number", "send_at", "rule__code", "channel", "pk"))


def planned(of: Schedule, number: int | None = None) -> list[str]:
    """What is still to come: rule and channel of each planned reminder."""
    filters = {"visit__number": number} if number else {}
    return [f"{row.rule.code}/{row.channel}" for row in reminders(of, state=ReminderState.PLANNED, **filters)]


def reasons(of: Schedule, **filters: Any) -> set[str]:
    """Why reminders of a schedule will not be sent."""
    return {row.reason for row in reminders(of, **filters) if row.reason}


def waiting() -> list[str]:
    """What waits in the outbox, by template."""
    return sorted(Message.objects.filter(status="planned").values_list("template", flat=True))


def open_tasks(kind: TaskKind) -> list[CoordinatorTask]:
    """What coordinators are still asked to do, of one kind."""
    return list(CoordinatorTask.objects.filter(kind=kind, done_at__isnull=True))


def days(of: Schedule) -> list[str]:
    """Month and day of each visit."""
    return [f"{row.on:%m-%d}" for row in of.visits.order_by("number")]


def real_now() -> datetime:
    """For tests in which other processes read the clock."""
    return timezone.now()
