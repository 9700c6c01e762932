"""What the demo's patients were sent in the past: reminders of their last dose, with attempts and receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from messaging import outbox
from messaging.domain.delivery import Channel
from messaging.domain.quiet_hours import Window
from messaging.retelling import arrive
from patients.links import page_urls
from patients.models import Patient
from reminders import rendering
from reminders.demo.story import Told
from reminders.domain.gate import Contact
from reminders.domain.plan import anchor_point
from reminders.domain.words import Anchor, Condition, ReminderState
from reminders.models import PlannedReminder, ReminderRule, Visit
from reminders.reach import CONTACT_KINDS, reach_of
from reminders.rulebook import RuleBook
from reminders.visits import facts

#: Days before the visit from which on reminders are told of.
_REACHES_BACK = timedelta(days=3)


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
            if told.patient.contacts.filter(kind=CONTACT_KINDS[Channel(channel)]).exists():
                yield PlannedReminder(
                    visit=visit,
                    rule=rules[rule.id],
                    channel=channel,
                    anchor_at=point[0],
                    send_at=planned,
                    due_at=planned,
                    expires_at=visit.at,
                )


def _contact(patient: Patient, channel: Channel) -> Contact:
    return reach_of([patient.pk]).of(patient.pk, channel)[0]


def _send(reminder: PlannedReminder, patient: Patient) -> None:
    """Hand it to the outbox, and write down what the carrier answered."""
    channel, clinic, at = Channel(reminder.channel), patient.clinic, reminder.send_at
    window = Window(clinic.messages_from, clinic.messages_until)
    contact = _contact(patient, channel)
    page = page_urls({patient.pk: contact.id}, now=at)[patient.pk] if rendering.wants_page(reminder, contact) else ""
    draft = rendering.draft(reminder, contact, window=window, now=at, page=page)
    message = outbox.enqueue([draft], now=at)[draft.key]
    arrive(message, at=at, words=("sent", "delivered") if channel is Channel.SMS else ())
    reminder.state, reminder.message, reminder.settled_at = ReminderState.RELEASED, message, at
    reminder.save()
