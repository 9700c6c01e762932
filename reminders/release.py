"""Releasing: what is due passes the gate once more and becomes a message in the outbox, or says why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import Case, RawSQL, Value, When
from django.db.models.fields import BooleanField

from messaging import outbox
from messaging.domain.delivery import Status, Urgency
from messaging.domain.quiet_hours import Window
from messaging.domain.wording import WordingError
from messaging.models import Message
from patients.board import open_tasks
from patients.domain.profile import PatientStatus
from reminders import moves, rendering, rungs
from reminders.domain import gate, ways
from reminders.domain.plan import anchor_point, is_before_visit
from reminders.domain.words import Anchor, Condition, Reason, ReminderState, ScheduleStatus, VisitStatus
from reminders.models import PlannedReminder
from reminders.reach import Reach, reach_of
from reminders.unreached import nobody_task
from reminders.visits import facts

log = structlog.get_logger(__name__)

#: Reminders in one transaction.
BATCH = 200
_UNREACHED = {Reason.NO_CONTACT, Reason.CONTACT_UNUSABLE, Reason.NO_CONSENT, Reason.ALL_TRIED, Reason.WORDING}
#: Where a message was sent to before, and what became of it.
Tries = Mapping[ways.Where, ways.Fate]
_SETTLED_FIELDS = ("state", "reason", "due_at", "settled_at", "message")


def release_due(*, now: datetime, limit: int = BATCH) -> int:
    """Decide on up to `limit` reminders that are due at `now` (aware); how many were decided.

    One transaction, no network: each row leaves it released with its message, waiting for quiet hours
    to end, or skipped with a reason. A second worker skips the rows that this one holds.
    """
    with transaction.atomic():
        reminders = _claim_due(now, limit)
        if not reminders:
            return 0
        reach = reach_of({reminder.visit.schedule.patient_id for reminder in reminders})
        tried = _tried(reminders, now=now)
        drafts: dict[str, PlannedReminder] = {}
        letters: list[outbox.Draft] = []
        for reminder in reminders:
            draft = _decide(reminder, reach, tried.get(reminder.pk), now=now)
            if draft is not None:
                drafts[draft.key] = reminder
                letters.append(draft)
        for key, message in _hand_in(letters, drafts, now=now).items():
            reminder = drafts[key]
            reminder.state, reminder.message, reminder.settled_at = ReminderState.RELEASED, message, now
        _store(reminders, now=now)
        _ask_for_contacts(reminders, reach, now=now)
        if letters:
            outbox.wake(Urgency.ORDINARY)
    log.info("reminders_released", decided=len(reminders), released=len(letters))
    return len(reminders)


def _store(reminders: Sequence[PlannedReminder], *, now: datetime) -> None:
    """Write the decisions down: one statement for all that share one."""
    # Not `bulk_update`: a CASE for each of five columns took longer than all the rest of releasing.
    waiting: dict[datetime, list[int]] = defaultdict(list)
    skipped: dict[str, list[int]] = defaultdict(list)
    messages: dict[int, int] = {}
    for reminder in reminders:
        if reminder.state == ReminderState.PLANNED:
            waiting[reminder.due_at].append(reminder.pk)
        elif reminder.state == ReminderState.SKIPPED:
            skipped[reminder.reason].append(reminder.pk)
        elif reminder.message_id is not None:
            messages[reminder.pk] = reminder.message_id
    rows = PlannedReminder.objects
    for until, ids in waiting.items():
        rows.filter(pk__in=ids).update(due_at=until)
    for reason, ids in skipped.items():
        rows.filter(pk__in=ids).update(state=ReminderState.SKIPPED, reason=reason, settled_at=now)
    if messages:
        own = Case(*(When(pk=pk, then=Value(message)) for pk, message in messages.items()))
        rows.filter(pk__in=messages).update(state=ReminderState.RELEASED, message=own, settled_at=now)


def reword_stale(*, now: datetime, limit: int = BATCH) -> int:
    """Plan anew what waited in the outbox past the day its words were true for; how many.

    The message expired unsent ("tomorrow" had become today); its reminder is still fresh, passes the
    gate again and is worded for the day on which it really leaves.
    """
    with transaction.atomic():
        stale = PlannedReminder.objects.filter(
            RawSQL("reminders_plannedreminder.state = 'released'", [], output_field=BooleanField()),
            expires_at__gt=now,
            message__status=Status.EXPIRED,
        )
        rows = list(stale.select_for_update(of=("self",))[:limit])
        for reminder in rows:
            reminder.state, reminder.due_at, reminder.settled_at = ReminderState.PLANNED, now, None
            reminder.message = None
            reminder.wording += 1
        PlannedReminder.objects.bulk_update(rows, [*_SETTLED_FIELDS, "wording"], batch_size=BATCH)
    return len(rows)


def _claim_due(now: datetime, limit: int) -> list[PlannedReminder]:
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    planned = RawSQL("reminders_plannedreminder.state = 'planned'", [], output_field=BooleanField())
    due = PlannedReminder.objects.filter(planned, due_at__lte=now).order_by("due_at", "id")
    skip = connection.features.has_select_for_update_skip_locked
    related = ("rule", "visit__schedule__treatment", "visit__schedule__patient__clinic")
    loaded = due.select_related(*related).select_for_update(of=("self",), skip_locked=skip)
    # Found in the index alone, then locked and loaded by id: the table is read once, not twice.
    found = list(due.values_list("pk", flat=True)[:limit])
    rows = list(loaded.filter(pk__in=found))
    if len(rows) == len(found):
        return rows
    # Somebody holds some of them: look past those, rather than wait.
    return list(loaded[:limit])


def _hand_in(
    letters: Sequence[outbox.Draft], drafts: Mapping[str, PlannedReminder], *, now: datetime
) -> dict[str, Message]:
    """Enqueue all; where the outbox refuses one, all but that one."""
    try:
        return outbox.enqueue(letters, now=now)
    except ValueError:
        stored: dict[str, Message] = {}
        for letter in letters:
            try:
                stored |= outbox.enqueue([letter], now=now)
            except ValueError as error:
                log.error("reminder_refused_by_outbox", why=str(error))
                _skip(drafts[letter.key], Reason.WORDING, now)
        return stored


def _decide(reminder: PlannedReminder, reach: Reach, tried: Tries | None, *, now: datetime) -> outbox.Draft | None:
    """The message to enqueue, or None once the row in memory says why there is none."""
    try:
        return _draft(reminder, reach, tried, now=now)
    except DatabaseError:
        raise
    except WordingError as error:
        log.error("reminder_without_words", rule=reminder.rule.code, template=reminder.rule.template, why=str(error))
    except Exception as error:  # noqa: BLE001
        # A row that nobody foresaw must not hold back all the others. Only the error's kind: its words may name her.
        log.error("reminder_broke", reminder=reminder.pk, error=type(error).__name__)
    _skip(reminder, Reason.WORDING, now)
    return None


def _draft(reminder: PlannedReminder, reach: Reach, tried: Tries | None, *, now: datetime) -> outbox.Draft | None:
    situation = _situation(reminder, _contacts(reminder, reach, tried))
    decision = gate.decide(situation, now=now)
    if isinstance(decision, gate.Wait):
        reminder.due_at = decision.until
        return None
    if isinstance(decision, gate.Drop):
        nobody_left = tried is not None and decision.reason is Reason.NO_CONTACT
        _skip(reminder, Reason.ALL_TRIED if nobody_left else decision.reason, now)
        return None
    return rendering.draft(reminder, decision.contact, window=situation.window, now=now)


def _tried(reminders: Sequence[PlannedReminder], *, now: datetime) -> Mapping[int, Tries]:
    """What was tried for those of `reminders` whose first message did not arrive."""
    again = set(rungs.past_tries(reminder.pk for reminder in reminders))
    if not again:
        return {}
    rows = [reminder for reminder in reminders if reminder.pk in again]
    known = rungs.gather(list(rungs.mates(rows).select_related("message")), now=now)
    return {row.pk: known[rungs.key_of(row)].tries for row in rows}


def _contacts(reminder: PlannedReminder, reach: Reach, tried: Tries | None) -> list[gate.Contact]:
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


def _skip(reminder: PlannedReminder, reason: Reason, now: datetime) -> None:
    reminder.state, reminder.reason, reminder.settled_at = ReminderState.SKIPPED, reason, now


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
        window=Window(patient.clinic.messages_from, patient.clinic.messages_until),
        zone=patient.zone,
        move_asked=rule.condition == Condition.UNCONFIRMED and moves.unanswered(visit),
    )


def _ask_for_contacts(reminders: list[PlannedReminder], reach: Reach, *, now: datetime) -> None:
    """A coordinator's task, once per visit, where a reminder had no words or could go out by none of its channels."""
    tasks = []
    for reminder in reminders:
        patient_id = reminder.visit.schedule.patient_id
        if reminder.reason not in _UNREACHED:
            continue
        for_certain = reminder.reason in (Reason.WORDING, Reason.ALL_TRIED)
        if not for_certain and reach.reaches(patient_id, reminder.rule.channels):
            continue
        tasks.append(nobody_task(reminder, Reason(reminder.reason), now=now))
    open_tasks(tasks)
