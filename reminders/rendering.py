"""From a due reminder to the words that leave: filled at the moment of sending, so that "tomorrow" is true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings

from messaging import outbox, wordings
from messaging.domain.delivery import Channel, Purpose
from messaging.domain.quiet_hours import Window
from messaging.domain.wording import WordingError
from patients.domain.address import national
from patients.models import Clinic
from reminders import calendar_entries
from reminders.catalogue.lines import in_language
from reminders.domain import gate, phrases
from reminders.domain.words import Anchor, Condition
from reminders.models import PlannedReminder

#: Every blank that a reminder's wording may use, with the longest value it is likely to get.
VOCABULARY: Mapping[str, str] = {
    "clinic": "Bayside Bone & Infusion",
    "day": "Wed, Sep 30",
    "time": "11:30 AM",
    "when": "Wednesday, September 30, 2026 at 11:30 AM",
    "location": "Infusion Center, 3rd floor, Building B, Bayside Hospital",
    "phone": "(202) 555-0123",
    "tasks": "- Blood test in the week before\n- Drink plenty of water the day before",
}


#: How the name of a wording ends that speaks to a caregiver.
FOR_CAREGIVERS = "_caregiver"


def template_problems(template: str, channels: Iterable[str]) -> list[str]:
    """What keeps `template` from being sent, a sentence each, naming file and blank."""
    found = []
    for channel in map(Channel, channels):
        for language in settings.MESSAGE_LANGUAGES:
            try:
                unknown = set(wordings.load(template, language, channel).variables) - set(VOCABULARY)
            except WordingError as error:
                found.append(str(error))
                continue
            if unknown:
                blanks = ", ".join(f"{{{name}}}" for name in sorted(unknown))
                found.append(f"{template} ({language}, {channel}): nobody gives a value for {blanks}")
    return found


def template_for(reminder: PlannedReminder, contact: gate.Contact) -> str:
    """The wording for `contact`: a caregiver is spoken to as one where such words exist."""
    template = reminder.rule.template
    own = f"{template}{FOR_CAREGIVERS}"
    return own if contact.caregiver and _exists(own, reminder, contact) else template


def can_say(reminder: PlannedReminder, contact: gate.Contact) -> bool:
    """Whether there are words for `contact` over its channel in the patient's language."""
    return _exists(reminder.rule.template, reminder, contact)


def draft(reminder: PlannedReminder, contact: gate.Contact, *, window: Window, now: datetime) -> outbox.Draft:
    """The message for `reminder` as worded at `now` (aware). WordingError when a blank has no value.

    It expires with its reminder, or when its words stop being true: at midnight, or when the hours in
    which the patient may be disturbed end.
    """
    patient = reminder.visit.schedule.patient
    channel, template = _channel(reminder, contact), template_for(reminder, contact)
    wording = wordings.load(template, patient.language, channel)
    words = wording.filled(values(reminder, needed=wording.variables, now=now))
    return outbox.Draft(
        key=f"reminder:{reminder.pk}:{reminder.wording}",
        channel=channel,
        purpose=Purpose.REMINDERS,
        address=contact.address,
        body=words.body,
        subject=words.subject,
        html=words.html,
        calendar=_calendar(reminder, contact.address, now=now) if channel is Channel.EMAIL else "",
        template=template,
        template_version=words.version,
        language=patient.language,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=min(reminder.expires_at, gate.fresh_until(now, window, patient.zone)),
    )


def _channel(reminder: PlannedReminder, contact: gate.Contact) -> Channel:
    return Channel(contact.channel or reminder.channel)


def _exists(template: str, reminder: PlannedReminder, contact: gate.Contact) -> bool:
    try:
        wordings.load(template, reminder.visit.schedule.patient.language, _channel(reminder, contact))
    except WordingError:
        return False
    return True


def values(reminder: PlannedReminder, *, needed: tuple[str, ...], now: datetime) -> dict[str, str]:
    """What fills the blanks. WordingError when one of `needed` would leave a hole in a sentence."""
    visit = reminder.visit
    schedule = visit.schedule
    clinic, patient = schedule.patient.clinic, schedule.patient
    zone, language = patient.zone, patient.language
    filled = {
        "clinic": clinic.short_name,
        "day": phrases.day(visit.at, now=now, zone=zone, language=language),
        "time": phrases.clock(visit.at, zone=zone, language=language),
        "when": phrases.full(visit.at, zone=zone, language=language),
        "location": schedule.location or clinic.name,
        "phone": daytime_line(clinic),
        "tasks": "\n".join(f"- {task}" for task in in_language(schedule.treatment.before_visit_tasks, language)),
    }
    empty = [name for name in needed if name != "tasks" and not filled.get(name)]
    if empty:
        raise WordingError(f"nothing to put in for {', '.join(empty)}")
    return filled


def daytime_line(clinic: Clinic) -> str:
    """The clinic's daytime line as people dial it; empty where it has none, or what it has is no number."""
    number = str(clinic.daytime_line or "")
    dialled = national(number)
    return "" if dialled == number else dialled


def _calendar(reminder: PlannedReminder, mailbox: str, *, now: datetime) -> str:
    """The visit as an attachment, with every mail that speaks of a visit to come."""
    visit, rule = reminder.visit, reminder.rule
    if rule.anchor != Anchor.VISIT or rule.condition == Condition.GIVEN or visit.at <= now:
        return ""
    return calendar_entries.entry(visit, mailbox, now=now)
