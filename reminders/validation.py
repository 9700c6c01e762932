"""What a schedule may not be: one set of refusals for forms and imports, each naming field and value."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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
            errors["treatment"] = _("%(code)s is no longer offered.") % {"code": schedule.treatment.code}
        if not schedule.patient.is_active:
            status = schedule.patient.get_status_display().lower()
            errors["patient"] = _("%(mrn)s is %(status)s; make the patient active first.") % {
                "mrn": schedule.patient.mrn,
                "status": status,
            }
    if errors:
        raise ValidationError(errors)


def _check_first_visit(schedule: Schedule, errors: dict[str, str], now: datetime) -> None:
    wall = datetime.combine(schedule.first_visit_on, schedule.visit_time)
    zone = schedule.patient.zone
    if schedule.first_visit_on > (now + LONGEST_AHEAD).date() or schedule.first_visit_on.year < 1900:
        errors["first_visit_on"] = _("%(first_visit_on)s is too far off to be planned.") % {
            "first_visit_on": schedule.first_visit_on
        }
        return
    if not wall_time.exists(wall, zone):
        errors["visit_time"] = _(
            "%(wall)s does not exist in %(key)s: clocks are put forward over it. Choose another time."
        ) % {"wall": f"{wall:%Y-%m-%d %H:%M}", "key": zone.key}
        return
    known = Schedule.objects.filter(pk=schedule.pk).values_list("first_visit_on", "visit_time")
    before = None if schedule._state.adding else known.first()
    untouched = before == (schedule.first_visit_on, schedule.visit_time)
    if not untouched and wall_time.resolve(wall, zone) <= now:
        errors["first_visit_on"] = _("%(wall)s (%(key)s) has already passed.") % {
            "wall": f"{wall:%Y-%m-%d %H:%M}",
            "key": zone.key,
        }


def _check_course(schedule: Schedule, errors: dict[str, str]) -> None:
    treatment, interval, visits = schedule.treatment, schedule.interval_days, schedule.number_of_visits
    if interval is not None and interval <= 0:
        errors["interval_days"] = _("%(interval)s is not a number of days; it must be 1 or more.") % {
            "interval": interval
        }
    elif interval is not None and interval > LONGEST_INTERVAL_DAYS:
        errors["interval_days"] = _("%(interval)s days is more than %(longest_interval_days)s.") % {
            "interval": interval,
            "longest_interval_days": LONGEST_INTERVAL_DAYS,
        }
    elif interval is not None and treatment.is_one_off and visits is None:
        errors["interval_days"] = _(
            "%(code)s is done once; leave the interval empty, or say how many visits a series has."
        ) % {"code": treatment.code}
    elif interval is not None and interval < treatment.minimum_gap_days:
        errors["interval_days"] = _(
            "%(interval)s is shorter than the minimum gap of %(code)s (%(minimum_gap_days)s days)."
        ) % {"interval": interval, "code": treatment.code, "minimum_gap_days": treatment.minimum_gap_days}
    if visits is not None and visits <= 0:
        errors["number_of_visits"] = _("%(visits)s is not a number of visits; it must be 1 or more, or empty.") % {
            "visits": visits
        }
    elif visits is not None and visits > MOST_VISITS:
        errors["number_of_visits"] = _("%(visits)s is more than %(most_visits)s; leave it empty for an open end.") % {
            "visits": visits,
            "most_visits": MOST_VISITS,
        }
    elif visits is not None and treatment.maximum_doses is not None and visits > treatment.maximum_doses:
        errors["number_of_visits"] = _("%(visits)s is more than %(code)s allows (%(maximum_doses)s).") % {
            "visits": visits,
            "code": treatment.code,
            "maximum_doses": treatment.maximum_doses,
        }
    elif visits is not None and visits > 1 and treatment.is_one_off and interval is None:
        errors["number_of_visits"] = _("%(code)s is done once; %(visits)s visits need an interval.") % {
            "code": treatment.code,
            "visits": visits,
        }
