"""What reminders make of a patient's text: a visit confirmed, another time asked for, or words for a person."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import F, QuerySet

from messaging import outbox, wordings
from messaging.domain import wall_time
from messaging.domain.consent_words import Wish
from messaging.domain.consent_words import read as read_wish
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import WordingError
from messaging.models import InboundMessage
from patients.board import draft_task, open_tasks
from patients.models import ContactPoint, Patient, TaskKind
from reminders.domain import phrases
from reminders.domain.replies import Answer, read
from reminders.domain.words import STANDING, Condition, ReminderState
from reminders.models import PlannedReminder, Visit
from reminders.rendering import daytime_line
from reminders.services import confirm_visit, request_move

log = structlog.get_logger(__name__)

#: An answer is worth sending for so long; later it would only puzzle.
ANSWER_LASTS = timedelta(hours=2)
#: What an earlier room has understood in full, and answered.
ANSWERED = ("alert_confirmed", "page_link")
#: How the disposition of a text begins that a nurse has before her; "+" says that there is more in it.
READ_BY_A_NURSE = ("alert_", "nurse_")


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """Read one inbound text; what became of it in a word, or None where it is left to others or to a person."""
    if message.source == InboundMessage.Source.PAGE:
        # A page does itself what its forms say of visits; words on it are read for red flags alone.
        return None
    known = ContactPoint.objects.filter(address=message.from_address).select_related("patient__clinic").order_by("pk")
    # A phone that a family shares is answered in the words of one who is still in treatment.
    contacts = sorted(known, key=lambda contact: not contact.patient.is_active)
    if not contacts or message.disposition in ANSWERED:
        return None
    answer = read(message.body)
    asked = _open_questions(message.from_address, now) if answer else []
    if answer is not None and len(asked) == 1:
        return _answered(answer, asked[0], message, now=now)
    if answer is Answer.CONFIRM and not asked and _asked(message.from_address, now).exists():
        # Said twice: it was understood, and answered, the first time.
        return "confirmed_already"
    wish = read_wish(message.body, carrier_says=message.opt_out_type)
    if message.disposition.startswith(READ_BY_A_NURSE):
        # She has the text and has answered it; what it says of visits or of texts is for a coordinator too.
        if "+" in message.disposition:
            _open_task(message, contacts, now=now)
        return None
    # A START that was obeyed has had its answer; one that nobody could obey is for a person to read.
    if wish is None or (wish.wish is Wish.START and not message.disposition):
        _pass_to_a_person(message, contacts, now=now)
    return None


def _answered(answer: Answer, visit: Visit, message: InboundMessage, *, now: datetime) -> str:
    if answer is Answer.CONFIRM:
        confirm_visit(visit, now=now)
        _reply("visit_confirmed", message, visit, now=now)
        return "confirmed"
    request_move(visit, words=message.body, now=now)
    _reply("visit_move_asked", message, visit, now=now)
    return "move_asked"


def _open_questions(address: str, now: datetime) -> list[Visit]:
    """The visits asked about that are not confirmed yet."""
    visits = _asked(address, now).filter(confirmed_at__isnull=True)
    return list(visits.select_related("schedule__patient__clinic").order_by("at"))


def _asked(address: str, now: datetime) -> QuerySet[Visit]:
    """The standing visits to come whose confirmation was asked for at this number, at the time they have now."""
    asked = PlannedReminder.objects.filter(rule__condition=Condition.UNCONFIRMED, anchor_at=F("visit__at"))
    latest = asked.filter(state=ReminderState.RELEASED, message__address=address)
    # Said to be lost, and the next contact was asked: whoever answers has got it all the same.
    before = asked.exclude(state=ReminderState.CANCELLED).filter(tries__message__address=address)
    # Two questions: asked as one, neither would be answered from its index.
    visits = {pk for rows in (latest, before) for pk in rows.values_list("visit_id", flat=True)}
    return Visit.objects.filter(pk__in=visits, at__gt=now, status__in=STANDING)


def _reply(template: str, message: InboundMessage, visit: Visit, *, now: datetime) -> None:
    patient = visit.schedule.patient
    values = {
        "clinic": patient.clinic.short_name,
        "day": phrases.day(visit.at, now=now, zone=patient.zone, language=patient.language),
        "time": phrases.clock(visit.at, zone=patient.zone, language=patient.language),
    }
    _send(template, f"reply:{message.pk}:{template}", message, patient, values, now=now)


def _pass_to_a_person(message: InboundMessage, contacts: list[ContactPoint], *, now: datetime) -> None:
    """A task for whoever may have written, and at most one polite answer a day."""
    _open_task(message, contacts, now=now)
    contact = contacts[0]
    day = wall_time.local_date(now, contact.patient.zone)
    values = {"clinic": contact.patient.clinic.short_name}
    _send("text_received", f"received:{contact.pk}:{day}", message, contact.patient, values, now=now)


def _open_task(message: InboundMessage, contacts: list[ContactPoint], *, now: datetime) -> None:
    tasks = [
        draft_task(
            patient_id=contact.patient_id,
            kind=TaskKind.UNREAD_REPLY,
            key=f"{message.pk}:{contact.patient_id}",
            title="Wrote a text that needs a person",
            detail=_in_full(message),
            now=now,
        )
        for contact in contacts
    ]
    open_tasks(tasks)


def _in_full(message: InboundMessage) -> str:
    """What was written, and that pictures came with it: they are at the carrier, not here."""
    pictures = f"[{message.media_count} picture{'' if message.media_count == 1 else 's'}, kept by the carrier]"
    return f"{message.body}\n{pictures}".strip() if message.media_count else message.body


def _send(
    template: str, key: str, message: InboundMessage, patient: Patient, values: dict[str, str], *, now: datetime
) -> None:
    line = daytime_line(patient.clinic)
    try:
        wording = wordings.load(template, patient.language, Channel.SMS)
        body = wording.filled(values | ({"phone": line} if line else {})).body
    except WordingError as error:
        # The text itself is stored and filed; only the courtesy is missing.
        log.error("answer_without_words", template=template, why=str(error))
        return
    draft = outbox.Draft(
        key=key,
        channel=Channel.SMS,
        purpose=Purpose.REPLIES,
        address=message.from_address,
        body=body,
        template=template,
        template_version=wording.version,
        language=patient.language,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=now + ANSWER_LASTS,
    )
    outbox.enqueue([draft], now=now)
    outbox.wake(Urgency.ORDINARY)
