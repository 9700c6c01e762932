"""Releasing warnings: what is due is looked at once more and becomes a message, or says why it will not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.domain import education
from alerts.domain.education import Send, Situation, Wait, Way
from alerts.domain.warning_words import Audience, WarningReason, WarningState
from alerts.models import PlannedWarning
from alerts.warnings import texts
from messaging import consent, outbox
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.domain.quiet_hours import Window
from messaging.domain.wording import WordingError
from patients.domain.profile import ContactKind, PatientStatus
from patients.models import ContactPoint, Patient

log = structlog.get_logger(__name__)

#: Warnings in one transaction.
BATCH = 200
CONTACT_KINDS = {Channel.SMS: ContactKind.PHONE, Channel.EMAIL: ContactKind.EMAIL}
_FIELDS = ("state", "reason", "due_at", "settled_at", "channel", "text", "message")
#: A patient's contact points in the order in which they are tried, and whether each agreed to warnings.
Contacts = Sequence[tuple[ContactPoint, bool]]


def release_due(*, now: datetime, limit: int = BATCH) -> int:
    """Decide on up to `limit` warnings that are due at `now` (aware); how many were decided.

    One transaction, no network: each row leaves it released with its message, waiting for quiet hours
    to end, or skipped with a reason. A second worker skips the rows that this one holds.
    """
    with transaction.atomic():
        rows = _claim_due(now, limit)
        contacts = contacts_of({row.patient_id for row in rows})
        released = sum(_settle(row, contacts[row.patient_id], now) for row in rows)
        PlannedWarning.objects.bulk_update(rows, _FIELDS, batch_size=BATCH)
        if released:
            outbox.wake(Urgency.ORDINARY)
    if rows:
        log.info("warnings_released", decided=len(rows), released=released)
    return len(rows)


def send_again(*, now: datetime, limit: int = BATCH) -> int:
    """Plan anew what waited in the outbox past the hours in which it may arrive, and is fresh still; how many."""
    with transaction.atomic():
        rows = list(held_up(now).select_for_update(of=("self",)).order_by("pk")[:limit])
        for row in rows:
            row.state, row.due_at, row.settled_at = WarningState.PLANNED, now, None
            row.message, row.text, row.channel = None, None, ""
        PlannedWarning.objects.bulk_update(rows, _FIELDS, batch_size=BATCH)
    return len(rows)


def contacts_of(patients: Collection[int]) -> Mapping[int, Contacts]:
    """The contacts of each patient, by her id."""
    found: dict[int, list[tuple[ContactPoint, bool]]] = defaultdict(list)
    points = list(ContactPoint.objects.filter(patient__in=patients).order_by("position", "id"))
    agreed = consent.allowed({(point.address, Purpose.WARNINGS) for point in points})
    for point in points:
        found[point.patient_id].append((point, (point.address, Purpose.WARNINGS) in agreed))
    return found


def ways_of(row: PlannedWarning, contacts: Contacts) -> list[Way]:
    """Her contacts over the rule's channels, in the rule's order."""
    return [
        Way(channel=channel, address=point.address, usable=point.is_usable, consented=agreed)
        for channel in row.rule.channels
        for point, agreed in contacts
        if point.kind == CONTACT_KINDS[Channel(channel)]
    ]


def situation_of(row: PlannedWarning, contacts: Contacts) -> Situation:
    """What the decision about `row` rests on."""
    patient = row.patient
    return Situation(
        status=PatientStatus(patient.status),
        rule_stands=row.rule.is_active,
        for_her=row.rule.audience != Audience.SPINE or "spine" in patient.metastasis_sites,
        expires_at=row.expires_at,
        ways=ways_of(row, contacts),
        window=Window(patient.clinic.messages_from, patient.clinic.messages_until),
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


def _settle(row: PlannedWarning, contacts: Contacts, now: datetime) -> bool:
    """Decide on one row, in memory; whether it was released."""
    decision = education.decide(situation_of(row, contacts), now=now)
    if isinstance(decision, Wait):
        row.due_at = decision.until
        return False
    if isinstance(decision, Send):
        try:
            # A savepoint of its own: what is wrong with one draft is not wrong with the others.
            with transaction.atomic():
                _hand_in(row, decision, now)
        except DatabaseError:
            raise
        except (WordingError, ValueError) as error:
            log.error("warning_without_words", rule=row.rule.code, why=type(error).__name__)
            _skip(row, WarningReason.WORDING, now)
            return False
        return True
    _skip(row, decision.reason, now)
    return False


def _skip(row: PlannedWarning, reason: WarningReason, now: datetime) -> None:
    row.state, row.reason, row.settled_at = WarningState.SKIPPED, reason, now


def _hand_in(row: PlannedWarning, decision: Send, now: datetime) -> None:
    channel, patient = Channel(decision.way.channel), row.patient
    words = texts.words(row.rule, patient, channel)
    draft = outbox.Draft(
        # Handed in again after it has waited too long, it is another message.
        key=f"warning:{row.pk}:{now:%Y%m%dT%H%M%S}",
        channel=channel,
        purpose=Purpose.WARNINGS,
        address=decision.way.address,
        body=words.body,
        subject=words.subject,
        html=words.html,
        template=row.rule.template,
        language=texts.language_of(patient),
        due_at=now,
        expires_at=decision.until,
    )
    row.message = outbox.enqueue([draft], now=now)[draft.key]
    row.state, row.channel, row.text, row.settled_at = WarningState.RELEASED, channel, words.version, now


def next_warnings(patient: Patient, *, limit: int = 20) -> list[PlannedWarning]:
    """What she will be told next, by time."""
    planned = PlannedWarning.objects.filter(patient=patient, state=WarningState.PLANNED)
    return list(planned.select_related("rule", "patient__clinic").order_by("send_at", "id")[:limit])
