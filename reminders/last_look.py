"""The last look at a due reminder on real rows: to whom it may go now, until when it waits, or why it never leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError

from messaging.domain.delivery import Channel
from messaging.domain.quiet_hours import Window
from patients.domain.profile import PatientStatus
from reminders import moves, rendering, rungs
from reminders.domain import gate, ways
from reminders.domain.plan import anchor_point, is_before_visit
from reminders.domain.words import Anchor, Condition, Reason, ReminderState, ScheduleStatus, VisitStatus
from reminders.models import PlannedReminder
from reminders.reach import Reach
from reminders.visits import facts

log = structlog.get_logger(__name__)

#: Where a message was sent to before, and what became of it.
Tries = Mapping[ways.Where, ways.Fate]


@dataclass(frozen=True, slots=True)
class Ready:
    """A reminder that may leave now, and to whom."""

    reminder: PlannedReminder
    contact: gate.Contact
    window: Window

    @property
    def channel(self) -> Channel:
        """The way by which it leaves."""
        return Channel(self.contact.channel or self.reminder.channel)


def look(reminders: Sequence[PlannedReminder], reach: Reach, *, now: datetime) -> list[Ready]:
    """Those of `reminders` that may leave now; the row in memory of each other says until when it waits, or why not."""
    tried = _tried(reminders, now=now)
    looked = (_decide(reminder, reach, tried.get(reminder.pk), now=now) for reminder in reminders)
    return [ready for ready in looked if ready is not None]


def peek(reminders: Sequence[PlannedReminder], reach: Reach, *, now: datetime) -> list[Ready]:
    """Those of `reminders` that could leave now although they are due later; the others stay as they are."""
    tried = _tried(reminders, now=now)
    found = []
    for reminder in reminders:
        try:
            situation = _situation(reminder, contacts_for(reminder, reach, tried.get(reminder.pk)))
            decision = gate.decide(situation, now=now)
        except (ValueError, LookupError) as error:
            # Told of when its own time comes.
            log.warning("reminder_not_foreseen", reminder=reminder.pk, error=type(error).__name__)
            continue
        if isinstance(decision, gate.Send):
            found.append(Ready(reminder, decision.contact, situation.window))
    return found


def skip(reminder: PlannedReminder, reason: Reason, now: datetime) -> None:
    """It is never sent."""
    reminder.state, reminder.reason, reminder.settled_at = ReminderState.SKIPPED, reason, now


def _decide(reminder: PlannedReminder, reach: Reach, tried: Tries | None, *, now: datetime) -> Ready | None:
    try:
        return _ready(reminder, reach, tried, now=now)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001
        # A row that nobody foresaw must not hold back all the others. Only the error's kind: its words may name her.
        log.error("reminder_broke", reminder=reminder.pk, error=type(error).__name__)
    skip(reminder, Reason.WORDING, now)
    return None


def _ready(reminder: PlannedReminder, reach: Reach, tried: Tries | None, *, now: datetime) -> Ready | None:
    situation = _situation(reminder, contacts_for(reminder, reach, tried))
    decision = gate.decide(situation, now=now)
    reminder.reason = ""
    if isinstance(decision, gate.Wait):
        reminder.due_at = decision.until
        return None
    if isinstance(decision, gate.Drop):
        nobody_left = tried is not None and decision.reason is Reason.NO_CONTACT
        skip(reminder, Reason.ALL_TRIED if nobody_left else decision.reason, now)
        return None
    return Ready(reminder, decision.contact, situation.window)


def _tried(reminders: Sequence[PlannedReminder], *, now: datetime) -> Mapping[int, Tries]:
    """What was tried for those of `reminders` whose first message did not arrive."""
    again = set(rungs.past_tries((reminder.pk for reminder in reminders), set_aside=False))
    if not again:
        return {}
    rows = [reminder for reminder in reminders if reminder.pk in again]
    known = rungs.gather(list(rungs.mates(rows).select_related("message")), now=now)
    return {row.pk: known[rungs.key_of(row)].tries for row in rows}


def contacts_for(reminder: PlannedReminder, reach: Reach, tried: Tries | None) -> list[gate.Contact]:
    """Whom it may go to, in order: its channel's contacts, or whoever comes next after those that were tried."""
    patient_id = reminder.visit.schedule.patient_id
    own = reach.of(patient_id, reminder.channel)
    if tried is None and (any(c.usable and c.consented for c in own) or not any(c.given_up for c in own)):
        return own
    everybody = [contact for contact in reach.all(patient_id) if rendering.can_say(reminder, contact)]
    if tried is not None:
        step = ways.following(everybody, tried)
        return [step] if isinstance(step, gate.Contact) else []
    # What the rule sends over another channel by itself is not said there twice.
    return own + [c for c in ways.in_order(everybody) if c.channel not in reminder.rule.channels]


def _situation(reminder: PlannedReminder, contacts: Sequence[gate.Contact]) -> gate.Situation:
    visit, rule = reminder.visit, reminder.rule
    schedule = visit.schedule
    patient = schedule.patient
    point = anchor_point(facts(visit, schedule), Anchor(rule.anchor))
    return gate.Situation(
        patient=PatientStatus(patient.status),
        schedule=ScheduleStatus(schedule.status),
        visit=VisitStatus(visit.status),
        visit_at=visit.at,
        confirmed=visit.confirmed_at is not None,
        given=visit.given_on is not None,
        condition=Condition(rule.condition),
        before_visit=is_before_visit(rule.as_rule()),
        rule_stands=rule.is_active,
        anchor_stands=point is not None and point[0] == reminder.anchor_at,
        expires_at=reminder.expires_at,
        contacts=contacts,
        window=Window(*patient.hours),
        zone=patient.zone,
        move_asked=rule.condition == Condition.UNCONFIRMED and moves.unanswered(visit),
    )
