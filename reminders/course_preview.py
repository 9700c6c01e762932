"""A course as it would be once it is saved: its visits and messages, planned in memory by the planner's own steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.quiet_hours import Window, next_open
from messaging.domain.wording import WordingError
from reminders import planner, rendering
from reminders.domain import gate
from reminders.domain.plan import Existing, Wanted
from reminders.domain.words import STANDING, Condition, Reason, ReminderState, ScheduleStatus
from reminders.last_look import contacts_for
from reminders.models import PlannedReminder, ReminderRule, Schedule, Visit
from reminders.reach import Reach
from reminders.rulebook import RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. `leaves_at`: when the patient may be disturbed; None where that is too late. Instants in UTC."""

    rule: ReminderRule
    channel: str
    send_at: datetime
    expires_at: datetime
    leaves_at: datetime | None
    only_if: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A visit that stands, and what is said about it, in the order of time."""

    visit: Visit
    messages: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, and over which channel it leaves; `problem`: why it would not."""

    channel: str
    text: str = ""
    subject: str = ""
    problem: Reason | None = None


def preview(schedule: Schedule, *, now: datetime) -> list[Coming]:
    """Every visit that `schedule`, saved at `now` (aware), would have ahead, with its messages. Stores nothing.

    The rows in memory are the planner's to change: `schedule` is one that nobody saves afterwards.
    """
    if schedule.status == ScheduleStatus.FINISHED:
        schedule.status = ScheduleStatus.ACTIVE
    stored = Visit.objects.filter(schedule=schedule).order_by("number") if schedule.pk else Visit.objects.none()
    visits = {schedule.pk: list(stored)}
    horizon = timedelta(days=settings.PLANNING_HORIZON_DAYS)
    changes = planner.lay_out_all([schedule], visits, now=now, horizon=horizon)
    visits[schedule.pk].extend(changes.new)
    ids = [visit.pk for visit in planner.recent(visits[schedule.pk], now=now) if visit.pk]
    existing = planner.existing_reminders(PlannedReminder.objects.all(), ids)
    rules = list(ReminderRule.objects.select_related("treatment"))
    named = {rule.pk: rule for rule in rules}
    window, zone = Window(*schedule.patient.hours), schedule.patient.zone
    said = {}
    for _schedule, visit, diff in planner.diffs([schedule], visits, changes, RuleBook(rules), existing, now=now):
        kept = [row for row in diff.keep if row.state is ReminderState.PLANNED]
        rows: list[Existing | Wanted] = [*kept, *diff.add]
        lines = [_said(row, named[row.rule_id], window, zone) for row in rows]
        said[visit.number] = sorted(lines, key=lambda one: (one.send_at, one.rule.pk, one.channel))
    standing = [visit for visit in visits[schedule.pk] if visit.status in STANDING and visit.at > now]
    return [Coming(visit=visit, messages=said.get(visit.number, [])) for visit in standing]


def _said(row: Existing | Wanted, rule: ReminderRule, window: Window, zone: ZoneInfo) -> Said:
    leaves = next_open(row.send_at, window, zone)
    return Said(
        rule=rule,
        channel=row.channel,
        send_at=row.send_at,
        expires_at=row.expires_at,
        leaves_at=leaves if leaves < row.expires_at else None,
        only_if=Condition(rule.condition),
    )


def words(schedule: Schedule, visit: Visit, said: Said, reach: Reach, *, page: str) -> Words:
    """What the patient would read, in her language, over the first contact that may be used; `page` for her link."""
    visit.schedule = schedule
    reminder = PlannedReminder(visit=visit, rule=said.rule, channel=said.channel, state=ReminderState.PLANNED)
    contact = gate.first_open(contacts_for(reminder, reach, None))
    if isinstance(contact, Reason):
        return Words(said.channel, problem=contact)
    channel = Channel(contact.channel or said.channel)
    try:
        wording = wordings.load(rendering.template_for(reminder, contact), schedule.patient.language, channel)
        at = said.leaves_at or said.send_at
        filled = wording.filled(rendering.values(reminder, needed=wording.variables, now=at, page=page))
    except WordingError:
        return Words(channel, problem=Reason.WORDING)
    return Words(channel, text=filled.body, subject=filled.subject)
