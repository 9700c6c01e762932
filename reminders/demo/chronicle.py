"""What the demo's patients were sent in the past: reminders of their last dose, with attempts and receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from messaging import outbox
from messaging.domain.delivery import Channel, Status
from messaging.domain.quiet_hours import Window
from messaging.models import Attempt, Message, Receipt
from patients.models import Patient
from reminders import rendering
from reminders.demo.story import Told
from reminders.domain.plan import anchor_point
from reminders.domain.words import Anchor, Condition, ReminderState
from reminders.models import PlannedReminder, ReminderRule, Visit
from reminders.release import CONTACT_KINDS
from reminders.rulebook import RuleBook
from reminders.visits import facts

#: Days before the visit from which on reminders are told of.
_REACHES_BACK = timedelta(days=3)
_ANSWERED = timedelta(seconds=1)
_ARRIVED = timedelta(seconds=4)
_NAMES = UUID("6f1d7c1e-52c8-4f3e-9a54-0d8a0c2b7e11")


def tell_past(told: Iterable[Told], *, now: datetime) -> None:
    """Store the messages of each patient's last dose, as if they had been sent at their time."""
    book = RuleBook.load()
    codes = {rule.pk: rule for rule in ReminderRule.objects.all()}
    for each in told:
        if each.given:
            reminders = list(_reminders(each, each.given[-1], book, codes, now))
            PlannedReminder.objects.bulk_create(reminders)
            for reminder in reminders:
                _send(reminder, each.patient)


def _reminders(
    told: Told, visit: Visit, book: RuleBook, rules: dict[int, ReminderRule], now: datetime
) -> Iterator[PlannedReminder]:
    """What the ladder asked for around `visit` and was sent before it."""
    schedule = told.schedule
    visit.schedule = schedule
    point = anchor_point(facts(visit, schedule), Anchor.VISIT)
    if point is None:
        return
    for rule in book.rules_for(schedule.treatment):
        planned = rule.offset.apply(visit.at, visit.on, schedule.patient.zone)
        if rule.anchor is not Anchor.VISIT or rule.condition is Condition.GIVEN or not rule.offset.is_before:
            continue
        if not visit.at - _REACHES_BACK <= planned < min(visit.at, now):
            continue
        for channel in rule.channels:
            if _address(told.patient, Channel(channel)):
                yield PlannedReminder(
                    visit=visit,
                    rule=rules[rule.id],
                    channel=channel,
                    anchor_at=point[0],
                    send_at=planned,
                    due_at=planned,
                    expires_at=visit.at,
                )


def _address(patient: Patient, channel: Channel) -> str:
    contact = patient.contacts.filter(kind=CONTACT_KINDS[channel]).order_by("position").first()
    return contact.address if contact else ""


def _send(reminder: PlannedReminder, patient: Patient) -> None:
    """Hand it to the outbox, and write down what the carrier answered."""
    channel, clinic, at = Channel(reminder.channel), patient.clinic, reminder.send_at
    window = Window(clinic.messages_from, clinic.messages_until)
    draft = rendering.draft(reminder, _address(patient, channel), window=window, now=at)
    message = outbox.enqueue([draft], now=at)[draft.key]
    arrive(message, at=at, words=("sent", "delivered") if channel is Channel.SMS else ())
    reminder.state, reminder.message, reminder.settled_at = ReminderState.RELEASED, message, at
    reminder.save()


def arrive(message: Message, *, at: datetime, words: tuple[str, ...], reason: str = "", code: str = "") -> None:
    """Write a message's way down: one attempt at `at`, and the receipts that the carrier sent, in `words`."""
    name = uuid5(_NAMES, message.key).hex
    is_sms = message.channel == Channel.SMS
    message.provider_id = f"SM{name}" if is_sms else f"<{name}@bonewatch.example>"
    message.status = Status(words[-1]) if words else Status.SENT
    message.attempts, message.submitted_at, message.accepted_at = 1, at, at + _ANSWERED
    message.finished_at = at + _ARRIVED if words else None
    message.reason, message.error_code = reason, code
    message.save()
    Attempt.objects.create(
        message=message,
        number=1,
        worker="demo",
        started_at=at,
        finished_at=message.accepted_at,
        outcome=Attempt.Outcome.ACCEPTED,
        provider_id=message.provider_id,
    )
    Receipt.objects.bulk_create(
        Receipt(
            message=message,
            provider_id=message.provider_id,
            word=word,
            status=word,
            error_code=code if word == words[-1] else "",
            applied=True,
            received_at=at + _ARRIVED,
        )
        for word in words
    )
