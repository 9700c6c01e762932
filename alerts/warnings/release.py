"""Releasing warnings: what is due is looked at once more and becomes a message, or says why it will not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import Case, RawSQL, Value, When
from django.db.models.fields import BooleanField

from alerts.domain import education
from alerts.domain.education import Send, Situation, Wait
from alerts.domain.warning_words import Audience, WarningReason, WarningState
from alerts.models import PlannedWarning, WarningText
from alerts.warnings import room, texts
from alerts.warnings.reach import Contacts, Where, contacts_of, tried_of, ways_of
from messaging import outbox
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.domain.quiet_hours import Window
from messaging.models import Message
from patients.domain.profile import PatientStatus
from patients.models import Patient

log = structlog.get_logger(__name__)

#: Warnings in one transaction.
BATCH = 200
#: The newest version of staff's own words, by rule and language.
Versions = Mapping[tuple[int, str], WarningText]


def release_due(*, now: datetime, limit: int = BATCH) -> int:
    """Decide on up to `limit` warnings that are due at `now` (aware); how many were decided.

    One transaction, no network: each row leaves it released with its message, waiting for quiet hours
    to end, or skipped with a reason. A second worker skips the rows that this one holds.
    """
    with transaction.atomic():
        rows = _claim_due(now, limit)
        contacts = contacts_of({row.patient_id for row in rows})
        tried = tried_of([row.pk for row in rows])
        versions = texts.newest_of({row.rule_id for row in rows})
        drafts: dict[str, PlannedWarning] = {}
        letters: list[outbox.Draft] = []
        for row in rows:
            situation = partial(situation_of, row, contacts[row.patient_id], tried.get(row.pk, ()))
            draft = _decide(row, situation, versions, now)
            if draft is not None:
                drafts[draft.key] = row
                letters.append(draft)
        letters, without = room.fit(letters, drafts, now=now)
        for row in without:
            _skip(row, WarningReason.NO_ROOM, now)
        for key, message in _hand_in(letters, drafts, now).items():
            drafts[key].message = message
        _store(rows, now)
        if letters:
            outbox.wake(Urgency.ORDINARY)
    if rows:
        log.info("warnings_released", decided=len(rows), released=len(letters))
    return len(rows)


def send_again(*, now: datetime, limit: int = BATCH) -> int:
    """Plan anew what waited in the outbox past the hours in which it may arrive, and is fresh still; how many."""
    with transaction.atomic():
        held = held_up(now).select_for_update(of=("self",)).order_by("pk")
        ids = list(held.values_list("pk", flat=True)[:limit])
        return PlannedWarning.objects.filter(pk__in=ids).update(
            state=WarningState.PLANNED, due_at=now, settled_at=None, message=None, text=None, channel="", reason=""
        )


def situation_of(row: PlannedWarning, contacts: Contacts, tried: Collection[Where] = ()) -> Situation:
    """What the decision about `row` rests on."""
    patient = row.patient
    return Situation(
        status=PatientStatus(patient.status),
        rule_stands=row.rule.is_active,
        for_her=row.rule.audience != Audience.SPINE or "spine" in patient.metastasis_sites,
        expires_at=row.expires_at,
        ways=ways_of(row, contacts, tried),
        window=Window(*patient.hours),
        zone=patient.zone,
    )


def due(now: datetime) -> QuerySet[PlannedWarning]:
    """What is to be decided on at `now`, the longest due first."""
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    planned = RawSQL("alerts_plannedwarning.state = 'planned'", [], output_field=BooleanField())
    return PlannedWarning.objects.filter(planned, due_at__lte=now).order_by("due_at", "id")


def held_up(now: datetime) -> QuerySet[PlannedWarning]:
    """What was released and is of use still, but whose message did not leave in its hours."""
    released = RawSQL("alerts_plannedwarning.state = 'released'", [], output_field=BooleanField())
    return PlannedWarning.objects.filter(released, expires_at__gt=now, message__status=Status.EXPIRED)


def _claim_due(now: datetime, limit: int) -> list[PlannedWarning]:
    skip = connection.features.has_select_for_update_skip_locked
    held = due(now).select_for_update(of=("self",), skip_locked=skip)
    return list(held.select_related("rule", "patient__clinic")[:limit])


def _decide(
    row: PlannedWarning, situation: Callable[[], Situation], versions: Versions, now: datetime
) -> outbox.Draft | None:
    """The message to enqueue, or None once the row in memory says why there is none."""
    try:
        decision = education.decide(situation(), now=now)
        if isinstance(decision, Send):
            return _draft(row, decision, versions, now)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001
        # A row that nobody foresaw must not hold back the others. Only the error's kind: its words may name her.
        log.error("warning_without_words", warning=row.pk, rule=row.rule.code, error=type(error).__name__)
        _skip(row, WarningReason.WORDING, now)
        return None
    if isinstance(decision, Wait):
        row.due_at, row.reason = decision.until, ""
    else:
        _skip(row, decision.reason, now)
    return None


def _draft(row: PlannedWarning, decision: Send, versions: Versions, now: datetime) -> outbox.Draft:
    channel, patient = Channel(decision.way.channel), row.patient
    language = texts.language_of(patient)
    version = versions.get((row.rule_id, language))
    words = texts.words(row.rule, patient, channel, version)
    row.state, row.channel, row.text, row.settled_at = WarningState.RELEASED, channel, version, now
    row.reason = ""
    return outbox.Draft(
        # Handed in again after it has waited too long, it is another message.
        key=f"warning:{row.pk}:{now:%Y%m%dT%H%M%S}",
        channel=channel,
        purpose=Purpose.WARNINGS,
        address=decision.way.address,
        body=words.body,
        subject=words.subject,
        html=words.html,
        template=row.rule.template,
        template_version=words.version,
        language=language,
        routine=channel is Channel.SMS,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=decision.until,
    )


def _skip(row: PlannedWarning, reason: WarningReason, now: datetime) -> None:
    row.state, row.reason, row.settled_at = WarningState.SKIPPED, reason, now
    row.channel, row.text = "", None


def _hand_in(
    letters: Sequence[outbox.Draft], drafts: Mapping[str, PlannedWarning], now: datetime
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
                log.error("warning_refused_by_outbox", why=str(error))
                _skip(drafts[letter.key], WarningReason.WORDING, now)
        return stored


def _store(rows: Sequence[PlannedWarning], now: datetime) -> None:
    """Write the decisions down: one statement for all that share one; a CASE for each column is far slower."""
    waiting: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    settled: dict[tuple[str, str, str, int | None], list[int]] = defaultdict(list)
    messages: dict[int, int] = {}
    for row in rows:
        if row.state == WarningState.PLANNED:
            waiting[row.due_at, row.reason].append(row.pk)
            continue
        settled[row.state, row.reason, row.channel, row.text_id].append(row.pk)
        if row.message_id is not None:
            messages[row.pk] = row.message_id
    for (due_at, why), ids in waiting.items():
        PlannedWarning.objects.filter(pk__in=ids).update(due_at=due_at, reason=why)
    for (state, reason, channel, text_id), ids in settled.items():
        PlannedWarning.objects.filter(pk__in=ids).update(
            state=state, reason=reason, channel=channel, text=text_id, settled_at=now
        )
    if messages:
        own = Case(*(When(pk=pk, then=Value(message)) for pk, message in messages.items()))
        PlannedWarning.objects.filter(pk__in=messages).update(message=own)


def next_warnings(patient: Patient, *, limit: int = 20) -> list[PlannedWarning]:
    """What she will be told next, by time."""
    planned = PlannedWarning.objects.filter(patient=patient, state=WarningState.PLANNED)
    return list(planned.select_related("rule", "patient__clinic").order_by("send_at", "id")[:limit])
