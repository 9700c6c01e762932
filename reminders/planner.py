"""Planning: from schedules to visits and planned reminders. Idempotent, in batches, safe side by side.

A batch locks its schedules, so two planners of one schedule take turns, and the second finds nothing
left to do. The unique constraint on planned reminders stands behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import outbox
from messaging.domain import wall_time
from messaging.domain.delivery import ACKNOWLEDGED, OPEN, Status
from patients.board import close_task, open_tasks
from patients.domain.profile import PatientStatus
from patients.models import ContactPoint
from reminders import care_events, planned_rows
from reminders.anew import PLANNED_ANEW
from reminders.domain.gate import standing_reason
from reminders.domain.plan import Diff, Existing, Wanted, anchor_instants, reconcile, wanted
from reminders.domain.words import STANDING, Reason, ReminderState, ScheduleStatus
from reminders.models import PlannedReminder, Schedule, Visit
from reminders.models.rule import LONGEST_AFTER_DAYS
from reminders.rulebook import RuleBook
from reminders.visits import LAID_OUT_FIELDS, VisitChanges, facts, lay_out_visits, set_lapsed_aside

#: Schedules in one transaction: enough to make queries cheap, few enough to keep locks short.
BATCH = 200
#: Visits older than this can have no reminder that is still to come (days; doses may be recorded late).
LOOK_BACK_DAYS = LONGEST_AFTER_DAYS + 15
_INSERT_BATCH = 2000
#: Past taking back: the patient has the words, or may have them.
LEFT = ACKNOWLEDGED | {Status.SUBMITTING, Status.IN_DOUBT}


@dataclass(slots=True)
class PlanReport:
    """How many rows planning added, moved and took away."""

    visits_added: int = 0
    visits_moved: int = 0
    visits_cancelled: int = 0
    reminders_added: int = 0
    reminders_cancelled: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was done at all."""
        return any(getattr(self, name) for name in self.__slots__)


def plan_schedules(
    schedule_ids: Collection[int], *, now: datetime, horizon_days: int | None = None, rulebook: RuleBook | None = None
) -> PlanReport:
    """Bring visits and planned reminders of these schedules to what they should be at `now` (aware).

    `horizon_days` is how far ahead visits exist, by default `PLANNING_HORIZON_DAYS`.
    """
    report, book = PlanReport(), rulebook or RuleBook.load()
    horizon = timedelta(days=settings.PLANNING_HORIZON_DAYS if horizon_days is None else horizon_days)
    for chunk in _chunks(sorted(set(schedule_ids)), BATCH):
        with transaction.atomic():
            _plan_batch(chunk, book, report, now=now, horizon=horizon)
    return report


def _plan_batch(ids: Sequence[int], book: RuleBook, report: PlanReport, *, now: datetime, horizon: timedelta) -> None:
    schedules = list(
        Schedule.objects.select_for_update(of=("self",))
        .select_related("treatment", "patient")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    visits: dict[int, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(schedule__in=schedules).order_by("schedule_id", "number"):
        visits[visit.schedule_id].append(visit)
    changes = lay_out_all(schedules, visits, now=now, horizon=horizon)
    _store_visits(schedules, changes, report, now=now)
    for visit in changes.new:
        visits[visit.schedule_id].append(visit)
    care_events.write(schedules, visits, now=now)
    _plan_reminders(schedules, visits, changes, book, report, now=now)


def lay_out_all(
    schedules: Iterable[Schedule], visits: Mapping[int, list[Visit]], *, now: datetime, horizon: timedelta
) -> VisitChanges:
    """What the visits of these schedules need to hold up to the horizon. Changed in memory; nothing is stored."""
    changes = VisitChanges()
    for schedule in schedules:
        if _why_silent(schedule) is not None:
            schedule.planned_until = None
            continue
        returning, today = schedule.planned_until is None, wall_time.local_date(now, schedule.patient.zone)
        schedule.planned_until = today + horizon
        laid_out = lay_out_visits(
            schedule, visits[schedule.pk], changes, today=today, until=schedule.planned_until, now=now
        )
        if returning:
            set_lapsed_aside(schedule, laid_out, changes, now=now)
    return changes


def _store_visits(schedules: list[Schedule], changes: VisitChanges, report: PlanReport, *, now: datetime) -> None:
    Visit.objects.bulk_create(changes.new, batch_size=_INSERT_BATCH)
    Visit.objects.bulk_update(changes.changed, LAID_OUT_FIELDS, batch_size=200)
    Schedule.objects.bulk_update(schedules, ["planned_until"], batch_size=BATCH)
    open_tasks(changes.tasks)
    for kind, visit_id, outcome in changes.answered:
        close_task(kind, str(visit_id), outcome=outcome, now=now)
    report.visits_added += len(changes.new)
    report.visits_moved += len(changes.moved)
    report.visits_cancelled += len(changes.dropped)


def _plan_reminders(
    schedules: list[Schedule],
    visits: dict[int, list[Visit]],
    changes: VisitChanges,
    book: RuleBook,
    report: PlanReport,
    *,
    now: datetime,
) -> None:
    fresh = {visit.pk for visit in changes.new}
    known = [v.pk for schedule in schedules for v in recent(visits[schedule.pk], now=now) if v.pk not in fresh]
    # Locked, so that a release in full flight either comes first and is seen, or waits for this plan.
    existing = existing_reminders(PlannedReminder.objects.select_for_update(of=("self",)), known)
    work = _ReminderWork()
    for _, _, diff in diffs(schedules, visits, changes, book, existing, now=now):
        work.take(diff, now=now)
    work.store(report, now=now)


def diffs(
    schedules: Iterable[Schedule],
    visits: Mapping[int, list[Visit]],
    changes: VisitChanges,
    book: RuleBook,
    existing: Mapping[int, Sequence[Existing]],
    *,
    now: datetime,
) -> Iterator[tuple[Schedule, Visit, Diff]]:
    """For each visit that may still have something to come: what should exist, held against what does."""
    for schedule in schedules:
        why = _why_silent(schedule)
        rules = () if why else book.rules_for(schedule.treatment)
        for visit in recent(visits[schedule.pk], now=now):
            known, there = facts(visit, schedule), existing.get(visit.pk, ())
            yield (
                schedule,
                visit,
                reconcile(
                    wanted(known, rules, now=now) if rules else [],
                    there,
                    why_gone=why or (Reason.SCHEDULE_CHANGED if visit.pk in changes.dropped else _why_gone(visit)),
                    anchors=anchor_instants(known) if there and not why and visit.status in STANDING else None,
                ),
            )


@dataclass(slots=True)
class _ReminderWork:
    """What a batch comes to, gathered so that it is stored with few queries."""

    add: list[Wanted] = field(default_factory=list)
    cancel: dict[Reason, list[int]] = field(default_factory=lambda: defaultdict(list))
    outdated: dict[Reason, list[int]] = field(default_factory=lambda: defaultdict(list))
    overtaken: list[int] = field(default_factory=list)

    def take(self, diff: Diff, *, now: datetime) -> None:
        """Add the outcome for one visit."""
        self.add.extend(diff.add)
        self.overtaken.extend(reminder.id for reminder in diff.overtaken)
        for reminder, reason in diff.cancel:
            self.cancel[reason].append(reminder.id)
        for reminder, reason in diff.outdated:
            # What is stale by now never leaves anyway.
            if reminder.expires_at > now:
                self.outdated[reason].append(reminder.id)

    def store(self, report: PlanReport, *, now: datetime) -> None:
        """Cancel first: the new row may be the old one at another time."""
        _cancel(self.cancel, now)
        PlannedReminder.objects.filter(pk__in=self.overtaken).update(
            state=ReminderState.CANCELLED, reason=Reason.VISIT_MOVED, settled_at=now
        )
        planned_rows.store(self.add)
        for reason, ids in self.outdated.items():
            take_back(PlannedReminder.objects.filter(pk__in=ids), reason=reason, now=now)
        report.reminders_added += len(self.add)
        report.reminders_cancelled += sum(map(len, self.cancel.values()))


def recent(visits: Iterable[Visit], *, now: datetime) -> list[Visit]:
    """Those of which a reminder may still be to come."""
    oldest = now - timedelta(days=LOOK_BACK_DAYS)
    return [v for v in visits if v.at >= oldest or (v.given_on is not None and v.given_on > oldest.date())]


def take_back(reminders: QuerySet[PlannedReminder], *, reason: Reason, now: datetime) -> None:
    """Undo the release of those whose message has not left; wanted again, they are planned anew.

    One whose provider is asked now is let go of later, if not taken. What was said with one of them is said anew.
    """
    released = reminders.filter(state=ReminderState.RELEASED)
    waiting = list(released.filter(message__status__in=OPEN).values_list("message_id", flat=True))
    outbox.withdraw(waiting, reason=reason.label, now=now)
    gone = {"state": ReminderState.CANCELLED, "reason": reason, "settled_at": now}
    released.filter(message__status=Status.SUPPRESSED).update(**gone)
    beside = PlannedReminder.objects.filter(message__in=waiting, message__status=Status.SUPPRESSED)
    beside.filter(state=ReminderState.RELEASED).update(**PLANNED_ANEW, due_at=now)


def readdress(patient_id: int, *, now: datetime) -> None:
    """Take back what still waits to leave for an address that is not the patient's any more; it is planned anew."""
    addresses = ContactPoint.objects.filter(patient=patient_id, unusable_since__isnull=True).values("address")
    waiting = PlannedReminder.objects.filter(
        visit__schedule__patient=patient_id, state=ReminderState.RELEASED, message__status__in=OPEN
    ).exclude(message__address__in=addresses)
    found = dict(waiting.values_list("pk", "visit__schedule_id"))
    if found:
        with transaction.atomic():
            take_back(PlannedReminder.objects.filter(pk__in=found), reason=Reason.CONTACT_CHANGED, now=now)
            plan_schedules(set(found.values()), now=now)


def let_go(*, now: datetime, limit: int = BATCH) -> int:
    """Cancel what was taken back on its way and did not leave; plan it anew where it is wanted again; how many."""
    by_label = {reason.label: reason for reason in Reason}
    released = RawSQL("reminders_plannedreminder.state = 'released'", [], output_field=BooleanField())
    back = PlannedReminder.objects.filter(released, expires_at__gt=now, message__status=Status.SUPPRESSED)
    rows = back.exclude(message__withdrawn="").values_list("pk", "visit__schedule_id", "message__withdrawn")[:limit]
    schedules = set()
    for pk, schedule_id, label in rows:
        schedules.add(schedule_id)
        PlannedReminder.objects.filter(pk=pk, state=ReminderState.RELEASED).update(
            state=ReminderState.CANCELLED, reason=by_label.get(label, Reason.RULE_CHANGED), settled_at=now
        )
    plan_schedules(schedules, now=now)
    return len(schedules)


def _why_silent(schedule: Schedule) -> Reason | None:
    return standing_reason(PatientStatus(schedule.patient.status), ScheduleStatus(schedule.status))


def _why_gone(visit: Visit) -> Reason:
    """Why a reminder of this visit that used to be wanted is not any more."""
    reasons = {"given": Reason.DOSE_GIVEN, "missed": Reason.VISIT_MISSED, "cancelled": Reason.VISIT_CANCELLED}
    if visit.status in reasons:
        return reasons[visit.status]
    return Reason.CONFIRMED if visit.confirmed_at else Reason.RULE_CHANGED


def existing_reminders(reminders: QuerySet[PlannedReminder], visit_ids: Collection[int]) -> dict[int, list[Existing]]:
    """What is stored for these visits and not cancelled, by visit."""
    found: dict[int, list[Existing]] = defaultdict(list)
    if not visit_ids:
        return found
    rows = reminders.filter(visit_id__in=visit_ids).exclude(state=ReminderState.CANCELLED)
    names = ("id", "visit_id", "rule_id", "channel", "anchor_at", "send_at", "expires_at")
    values = rows.values_list(*names, "state", "message__status", "rule__code")
    for *plain, state, sent, rung in values.iterator(chunk_size=_INSERT_BATCH):
        there = Existing(
            **dict(zip(names, plain, strict=True)), state=ReminderState(state), left=sent in LEFT, rung=rung
        )
        found[there.visit_id].append(there)
    return found


def _cancel(cancel: dict[Reason, list[int]], now: datetime) -> None:
    for reason, ids in cancel.items():
        for chunk in _chunks(ids, _INSERT_BATCH):
            # Only what is still planned: a release that got there first has already decided.
            PlannedReminder.objects.filter(pk__in=chunk, state=ReminderState.PLANNED).update(
                state=ReminderState.CANCELLED, reason=reason, settled_at=now
            )


def _chunks(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))
