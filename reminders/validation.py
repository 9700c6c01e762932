"""What a schedule may not be: one set of refusals for forms and imports, each naming field and value."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError

from messaging.domain import wall_time
from reminders.models import Schedule

#: What lies further off is a slip of the pen, and past the year 9999 there is no calendar.
LONGEST_AHEAD = timedelta(days=5 * 366)
LONGEST_INTERVAL_DAYS = 3660
MOST_VISITS = 2000


def check_schedule(schedule: Schedule, *, now: datetime) -> None:
    """Raise ValidationError({field: message}) when `schedule` could not be kept; `now` is aware.

    A schedule that exists already may keep a first visit that has passed meanwhile, unless it is moved.
    """
    errors: dict[str, str] = {}
    _check_first_visit(schedule, errors, now)
    _check_course(schedule, errors)
    if schedule._state.adding:
        if not schedule.treatment.is_active:
            errors["treatment"] = f"{schedule.treatment.code} is no longer offered."
        if not schedule.patient.is_active:
            status = schedule.patient.get_status_display().lower()
            errors["patient"] = f"{schedule.patient.mrn} is {status}; make the patient active first."
    if errors:
        raise ValidationError(errors)


def _check_first_visit(schedule: Schedule, errors: dict[str, str], now: datetime) -> None:
    wall = datetime.combine(schedule.first_visit_on, schedule.visit_time)
    zone = schedule.patient.zone
    if schedule.first_visit_on > (now + LONGEST_AHEAD).date() or schedule.first_visit_on.year < 1900:
        errors["first_visit_on"] = f"{schedule.first_visit_on} is too far off to be planned."
        return
    if not wall_time.exists(wall, zone):
        errors["visit_time"] = (
            f"{wall:%Y-%m-%d %H:%M} does not exist in {zone.key}: clocks are put forward over it. Choose another time."
        )
        return
    known = Schedule.objects.filter(pk=schedule.pk).values_list("first_visit_on", "visit_time")
    before = None if schedule._state.adding else known.first()
    untouched = before == (schedule.first_visit_on, schedule.visit_time)
    if not untouched and wall_time.resolve(wall, zone) <= now:
        errors["first_visit_on"] = f"{wall:%Y-%m-%d %H:%M} ({zone.key}) has already passed."


def _check_course(schedule: Schedule, errors: dict[str, str]) -> None:
    treatment, interval, visits = schedule.treatment, schedule.interval_days, schedule.number_of_visits
    if interval is not None and interval <= 0:
        errors["interval_days"] = f"{interval} is not a number of days; it must be 1 or more."
    elif interval is not None and interval > LONGEST_INTERVAL_DAYS:
        errors["interval_days"] = f"{interval} days is more than {LONGEST_INTERVAL_DAYS}."
    elif interval is not None and treatment.is_one_off and visits is None:
        errors["interval_days"] = (
            f"{treatment.code} is done once; leave the interval empty, or say how many visits a series has."
        )
    elif interval is not None and interval < treatment.minimum_gap_days:
        errors["interval_days"] = (
            f"{interval} is shorter than the minimum gap of {treatment.code} ({treatment.minimum_gap_days} days)."
        )
    if visits is not None and visits <= 0:
        errors["number_of_visits"] = f"{visits} is not a number of visits; it must be 1 or more, or empty."
    elif visits is not None and visits > MOST_VISITS:
        errors["number_of_visits"] = f"{visits} is more than {MOST_VISITS}; leave it empty for an open end."
    elif visits is not None and treatment.maximum_doses is not None and visits > treatment.maximum_doses:
        errors["number_of_visits"] = f"{visits} is more than {treatment.code} allows ({treatment.maximum_doses})."
    elif visits is not None and visits > 1 and treatment.is_one_off and interval is None:
        errors["number_of_visits"] = f"{treatment.code} is done once; {visits} visits need an interval."
