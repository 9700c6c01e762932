"""Gathers what the warnings about a course rest on: the patient's other courses, doses, dentist, contacts, holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q

from patients.domain.profile import PatientStatus
from reminders import holidays
from reminders.course_preview import Coming
from reminders.domain.gate import first_open
from reminders.domain.schedule_warnings import Dose, Facts, Planned, Topic, Warning, warnings
from reminders.domain.words import STANDING, Reason, Route, ScheduleStatus, VisitStatus
from reminders.models import Schedule, Treatment, Visit
from reminders.reach import Reach

#: Doses further off than this from the course are of no concern to it.
_AROUND = timedelta(days=400)
_MOST_OTHERS = 500
#: How the codes of dental treatments begin, and the one that says how often.
DENTAL, DENTAL_AGAIN = "dental_", "dental_6mo"
_UNREACHABLE = {
    Reason.NO_CONTACT: Topic.NO_CONTACT,
    Reason.CONTACT_UNUSABLE: Topic.CONTACT_UNUSABLE,
    Reason.NO_CONSENT: Topic.NO_CONSENT,
}


def of_course(schedule: Schedule, coming: Sequence[Coming], reach: Reach) -> list[Warning]:
    """What to know of `schedule`, whose visits to come are `coming`, before it is saved."""
    visits = [Planned(number=one.visit.number, wall=_wall(one.visit)) for one in coming]
    patient, treatment = schedule.patient, schedule.treatment
    way = first_open(reach.all(patient.pk))
    first, last = (visits[0].on, visits[-1].on) if visits else (schedule.first_visit_on, schedule.first_visit_on)
    return warnings(
        Facts(
            visits=visits,
            zone=patient.zone,
            attended=treatment.route != Route.TABLET,
            gap_days=schedule.course().minimum_gap_days,
            holidays=holidays.named(patient.clinic, first, last),
            others=_others(schedule, first, last),
            maximum=treatment.maximum_doses,
            given=_given(schedule),
            dentist=_wants_dentist(treatment),
            dental_on=_dental_on(schedule),
            dental_days=_dental_days(),
            patient_away="" if patient.status == PatientStatus.ACTIVE else patient.get_status_display(),
            schedule_away=schedule.get_status_display() if schedule.status == ScheduleStatus.ON_HOLD else "",
            unreachable=_UNREACHABLE.get(way) if isinstance(way, Reason) else None,
        )
    )


def _wall(visit: Visit) -> datetime:
    return datetime.combine(visit.on, visit.clock)


def _others(schedule: Schedule, first: date, last: date) -> list[Dose]:
    """What the patient had, and will have, in other courses; what is taken at home is of no day's concern."""
    standing = Q(status__in=STANDING, schedule__status=ScheduleStatus.ACTIVE, on__gte=first - _AROUND)
    rows = Visit.objects.filter(standing | Q(given_on__gte=first - _AROUND), schedule__patient=schedule.patient_id)
    rows = (
        rows.exclude(schedule=schedule.pk).filter(on__lte=last + _AROUND).exclude(schedule__treatment__route="tablet")
    )
    found = rows.select_related("schedule__treatment").order_by("on", "pk")[:_MOST_OTHERS]
    return [_dose(visit, schedule.treatment) for visit in found]


def _dose(visit: Visit, treatment: Treatment) -> Dose:
    other = visit.schedule.treatment
    same_class = bool(treatment.drug_class) and other.drug_class == treatment.drug_class
    return Dose(
        on=visit.given_on or visit.on,
        name=other.name,
        given=visit.given_on is not None,
        akin=same_class or other.pk == treatment.pk,
        gap_days=min(other.minimum_gap_days, visit.schedule.interval_days or other.interval_days or 1),
    )


def _given(schedule: Schedule) -> int:
    rows = Visit.objects.filter(schedule__patient=schedule.patient_id, schedule__treatment=schedule.treatment_id)
    return rows.filter(status=VisitStatus.GIVEN).count()


def _wants_dentist(treatment: Treatment) -> bool:
    """Whether a dentist is among what has to be done before a visit; the dentist's own visits need none."""
    tasks = " ".join(treatment.before_visit_tasks).casefold()
    return "dentist" in tasks and not treatment.code.startswith(DENTAL)


def _dental_on(schedule: Schedule) -> date | None:
    """When a dentist looked last: as noted of the patient, or as recorded of a dental treatment."""
    given = Visit.objects.filter(schedule__patient=schedule.patient_id, schedule__treatment__code__startswith=DENTAL)
    last = given.filter(given_on__isnull=False).order_by("-given_on").values_list("given_on", flat=True).first()
    return max(filter(None, (schedule.patient.dental_checked_on, last)), default=None)


def _dental_days() -> int | None:
    """How long a check counts: until the next is late, as the catalogue's check-up says."""
    again = Treatment.objects.filter(code=DENTAL_AGAIN).values_list("interval_days", "late_days").first()
    return again[0] + again[1] if again and again[0] else None
