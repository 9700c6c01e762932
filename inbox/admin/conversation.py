"""What was said in a conversation, theirs and ours in one line of time, and what has to be known before answering."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from inbox.answering import ours
from inbox.domain.words import Disposition, in_words
from inbox.models import StaffAnswer, Thread, ThreadText
from inbox.whose import patients_at
from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES, EXPLAINED, Channel, Status
from messaging.models import InboundMessage, Message
from patients.admin.clock import clock
from patients.domain.address import national
from patients.models import Patient
from reminders.models import VisitQuestion
from staff.scope import sees

#: Shown at once, and when everything is asked for.
LATEST, EVERYTHING = 60, 1000
STATUS_WORDS = {
    Status.PLANNED: lazy("waits to be sent"),
    Status.CLAIMED: lazy("is being sent"),
    Status.SUBMITTING: lazy("is being sent"),
    Status.ACCEPTED: lazy("on its way"),
    Status.SENT: lazy("on its way"),
    Status.DELIVERED: "arrived",
    Status.UNDELIVERED: lazy("did not arrive"),
    Status.FAILED: lazy("could not be sent"),
    Status.EXPIRED: "not sent: too late",
    Status.HELD: lazy("held until somebody lets it through"),
    Status.SUPPRESSED: lazy("not sent"),
    Status.IN_DOUBT: lazy("not sure yet whether it was sent"),
}
HOW = {Channel.SMS: "text", Channel.EMAIL: "mail", Channel.VOICE: "call"}
SOURCES = {InboundMessage.Source.PAGE: lazy("on the patient’s own page"), InboundMessage.Source.MAIL: lazy("by mail")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that was said."""

    key: str
    theirs: bool
    at: datetime
    when: str
    words: str
    who: str
    notes: tuple[str, ...]
    open: bool = False
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """The latest of what was said, whether there is more, and the last text that was shown."""

    items: list[Item]
    more: bool
    until: int

    @property
    def signature(self) -> str:
        """Changes with whatever was said or became of it."""
        said = [(item.key, item.notes, item.open) for item in self.items]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def conversation(thread: Thread, *, everything: bool) -> Conversation:
    """The conversation in the order in which it was held, by the clinic's clock."""
    most = EVERYTHING if everything else LATEST
    zone = thread.clinic.zone
    rows = thread.texts.select_related("inbound", "closed_by").order_by("-inbound_id")
    texts = list(rows[: most + 1])
    messages = ours(thread)
    wrote = {
        answer.message_id: answer
        for answer in StaffAnswer.objects.filter(thread=thread).select_related("written_by").order_by("-pk")[:most]
    }
    items = [_theirs(text, zone) for text in texts]
    items += [_ours(message, wrote.get(message.pk), zone) for message in messages]
    items.sort(key=lambda item: (item.at, not item.theirs, item.key))
    return Conversation(items[-most:], len(items) > most, max((text.inbound_id for text in texts), default=0))


def _theirs(text: ThreadText, zone: ZoneInfo) -> Item:
    inbound = text.inbound
    notes = [in_words(inbound.disposition)]
    if inbound.media_count:
        pictures = ngettext(
            "%(count)d picture, kept by the carrier", "%(count)d pictures, kept by the carrier", inbound.media_count
        )
        notes.append(pictures % {"count": inbound.media_count})
    if text.disposition and text.disposition not in (Disposition.UNDERSTOOD, ""):
        by = _(" by %(who)s") % {"who": text.closed_by.get_username()} if text.closed_by else ""
        ended = f"{Disposition(text.disposition).label}{by}, {clock(text.closed_at, zone)}"
        notes.append(f"{ended}: {text.note}" if text.note else ended)
    how = SOURCES.get(InboundMessage.Source(inbound.source), "")
    return Item(
        key=f"text-{inbound.pk}",
        theirs=True,
        at=inbound.received_at,
        when=clock(inbound.received_at, zone),
        words=inbound.body,
        who=" ".join(str(part) for part in (national(inbound.from_address), how) if part),
        notes=tuple(notes),
        open=text.closed_at is None,
    )


def _ours(message: Message, answer: StaffAnswer | None, zone: ZoneInfo) -> Item:
    status = Status(message.status)
    said = STATUS_WORDS[status]
    if status in (Status.ACCEPTED, Status.SENT) and message.channel == Channel.EMAIL:
        said = _("handed to the mail host")
    if status in EXPLAINED and message.reason:
        said = f"{said}: {message.reason}"
    at = message.submitted_at or message.created_at
    who = answer.written_by.get_username() if answer else "Bonewatch"
    words = f"{message.subject}\n{message.body}" if message.subject else message.body
    return Item(
        key=f"message-{message.pk}",
        theirs=False,
        at=at,
        when=clock(at, zone),
        words=words,
        who=_("%(who)s, %(how)s to %(address)s")
        % {"who": who, "how": HOW[Channel(message.channel)], "address": national(message.address)},
        notes=(str(said),),
        bad=status in (Status.UNDELIVERED, Status.FAILED, Status.EXPIRED),
    )


def others_at(thread: Thread, user: Any) -> list[Patient]:
    """Other patients with the number that the last text came from, of the user's clinics."""
    found = patients_at([thread.address])
    return [patient for patient in found if patient.pk != thread.patient_id and sees(user, patient.clinic_id)]


def questions(thread: Thread, *, now: datetime) -> list[VisitQuestion]:
    """What this number was asked about visits and has not answered."""
    open_ones = VisitQuestion.objects.filter(address=thread.address, answered_at__isnull=True, expires_at__gt=now)
    return list(open_ones.order_by("-asked_at")[:3])


def consent_of(thread: Thread) -> list[tuple[str, str, bool]]:
    """What the number last said to each purpose: the purpose, its words, whether it agrees."""
    if consent.opted_out(thread.address):
        return [("messages", _("has opted out of messages"), False)]
    found = [
        (
            purpose.value,
            (_("yes to %(purpose)s") if said else _("no to %(purpose)s")) % {"purpose": _(purpose.value)},
            said,
        )
        for purpose in CONSENT_PURPOSES
        if (said := consent.state(thread.address, purpose)) is not None
    ]
    return found or [("messages", _("nothing recorded"), False)]
