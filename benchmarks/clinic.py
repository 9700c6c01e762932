"""A clinic of any size: patients in five zones, each with a course of infusions every four weeks.

Twelve visits, and a ladder of five rungs over one channel, so a schedule comes to 12 x 5 reminders.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import connection

from messaging.domain.delivery import Channel
from patients.models import Clinic, Patient
from reminders.domain.words import Route
from reminders.models import PlannedReminder, ReminderRule, Schedule, Treatment, Visit

ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix")
VISITS = 12
RUNGS = ("prepare", "tests_due", "confirm", "day_before", "same_day")
#: Far enough for twelve visits four weeks apart, wherever the first of them falls.
HORIZON_DAYS = 400
TREATMENT = "zol_q4w"
#: The first rung speaks two weeks before the visit: a first visit in three weeks has all five to come.
_FIRST_VISIT_DAYS = 21


def ladder() -> list[ReminderRule]:
    """The five rungs that are switched on, by text message; the rest of the catalogue's ladder is switched off."""
    rules = ReminderRule.objects.filter(route=Route.INFUSION, code__in=RUNGS)
    ReminderRule.objects.exclude(pk__in=rules.values("pk")).update(is_active=False)
    # A treatment's own rung would replace the route's, even one that is switched off.
    ReminderRule.objects.filter(treatment__code=TREATMENT).delete()
    rules.update(channels=[Channel.SMS.value])
    found = list(rules.order_by("id"))
    if len(found) != len(RUNGS):
        raise RuntimeError(f"the catalogue has {len(found)} of the rungs {', '.join(RUNGS)}")
    return found


def people(count: int, *, now: datetime) -> list[int]:
    """Make sure that there are `count` patients with a schedule each; ids of these schedules, in order."""
    ladder()
    clinic, _ = Clinic.objects.get_or_create(
        name="Benchmark clinic", defaults={"short_name": "Bone Clinic", "daytime_line": "+12025550123"}
    )
    treatment = Treatment.objects.get(code=TREATMENT)
    there = Schedule.objects.count()
    patients = Patient.objects.bulk_create(
        (
            Patient(
                clinic=clinic,
                mrn=f"B{number:06}",
                given_name="Ana",
                family_name=f"Example {number}",
                timezone=ZONES[number % len(ZONES)],
            )
            for number in range(there, count)
        ),
        batch_size=5000,
    )
    Schedule.objects.bulk_create(
        (
            Schedule(
                patient=patient,
                treatment=treatment,
                first_visit_on=now.date() + timedelta(days=_FIRST_VISIT_DAYS + number % 28),
                visit_time=time(9 + number % 7, 30),
                number_of_visits=VISITS,
            )
            for number, patient in enumerate(patients, start=there)
        ),
        batch_size=5000,
    )
    return list(Schedule.objects.order_by("pk").values_list("pk", flat=True)[:count])


def unplan() -> None:
    """Back to schedules that nobody has planned yet."""
    empty()
    Schedule.objects.update(planned_until=None)


def empty() -> None:
    """Take away all visits and planned reminders, and what was handed to the outbox."""
    tables = [model._meta.db_table for model in (PlannedReminder, Visit)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}, messaging_message RESTART IDENTITY CASCADE")
