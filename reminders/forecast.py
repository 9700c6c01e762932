"""The plan as it would become: a change to a rule, a treatment or a schedule, planned in memory and stored nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import WordingError, fold_to_gsm7, segments
from reminders import planner, rendering
from reminders.domain.forecast import Forecast, Line, paired
from reminders.domain.plan import Existing
from reminders.domain.words import STANDING, ReminderState, ScheduleStatus
from reminders.models import PlannedReminder, ReminderRule, Schedule, Treatment, Visit
from reminders.rulebook import RuleBook

DAYS = 90
#: Of more schedules than this, these many are looked at, spread evenly, and the counts are scaled up.
MOST_SCHEDULES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is about to be saved, as unsaved rows; whatever is left out stays as it is."""

    rule: ReminderRule | None = None
    treatment: Treatment | None = None
    schedule: Schedule | None = None

    def affected(self) -> QuerySet[Schedule]:
        """The active schedules that it is about, before or after."""
        condition = Q(pk__in=[])
        if self.rule is not None:
            condition |= speaks_about(self.rule)
            if self.rule.pk is not None:
                condition |= speaks_about(ReminderRule.objects.get(pk=self.rule.pk))
        if self.treatment is not None:
            condition |= Q(treatment=self.treatment.pk)
        if self.schedule is not None:
            condition |= Q(pk=self.schedule.pk)
        return Schedule.objects.filter(condition, status=ScheduleStatus.ACTIVE)


def speaks_about(rule: ReminderRule) -> Q:
    """Which schedules a rule is about."""
    return Q(treatment=rule.treatment_id) if rule.treatment_id else Q(treatment__route=rule.route)


def forecast(proposal: Proposal, *, now: datetime, days: int = DAYS) -> Forecast:
    """What saving `proposal` at `now` (aware) would change within so many days. Writes and locks nothing."""
    ids = list(proposal.affected().order_by("pk").values_list("pk", flat=True))
    looked_at = ids if len(ids) <= MOST_SCHEDULES else _spread(ids, MOST_SCHEDULES)
    until = now + timedelta(days=days)
    book, names = _book(proposal)
    work = _Work(names, now)
    for start in range(0, len(looked_at), planner.BATCH):
        work.look_at(_loaded(looked_at[start : start + planner.BATCH], proposal), book)
    if proposal.schedule is not None and proposal.schedule._state.adding:
        work.look_at([proposal.schedule], book)

    def near(lines: Iterable[Line]) -> list[Line]:
        return [line for line in lines if line.when < until]

    count = len(ids) or int(proposal.schedule is not None)
    share = len(looked_at) / len(ids) if ids else 1.0
    return Forecast(near(paired(work.messages)), near(paired(work.visits)), schedules=count, share=share)


def _spread(ids: Sequence[int], most: int) -> list[int]:
    return [ids[position * len(ids) // most] for position in range(most)]


def _book(proposal: Proposal) -> tuple[RuleBook, dict[int | None, ReminderRule]]:
    """The ladder with the proposed rung in the place of its old self."""
    rules = list(ReminderRule.objects.select_related("treatment"))
    if proposal.rule is not None:
        rules = [*(rule for rule in rules if rule.pk != proposal.rule.pk), proposal.rule]
    return RuleBook(rules), {rule.pk: rule for rule in rules}


def _loaded(ids: Sequence[int], proposal: Proposal) -> list[Schedule]:
    """The schedules as they would be."""
    rows = Schedule.objects.select_related("treatment", "patient__clinic").filter(pk__in=ids).order_by("pk")
    schedules = []
    for row in rows:
        schedule = proposal.schedule if proposal.schedule and proposal.schedule.pk == row.pk else row
        if proposal.treatment is not None:
            schedule.treatment = proposal.treatment
        schedules.append(schedule)
    return schedules


@dataclass(slots=True)
class _Work:
    """Lines gathered over all batches."""

    rules: dict[int | None, ReminderRule]
    now: datetime
    messages: list[Line] = field(default_factory=list)
    visits: list[Line] = field(default_factory=list)
    _weights: dict[tuple[object, ...], int] = field(default_factory=dict)

    def look_at(self, schedules: Sequence[Schedule], book: RuleBook) -> None:
        """Plan these schedules in memory, and note what would change."""
        visits: dict[int, list[Visit]] = defaultdict(list)
        stored = Visit.objects.filter(schedule__in=[s for s in schedules if s.pk]).order_by("schedule_id", "number")
        before = {}
        for visit in stored:
            visits[visit.schedule_id].append(visit)
            before[visit.pk] = visit.at if visit.status in STANDING else None
        horizon = timedelta(days=settings.PLANNING_HORIZON_DAYS)
        changes = planner.lay_out_all(schedules, visits, now=self.now, horizon=horizon)
        for visit in changes.new:
            visits[visit.schedule_id].append(visit)
        coming = [v.pk for s in schedules for v in planner.recent(visits[s.pk], now=self.now) if v.pk]
        existing = planner.existing_reminders(PlannedReminder.objects.all(), coming)
        for schedule in schedules:
            self.visits += self._of_visits(schedule, visits[schedule.pk], before)
        for schedule, visit, diff in planner.diffs(schedules, visits, changes, book, existing, now=self.now):
            taken_back = [(row, why) for row, why in diff.outdated if not row.left and row.expires_at > self.now]
            gone = [row for row, _ in [*diff.cancel, *taken_back]]
            self.messages += [self._line(schedule, visit, row, was=row.send_at) for row in gone]
            self.messages += [self._line(schedule, visit, row, becomes=row.send_at) for row in diff.add]

    def _of_visits(
        self, schedule: Schedule, visits: Iterable[Visit], before: dict[int, datetime | None]
    ) -> Iterator[Line]:
        for visit in visits:
            was = before.get(visit.pk) if visit.pk else None
            becomes = visit.at if visit.status in STANDING else None
            if was != becomes and max(filter(None, (was, becomes))) > self.now:
                yield Line(
                    patient=schedule.patient_id,
                    schedule=schedule.pk or 0,
                    visit=visit.number,
                    was=was,
                    becomes=becomes,
                )

    def _line(
        self,
        schedule: Schedule,
        visit: Visit,
        row: Existing | planner.Wanted,
        *,
        was: datetime | None = None,
        becomes: datetime | None = None,
    ) -> Line:
        rule = self.rules[row.rule_id]
        return Line(
            patient=schedule.patient_id,
            schedule=schedule.pk or 0,
            visit=visit.number,
            rule=rule.code,
            channel=row.channel,
            was=was,
            becomes=becomes,
            segments=self._weight(rule, schedule, visit) if row.channel == Channel.SMS else 0,
        )

    def _weight(self, rule: ReminderRule, schedule: Schedule, visit: Visit) -> int:
        """What its text is billed as. The same for all of a clinic, place and language, give or take a letter."""
        patient = schedule.patient
        key = (rule.template, patient.language, patient.clinic_id, schedule.location)
        if key not in self._weights:
            visit.schedule = schedule
            reminder = PlannedReminder(visit=visit, rule=rule, channel=Channel.SMS, state=ReminderState.PLANNED)
            self._weights[key] = _parts(reminder, patient.language, self.now)
        return self._weights[key]


def _parts(reminder: PlannedReminder, language: str, now: datetime) -> int:
    try:
        wording = wordings.load(reminder.rule.template, language, Channel.SMS)
        known = {**rendering.VOCABULARY, **rendering.values(reminder, needed=(), now=now)}
        return segments(fold_to_gsm7(wording.filled(known).body)).count
    except WordingError:
        # It could not be sent as it stands: that is the linter's and the form's to say, not the count's.
        return 1
