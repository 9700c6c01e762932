"""The switchboard: takes texts from the REST surface and from people's thumbs, each in one short transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from sandbox import lifecycle, notices, segments
from sandbox import mood as moods
from sandbox.models import Callback, Mood, OptOut, Phone, Text
from sandbox.router import ALIAS

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})
STOPPED = "The carrier has stopped messages from this number. Reply START to receive them again."
STARTED = "The carrier delivers messages from this number again."


class OptedOut(Exception):
    """The phone told this sender to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A text as the REST surface takes it on."""

    to: str
    sender: str
    service_sid: str
    body: str
    callback_url: str


def service_number(service_sid: str) -> str:
    """The number that a messaging service sends from: made up, but always the same."""
    return f"+1202555{int(sha256(service_sid.encode()).hexdigest(), 16) % 10_000:04d}"


def senders() -> list[str]:
    """The numbers that the product writes from, as people see them."""
    return list(lines())


def lines() -> dict[str, str]:
    """Number → what the clinic uses it for. One number for both keeps the first name."""
    uses = ((settings.TWILIO_FROM_ALERTS, "alerts"), (settings.TWILIO_FROM_REMINDERS, "reminders"))
    named = {service_number(name) if name.startswith("MG") else name: use for name, use in uses}
    return dict(reversed(named.items()))


def keyword(body: str) -> str:
    """STOP, START or HELP when the whole text is one of the carrier's words."""
    word = body.strip().upper()
    for name, words in (("STOP", STOP_WORDS), ("START", START_WORDS), ("HELP", HELP_WORDS)):
        if word in words:
            return name
    return ""


def ending_for(phone: Phone, mood: Mood) -> lifecycle.Ending:
    """How a text to `phone` will end: its own setting, then a magic number, then the mood."""
    if phone.final_status:
        return lifecycle.Ending(phone.final_status, phone.error_code)
    return lifecycle.magic(phone.number) or lifecycle.Ending(mood.final_status, mood.error_code)


def take_on(order: Order, *, mood: Mood, now: datetime) -> Text:
    """Accept a text from the product. OptedOut when the phone refused this sender."""
    stopped = OptOut.objects.filter(phone=OuterRef("pk"), sender=order.sender)
    with transaction.atomic(using=ALIAS):
        known = Phone.objects.filter(number=order.to).annotate(stopped=Exists(stopped)).first()
        if known is not None and known.stopped and mood.keeps_opt_outs:
            raise OptedOut
        if known is not None:
            Phone.objects.filter(pk=known.pk).update(last_at=now)
        phone = known or Phone.objects.create(number=order.to, last_at=now)
        ending = ending_for(phone, mood)
        return Text.objects.create(
            phone=phone,
            direction=Text.API,
            sender=order.sender,
            service_sid=order.service_sid,
            body=order.body,
            segments=segments.count(order.body),
            status="accepted" if order.service_sid else "queued",
            ending=ending.status,
            ending_code=ending.code,
            callback_url=order.callback_url,
            serial=mood.turns,
            created_at=now,
            updated_at=now,
            next_at=now + timedelta(milliseconds=mood.step_ms),
        )


def receive(phone: Phone, *, sender: str, body: str, now: datetime) -> Text:
    """A person texted `body` to the product's number `sender`: keep it, and owe the product a webhook."""
    mood = moods.current()
    word = keyword(body)
    with transaction.atomic(using=ALIAS):
        latest = Text.objects.filter(phone=phone, sender=sender).order_by("-id").first()
        text = _kept(phone, sender=sender, body=body, direction=Text.INBOUND, now=now)
        if latest is not None and latest.service_sid:
            text.service_sid = latest.service_sid
            text.save(update_fields=("service_sid",))
        Phone.objects.filter(pk=phone.pk).update(last_at=now)
        if mood.keeps_opt_outs:
            _mind_opt_out(text, word, now)
        Callback.objects.create(
            kind=Callback.INBOUND,
            text=text,
            url=notices.inbound_url(),
            fields=notices.inbound(text, opt_out_type=word),
            due_at=now,
        )
    return text


def answer(text: Text, *, body: str, now: datetime) -> Text:
    """Show on the phone what the product answered to `text` in TwiML."""
    reply = _kept(text.phone, sender=text.sender, body=body, direction=Text.REPLY, now=now)
    Phone.objects.filter(pk=text.phone_id).update(last_at=now)
    return reply


def _kept(phone: Phone, *, sender: str, body: str, direction: str, now: datetime) -> Text:
    inbound = direction == Text.INBOUND
    return Text.objects.create(
        phone=phone,
        direction=direction,
        sender=sender,
        body=body,
        segments=segments.count(body),
        status="received" if inbound else "delivered",
        created_at=now,
        updated_at=now,
        sent_at=now,
        seen=inbound,
    )


def _mind_opt_out(text: Text, word: str, now: datetime) -> None:
    """STOP closes the way from one sender to one phone and START opens it; only a change is confirmed."""
    if word == "STOP":
        _, changed = OptOut.objects.get_or_create(phone=text.phone, sender=text.sender, defaults={"at": now})
        if changed:
            answer(text, body=STOPPED, now=now)
    elif word == "START":
        gone, _ = OptOut.objects.filter(phone=text.phone, sender=text.sender).delete()
        if gone:
            answer(text, body=STARTED, now=now)
