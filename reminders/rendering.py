"""From a due reminder to the words that leave: filled at the moment of sending, so that "tomorrow" is true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from messaging import outbox, wordings
from messaging.domain.delivery import Channel, Purpose
from messaging.domain.quiet_hours import Window
from messaging.domain.wording import WordingError
from messaging.wordings import Wording
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
    "page": f"https://reminders.example-hospital.org/p/{22 * 'x'}/",
    "count": "4",
    "times": "10:30 AM, 11:30 AM, 12:30 PM, 10:30 PM",
}

#: How the name of a wording ends that speaks to a caregiver.
FOR_CAREGIVERS = "_caregiver"
#: …and one that names drug and illness, for patients who agreed to that in a clinic that allows it.
IN_DETAIL = "_detail"
#: Several visits of one day in one text; the second asks for a confirmation.
TOGETHER, TOGETHER_ASKING = "visits_together", "visits_together_confirm"


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
    """The wording for `contact`: a caregiver is spoken to as one, and in detail who agreed, where such words exist."""
    template, patient = reminder.rule.template, reminder.visit.schedule.patient
    detailed = not contact.caregiver and patient.clinic.allows_detail and patient.detail_agreed_at is not None
    ending = FOR_CAREGIVERS if contact.caregiver else IN_DETAIL
    own = f"{template}{ending}"
    return own if (contact.caregiver or detailed) and _exists(own, reminder, contact) else template


def wants_page(reminder: PlannedReminder, contact: gate.Contact) -> bool:
    """Whether the wording for `contact` names the patient's own page."""
    try:
        return "page" in _wording(template_for(reminder, contact), reminder, contact).variables
    except WordingError:
        # Told of when it is filled.
        return False


def can_say(reminder: PlannedReminder, contact: gate.Contact) -> bool:
    """Whether there are words for `contact` over its channel in the patient's language."""
    return _exists(reminder.rule.template, reminder, contact)


def draft(
    reminder: PlannedReminder,
    contact: gate.Contact,
    *,
    window: Window,
    now: datetime,
    page: str = "",
    beside: Sequence[PlannedReminder] = (),
) -> outbox.Draft:
    """The message for `reminder` as worded at `now` (aware). WordingError when a blank has no value.

    `page` is the address of the patient's own page; visits of the same day as the reminder's, of the reminders
    `beside`, are named with it. It expires with its reminders, or when its words stop being true: at midnight, or when
    the hours in which the patient may be disturbed end.
    """
    patient = reminder.visit.schedule.patient
    channel = _channel(reminder, contact)
    template = _template_together((reminder, *beside)) if beside else template_for(reminder, contact)
    wording = _wording(template, reminder, contact)
    words = wording.filled(values(reminder, needed=wording.variables, now=now, page=page, beside=beside))
    fresh = min(gate.fresh_until(now, window, patient.zone), *(other.expires_at for other in (reminder, *beside)))
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
        routine=channel is Channel.SMS and reminder.rule.counts,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=fresh,
    )


def _template_together(reminders: Iterable[PlannedReminder]) -> str:
    asks = any(reminder.rule.condition == Condition.UNCONFIRMED for reminder in reminders)
    return TOGETHER_ASKING if asks else TOGETHER


def _channel(reminder: PlannedReminder, contact: gate.Contact) -> Channel:
    return Channel(contact.channel or reminder.channel)


def _wording(template: str, reminder: PlannedReminder, contact: gate.Contact) -> Wording:
    return wordings.load(template, reminder.visit.schedule.patient.language, _channel(reminder, contact))


def _exists(template: str, reminder: PlannedReminder, contact: gate.Contact) -> bool:
    try:
        _wording(template, reminder, contact)
    except WordingError:
        return False
    return True


def values(
    reminder: PlannedReminder,
    *,
    needed: tuple[str, ...],
    now: datetime,
    page: str = "",
    beside: Sequence[PlannedReminder] = (),
) -> dict[str, str]:
    """What fills the blanks. WordingError when one of `needed` would leave a hole in a sentence."""
    visit = reminder.visit
    schedule = visit.schedule
    clinic, patient = schedule.patient.clinic, schedule.patient
    zone, language = patient.zone, patient.language
    instants = sorted({visit.at, *(other.visit.at for other in beside)})
    filled = {
        "clinic": clinic.short_name,
        "day": phrases.day(visit.at, now=now, zone=zone, language=language),
        "time": phrases.clock(visit.at, zone=zone, language=language),
        "when": phrases.full(visit.at, zone=zone, language=language),
        "location": schedule.location or clinic.name,
        "phone": daytime_line(clinic),
        "tasks": "\n".join(f"- {task}" for task in in_language(schedule.treatment.before_visit_tasks, language)),
        "page": page,
        "count": str(1 + len(beside)),
        "times": ", ".join(phrases.clock(at, zone=zone, language=language) for at in instants),
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
