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
from messaging.domain.wording import WordingError
from messaging.models import Message
from patients.board import open_tasks
from patients.links import page_urls
from reminders import cadence, last_look, no_room, rendering
from reminders.cadence import RELATED, Letter
from reminders.domain.words import Reason, ReminderState
from reminders.models import PlannedReminder
from reminders.reach import Reach, reach_of
from reminders.unreached import nobody_task

log = structlog.get_logger(__name__)

#: Reminders in one transaction.
BATCH = 200
_UNREACHED = {Reason.NO_CONTACT, Reason.CONTACT_UNUSABLE, Reason.NO_CONSENT, Reason.ALL_TRIED, Reason.WORDING}
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
        letters = cadence.fit(last_look.look(reminders, reach, now=now), reach, now=now)
        drafts = _worded(letters, now=now)
        for key, message in _hand_in(drafts, now=now).items():
            _settle(drafts[key][1], message, now=now)
        touched = {reminder.pk: reminder for reminder in reminders}
        touched |= {reminder.pk: reminder for letter in letters for reminder in letter.all}
        _store(list(touched.values()), now=now)
        _ask_for_contacts(reminders, reach, now=now)
        no_room.tell(reminders, now=now)
        if drafts:
            outbox.wake(Urgency.ORDINARY)
    log.info("reminders_released", decided=len(reminders), released=len(drafts))
    return len(reminders)


def _worded(letters: Sequence[Letter], *, now: datetime) -> dict[str, tuple[outbox.Draft, Letter]]:
    """The letters in words, by the key of the message; what has none is skipped and says so."""
    pages = _pages(letters, now=now)
    drafts = {}
    for letter in letters:
        try:
            draft = _draft(letter, pages, now=now)
        except DatabaseError:
            raise
        except WordingError as error:
            rule = letter.all[0].rule
            log.error("reminder_without_words", rule=rule.code, template=rule.template, why=str(error))
        except Exception as error:  # noqa: BLE001
            # Only the error's kind: its words may name her.
            log.error("reminder_broke", reminder=letter.all[0].pk, error=type(error).__name__)
        else:
            drafts[draft.key] = draft, letter
            continue
        _refuse(letter, now)
    return drafts


def _draft(letter: Letter, pages: Mapping[tuple[int, int], str], *, now: datetime) -> outbox.Draft:
    first, *others = letter.speaks
    return rendering.draft(
        first.reminder,
        first.contact,
        window=first.window,
        now=now,
        page=pages.get((_patient_of(letter), first.contact.id), ""),
        beside=[ready.reminder for ready in others],
    )


def _pages(letters: Sequence[Letter], *, now: datetime) -> dict[tuple[int, int], str]:
    """The address of the patient's own page, by patient and contact, where words want one."""
    wanted = {
        (_patient_of(letter), letter.speaks[0].contact.id)
        for letter in letters
        if len(letter.speaks) == 1 and rendering.wants_page(letter.speaks[0].reminder, letter.speaks[0].contact)
    }
    found: dict[tuple[int, int], str] = {}
    while wanted:
        # A patient may be told twice at once, by text and by mail: one contact of each patient at a time.
        batch = dict(wanted)
        wanted -= set(batch.items())
        found |= {(patient, batch[patient]): url for patient, url in page_urls(batch, now=now).items()}
    return found


def _patient_of(letter: Letter) -> int:
    return letter.speaks[0].reminder.visit.schedule.patient_id


def _settle(letter: Letter, message: Message, *, now: datetime) -> None:
    for reminder in letter.all:
        reminder.state, reminder.message, reminder.settled_at, reminder.reason = (
            ReminderState.RELEASED,
            message,
            now,
            "",
        )
    for ready in letter.said:
        ready.reminder.reason = Reason.SAID_TOGETHER


def _refuse(letter: Letter, now: datetime) -> None:
    for reminder in letter.all:
        last_look.skip(reminder, Reason.WORDING, now)


def _store(reminders: Sequence[PlannedReminder], *, now: datetime) -> None:
    """Write the decisions down: one statement for all that share one."""
    # Not `bulk_update`: a CASE for each of five columns took longer than all the rest of releasing.
    waiting: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    skipped: dict[str, list[int]] = defaultdict(list)
    messages: dict[str, dict[int, int]] = defaultdict(dict)
    for reminder in reminders:
        if reminder.state == ReminderState.PLANNED:
            waiting[reminder.due_at, reminder.reason].append(reminder.pk)
        elif reminder.state == ReminderState.SKIPPED:
            skipped[reminder.reason].append(reminder.pk)
        elif reminder.message_id is not None:
            messages[reminder.reason][reminder.pk] = reminder.message_id
    rows = PlannedReminder.objects
    for (until, reason), ids in waiting.items():
        rows.filter(pk__in=ids).update(due_at=until, reason=reason)
    for reason, ids in skipped.items():
        rows.filter(pk__in=ids).update(state=ReminderState.SKIPPED, reason=reason, settled_at=now)
    for reason, own in messages.items():
        case = Case(*(When(pk=pk, then=Value(message)) for pk, message in own.items()))
        rows.filter(pk__in=own).update(state=ReminderState.RELEASED, message=case, reason=reason, settled_at=now)


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
            reminder.message, reminder.reason = None, ""
            reminder.wording += 1
        PlannedReminder.objects.bulk_update(rows, [*_SETTLED_FIELDS, "wording"], batch_size=BATCH)
    return len(rows)


def _claim_due(now: datetime, limit: int) -> list[PlannedReminder]:
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    planned = RawSQL("reminders_plannedreminder.state = 'planned'", [], output_field=BooleanField())
    due = PlannedReminder.objects.filter(planned, due_at__lte=now).order_by("due_at", "id")
    skip = connection.features.has_select_for_update_skip_locked
    loaded = due.select_related(*RELATED).select_for_update(of=("self",), skip_locked=skip)
    # Found in the index alone, then locked and loaded by id: the table is read once, not twice.
    found = list(due.values_list("pk", flat=True)[:limit])
    rows = list(loaded.filter(pk__in=found))
    if len(rows) == len(found):
        return rows
    # Somebody holds some of them: look past those, rather than wait.
    return list(loaded[:limit])


def _hand_in(drafts: Mapping[str, tuple[outbox.Draft, Letter]], *, now: datetime) -> dict[str, Message]:
    """Enqueue all; where the outbox refuses one, all but that one."""
    try:
        return outbox.enqueue([draft for draft, _ in drafts.values()], now=now)
    except ValueError:
        stored: dict[str, Message] = {}
        for draft, letter in drafts.values():
            try:
                stored |= outbox.enqueue([draft], now=now)
            except ValueError as error:
                log.error("reminder_refused_by_outbox", why=str(error))
                _refuse(letter, now)
        return stored


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
