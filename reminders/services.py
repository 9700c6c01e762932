"""What people do to schedules and visits: record a dose, hold, move, cancel, confirm. Each re-plans at once.

Every function takes `now` (aware), works in one transaction, and refuses with a ValidationError that
names field and value. Messages that already wait in the outbox are taken back where they would be wrong.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from messaging.domain import wall_time
from patients.board import close_all, close_task
from patients.domain.profile import PatientStatus
from patients.models import Patient, TaskKind
from reminders import moves
from reminders.domain.words import STANDING, VISIT_MOVES, Reason, ReminderState, ScheduleStatus, VisitStatus
from reminders.models import Schedule, Visit
from reminders.planner import PlanReport, plan_schedules, take_back
from reminders.validation import LONGEST_AHEAD

#: A dose so long before the visit's day belongs to another visit, or to another year.
LONGEST_BEFORE_ITS_DAY = timedelta(days=90)


@transaction.atomic
def record_dose(visit: Visit, *, given_on: date, now: datetime) -> PlanReport:
    """The dose of `visit` was given on `given_on` (the patient's calendar): later visits follow from it."""
    visit = _locked(visit)
    _check_given_on(visit, given_on, now)
    if visit.status != VisitStatus.GIVEN:
        _move_to(visit, VisitStatus.GIVEN)
    visit.given_on = given_on
    # What follows a dose was passed over while none was recorded; where it is still fresh it is planned anew.
    passed_over = visit.reminders.filter(state=ReminderState.SKIPPED, reason=Reason.DOSE_NOT_RECORDED)
    passed_over.update(state=ReminderState.CANCELLED)
    return _settle(visit, outcome=f"Dose recorded as given on {given_on}.", now=now)


@transaction.atomic
def undo_dose(visit: Visit, *, now: datetime) -> PlanReport:
    """The dose was recorded by mistake: the visit stands again."""
    visit = _locked(visit)
    if visit.given_on is None:
        raise ValidationError({"given_on": _("No dose is recorded for this visit.")})
    _move_to(visit, VisitStatus.PLANNED)
    visit.given_on = None
    visit.save()
    take_back(visit.reminders.all(), reason=Reason.DOSE_NOT_RECORDED, now=now)
    return plan_schedules([visit.schedule_id], now=now)


@transaction.atomic
def cancel_visit(visit: Visit, *, reason: str, now: datetime) -> PlanReport:
    """This visit will not take place; the others stay where they are."""
    visit = _locked(visit)
    _move_to(visit, VisitStatus.CANCELLED)
    visit.status_reason = _required(reason)
    return _settle(visit, outcome="Visit cancelled.", now=now)


@transaction.atomic
def miss_visit(visit: Visit, *, reason: str, now: datetime) -> PlanReport:
    """The patient did not come."""
    visit = _locked(visit)
    if visit.at > now:
        raise ValidationError(
            {"status": _("%(visit)s is still to come; it cannot have been missed.") % {"visit": visit}}
        )
    _move_to(visit, VisitStatus.MISSED)
    visit.status_reason = _required(reason)
    return _settle(visit, outcome="Recorded as missed.", now=now)


@transaction.atomic
def move_visit(visit: Visit, *, on: date, clock: time, now: datetime) -> PlanReport:
    """Put the visit at another time of the patient's clock. It stays there while the treatment's rules hold."""
    visit = _locked(visit)
    if visit.status not in STANDING:
        raise ValidationError(
            {
                "on": _("%(visit)s is %(status)s; only a standing visit can be moved.")
                % {"visit": visit, "status": visit.status}
            }
        )
    zone = visit.schedule.patient.zone
    if on > (now + LONGEST_AHEAD).date() or on < (now - LONGEST_AHEAD).date():
        raise ValidationError({"on": _("%(on)s is too far off to be planned.") % {"on": on}})
    wall = datetime.combine(on, clock)
    if not wall_time.exists(wall, zone):
        raise ValidationError(
            {
                "clock": _("%(wall)s does not exist in %(key)s; choose another time.")
                % {"wall": f"{wall:%Y-%m-%d %H:%M}", "key": zone.key}
            }
        )
    at = wall_time.resolve(wall, zone)
    if at <= now:
        raise ValidationError({"on": _("%(wall)s has already passed.") % {"wall": f"{wall:%Y-%m-%d %H:%M}"}})
    visit.pinned_after = _check_gap(visit, on)
    if at != visit.at:
        visit.confirmed_at = visit.move_requested_at = None
        visit.sequence += 1
    visit.on, visit.clock, visit.at, visit.pinned = on, clock, at, True
    visit.late_until = visit.schedule.course().late_until(on)
    visit.status = VisitStatus.PLANNED
    return _settle(visit, outcome=f"Visit moved to {wall:%Y-%m-%d %H:%M}.", now=now)


@transaction.atomic
def confirm_visit(visit: Visit, *, now: datetime) -> PlanReport:
    """The patient says that she will come: the rungs that ask for it are not sent any more."""
    visit = _locked(visit)
    if visit.status not in STANDING:
        raise ValidationError(
            {
                "status": _("%(visit)s is %(status)s; there is nothing to confirm.")
                % {"visit": visit, "status": visit.status}
            }
        )
    if visit.confirmed_at is None:
        visit.confirmed_at = now
        visit.move_requested_at = None
        visit.save()
    close_task(TaskKind.MOVE_REQUEST, str(visit.pk), outcome="The patient confirmed the visit after all.", now=now)
    return plan_schedules([visit.schedule_id], now=now)


@transaction.atomic
def request_move(visit: Visit, *, words: str, now: datetime) -> None:
    """The patient asks for another time: a coordinator's task, with her words and what is possible."""
    visit = _locked(visit)
    visit.move_requested_at = now
    visit.confirmed_at = None
    visit.save()
    moves.ask(visit, words=words, now=now)


@transaction.atomic
def hold_schedule(schedule: Schedule, *, reason: str, now: datetime) -> PlanReport:
    """Nothing is sent about this schedule until it is resumed."""
    return _set_schedule(schedule, ScheduleStatus.ON_HOLD, _required(reason), now=now)


@transaction.atomic
def resume_schedule(schedule: Schedule, *, now: datetime) -> PlanReport:
    """The schedule is active again."""
    if schedule.status != ScheduleStatus.ON_HOLD:
        raise ValidationError(
            {"status": _("The schedule is %(status)s; only one on hold can be resumed.") % {"status": schedule.status}}
        )
    return _set_schedule(schedule, ScheduleStatus.ACTIVE, "", now=now)


@transaction.atomic
def cancel_schedule(schedule: Schedule, *, reason: str, now: datetime) -> PlanReport:
    """The schedule ends here, for good: its standing visits are cancelled with it."""
    reason = _required(reason)
    report = _set_schedule(schedule, ScheduleStatus.CANCELLED, reason, now=now)
    standing = schedule.visits.filter(status__in=STANDING)
    for pk in standing.filter(Q(status=VisitStatus.OVERDUE) | Q(move_requested_at__isnull=False)).values_list("pk"):
        _close_tasks(*pk, outcome="The schedule was cancelled.", now=now)
    standing.update(status=VisitStatus.CANCELLED, status_reason=reason)
    return report


@transaction.atomic
def set_patient_status(patient: Patient, *, status: PatientStatus, reason: str, now: datetime) -> None:
    """Put a patient on hold, discharge, record a death, or make active again; every schedule follows."""
    patient.status = status
    patient.status_reason = "" if status is PatientStatus.ACTIVE else _required(reason)
    # Not save(): its signal would plan by the clock of the day, and here `now` is what counts.
    Patient.objects.filter(pk=patient.pk).update(status=patient.status, status_reason=patient.status_reason)
    plan_patient(patient, now=now)


def plan_patient(patient: Patient, *, now: datetime) -> PlanReport:
    """Re-plan every schedule of `patient`; of one who is gone, close what coordinators were asked to do."""
    if PatientStatus(patient.status).ends_messages:
        close_all(patient.pk, outcome=f"The patient is {patient.get_status_display().lower()}.", now=now)
    return plan_schedules(list(patient.schedules.values_list("pk", flat=True)), now=now)


def _set_schedule(schedule: Schedule, status: ScheduleStatus, reason: str, *, now: datetime) -> PlanReport:
    fresh = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if fresh.status == ScheduleStatus.CANCELLED:
        raise ValidationError({"status": _("The schedule was cancelled; make a new one.")})
    schedule.status, schedule.status_reason = status, reason
    schedule.save(update_fields=["status", "status_reason"])
    return plan_schedules([schedule.pk], now=now)


def _locked(visit: Visit) -> Visit:
    """The visit as it stands now, its schedule locked: two people at one visit take turns."""
    Schedule.objects.select_for_update().get(pk=visit.schedule_id)
    return Visit.objects.select_related("schedule__patient", "schedule__treatment").get(pk=visit.pk)


def _move_to(visit: Visit, status: VisitStatus) -> None:
    if status not in VISIT_MOVES[VisitStatus(visit.status)]:
        raise ValidationError(
            {
                "status": _("%(visit)s is %(status)s and cannot become %(value)s.")
                % {"visit": visit, "status": visit.status, "value": status.value}
            }
        )
    visit.status = status


def _settle(visit: Visit, *, outcome: str, now: datetime) -> PlanReport:
    """Store the visit, close its tasks, re-plan its schedule."""
    visit.save()
    _close_tasks(visit.pk, outcome=outcome, now=now)
    return plan_schedules([visit.schedule_id], now=now)


def _close_tasks(visit_id: int, *, outcome: str, now: datetime) -> None:
    """What was asked about this visit has an answer now."""
    for kind in (TaskKind.OVERDUE_VISIT, TaskKind.MOVE_REQUEST):
        close_task(kind, str(visit_id), outcome=outcome, now=now)


def _check_given_on(visit: Visit, given_on: date, now: datetime) -> None:
    """Doses follow each other in the order of their visits, and none lies in the future."""
    siblings = visit.schedule.visits
    today = wall_time.local_date(now, visit.schedule.patient.zone)
    if given_on > today:
        raise ValidationError(
            {
                "given_on": _("%(given_on)s lies in the future; today is %(today)s.")
                % {"given_on": given_on, "today": today}
            }
        )
    if given_on < visit.on - LONGEST_BEFORE_ITS_DAY:
        raise ValidationError(
            {
                "given_on": _("%(given_on)s is long before %(visit)s; record it at the visit that it was.")
                % {"given_on": given_on, "visit": visit}
            }
        )
    for other in siblings.filter(Q(number__lt=visit.number, given_on__gte=given_on)).order_by("-number")[:1]:
        raise ValidationError(
            {
                "given_on": _("Visit %(number)s was already given on %(given_on)s.")
                % {"number": other.number, "given_on": other.given_on}
            }
        )
    for other in siblings.filter(Q(number__gt=visit.number, given_on__lte=given_on)).order_by("number")[:1]:
        raise ValidationError(
            {
                "given_on": _("Visit %(number)s was already given on %(given_on)s.")
                % {"number": other.number, "given_on": other.given_on}
            }
        )
    for other in siblings.filter(number__lt=visit.number, on__gt=given_on, status__in=STANDING)[:1]:
        raise ValidationError(
            {
                "given_on": _("Visit %(number)s of %(on)s still stands: record the dose there, or cancel it.")
                % {"number": other.number, "on": other.on}
            }
        )


def _check_gap(visit: Visit, on: date) -> date | None:
    """The day from which `visit` is counted; ValidationError when `on` would follow the dose before it too soon.

    Later than the window is allowed: a person who books late knows why, and late beats never.
    """
    before = visit.schedule.visits.filter(number__lt=visit.number).order_by("-number")
    last = before.first()
    if last is None:
        return None
    # Where nothing was given, nothing has to wait: a missed dose is made up for as soon as can be.
    dose = before.filter(Q(given_on__isnull=False) | Q(status__in=STANDING)).first()
    if dose is not None:
        given = dose.given_on or dose.on
        earliest = visit.schedule.course().earliest(visit.number, given)
        if on < earliest:
            raise ValidationError(
                {
                    "on": _("%(on)s is too soon after %(given)s: not before %(earliest)s.")
                    % {"on": on, "given": given, "earliest": earliest}
                }
            )
    return last.given_on or last.on


def _required(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why; staff will read it.")})
    return reason.strip()[:200]
