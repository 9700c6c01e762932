"""Answering in a conversation: who may be written to and why not, and one message for one form, however often sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from alerts.domain.words import OPEN_STATES
from alerts.models import Alert
from inbox import answers
from inbox.filing import said
from inbox.models import StaffAnswer, Thread
from messaging import consent, faults, outbox, wordings
from messaging.domain.address import is_email, is_phone
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import fold_to_gsm7, segments
from messaging.models import Message
from patients.domain.address import national
from patients.domain.profile import ContactKind, PatientStatus
from patients.models import ContactPoint

#: An answer that could not leave for so long would only puzzle.
LASTS = timedelta(hours=12)
#: A longer answer is better said by phone.
MOST_PARTS = 4


class RefusedAnswer(ValueError):
    """It was not sent; the words say why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Way:
    """One address that an answer may go to, how staff call it, and what keeps it from being used."""

    address: str
    name: str
    refusal: str


def language_of(thread: Thread) -> str:
    """The language of the answer: the patient's, else the clinic's."""
    wanted = thread.patient.language if thread.patient else thread.clinic.default_language
    return wanted if wanted in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])


def flag_of(thread: Thread) -> Alert | None:
    """The red flag that is under way for whoever writes here."""
    rows = Alert.objects.filter(state__in=OPEN_STATES, is_canary=False)
    whose = Q(patient=thread.patient_id) if thread.patient_id else Q(patient__isnull=True, phone=thread.address)
    return rows.filter(whose).order_by("raised_at").first()


def ways(thread: Thread) -> list[Way]:
    """Where an answer may go: first to where the last text came from, then to the patient's other contacts."""
    known = list(thread.patient.contacts.all()) if thread.patient else []
    names = {contact.address: _name(contact) for contact in known}
    addresses = list(dict.fromkeys([thread.address, *names]))
    broken = faults.standing({(_channel(address), address) for address in addresses if _can_be_written(address)})
    unusable = {contact.address: contact.unusable_reason for contact in known if not contact.is_usable}
    why = {address: unusable.get(address, "") for address in addresses}
    why |= {address: fault.words for (_unused, address), fault in broken.items()}
    return [
        Way(address, names.get(address, national(address)), _refusal(address, why[address])) for address in addresses
    ]


def _refusal(address: str, broken: str) -> str:
    if not _can_be_written(address):
        return _("It is neither a phone number nor a mailbox.")
    shown = national(address)
    if broken:
        return _("%(shown)s does not work (%(broken)s). Phone, or use another contact.") % {
            "shown": shown,
            "broken": broken,
        }
    if consent.opted_out(address):
        return _("%(shown)s has opted out of messages. Phone instead: %(shown)s.") % {"shown": shown}
    return ""


def refusal(thread: Thread) -> str:
    """Why nobody may be answered in writing here at all; empty where somebody may."""
    if flag_of(thread) is not None:
        return _("A red flag is open: the nurse who has it phones. Nothing else is written meanwhile.")
    if thread.patient and thread.patient.status == PatientStatus.DECEASED:
        return _("The patient has died. Phone the family instead of writing.")
    return ""


def send(thread: Thread, words: str, *, to: str, form: UUID, by: AbstractBaseUser, now: datetime) -> StaffAnswer:
    """Write the answer into the outbox, once for each form. RefusedAnswer naming what keeps it from leaving."""
    body = words.replace("\r\n", "\n").strip()
    key = f"answer:{thread.pk}:{by.pk}:{form}"
    earlier = StaffAnswer.objects.select_related("message").filter(message__key=key).first()
    if earlier is not None:
        if body not in earlier.message.body and fold_to_gsm7(body) not in earlier.message.body:
            raise RefusedAnswer(_("Other words were sent from this form already. Send again to send these too."))
        return earlier
    why = refusal(thread) or next(
        (way.refusal for way in ways(thread) if way.address == to), _("Choose whom to answer.")
    )
    why = why or _too_long(body, to)
    if why:
        raise RefusedAnswer(why)
    draft = _draft(thread, body, to=to, key=key, now=now)
    with transaction.atomic():
        message = outbox.enqueue([draft], now=now)[key]
        answer, _unused = StaffAnswer.objects.get_or_create(
            message=message, defaults={"thread": thread, "written_by_id": by.pk, "written_at": now}
        )
        said(thread, now)
        outbox.wake(Urgency.ORDINARY)
    return answer


def _too_long(body: str, to: str) -> str:
    if not body:
        return _("Write something.")
    if _channel(to) is not Channel.SMS:
        return ""
    parts = segments(fold_to_gsm7(body)).count
    return (
        _("%(parts)s texts long, %(most_parts)s at most: shorten it, or phone.")
        % {"parts": parts, "most_parts": MOST_PARTS}
        if parts > MOST_PARTS
        else ""
    )


def _draft(thread: Thread, body: str, *, to: str, key: str, now: datetime) -> outbox.Draft:
    language, channel = language_of(thread), _channel(to)
    made_of = [
        one for one in answers.ready(thread.clinic, thread.patient, language=language, now=now) if one.words == body
    ]
    subject = html = ""
    template, version = (made_of[0].name, made_of[0].version) if made_of else ("", "")
    if channel is Channel.EMAIL:
        wording = wordings.load(answers.MAIL, language, channel)
        filled = wording.filled({"clinic": thread.clinic.short_name, "words": body})
        subject, body, html = filled.subject, filled.body, filled.html
        template, version = template or answers.MAIL, version or wording.version
    return outbox.Draft(
        key=key,
        channel=channel,
        purpose=Purpose.REPLIES,
        address=to,
        body=body,
        subject=subject,
        html=html,
        template=template,
        template_version=version,
        language=language,
        on_behalf_of=str(thread.clinic_id),
        due_at=now,
        expires_at=now + LASTS,
    )


def ours(thread: Thread) -> list[Message]:
    """What was written to the addresses of this conversation, the latest first; pages to staff are none of it."""
    addresses = {thread.address}
    if thread.patient:
        addresses |= {contact.address for contact in thread.patient.contacts.all()}
    return list(Message.objects.filter(address__in=addresses).exclude(purpose=Purpose.PAGES).order_by("-pk")[:500])


def _name(contact: ContactPoint) -> str:
    whose = (
        _("%(owner_name)s (caregiver)") % {"owner_name": contact.owner_name}
        if contact.owner_name
        else _("the patient’s own")
    )
    return f"{national(contact.address) if contact.kind == ContactKind.PHONE else contact.address}, {whose}"


def _can_be_written(address: str) -> bool:
    return is_phone(address) or is_email(address)


def _channel(address: str) -> Channel:
    return Channel.SMS if is_phone(address) else Channel.EMAIL
