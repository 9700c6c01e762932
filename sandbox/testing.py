"""For tests: read phones and mailboxes, type replies, set the mood, and turn the carrier's clock by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from sandbox import carrier, exchange
from sandbox import mood as moods
from sandbox.carrier import Answer
from sandbox.mailbox import Letter, read
from sandbox.models import Call, Callback, Mail, Mood, Phone, Text
from sandbox.router import ALIAS
from sandbox.signing import HEADER, sign

__all__ = [
    "Answer", "Listener", "Poster", "advance_all", "behave", "bodies_to", "deliver_callbacks", "mails_to", "misbehave",
    "phone", "reply", "switch_off", "texts_to", "through",
]  # fmt: skip

#: Posts signed fields to a URL of the product: `post(url, fields) -> Answer`.
Poster = Callable[[str, Mapping[str, str]], Answer]
FAR = timedelta(days=3650)


@dataclass
class Listener:
    """A poster that takes every request (or answers `status`) and remembers what was posted."""

    status: int = 200
    body: str = ""
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, fields: Mapping[str, str]) -> Answer:
        self.heard.append((url, dict(fields)))
        return Answer(self.status, self.body)

    @property
    def statuses(self) -> list[str]:
        """The message statuses that were told, in order."""
        return [fields["MessageStatus"] for _, fields in self.heard if "MessageStatus" in fields]


def through(client: Client) -> Poster:
    """A poster that calls the product in this process, with the signature that the carrier would send."""

    def post(url: str, fields: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {HEADER: sign(url, fields)}
        response = client.post(target, dict(fields), headers=headers, secure=parts.scheme == "https")
        return Answer(response.status_code, response.content.decode())

    return post


def phone(number: str) -> Phone:
    """The phone with `number`, made when it was never written to."""
    return Phone.objects.get_or_create(number=number)[0]


def texts_to(number: str) -> list[Text]:
    """What the product sent to `number`, oldest first, arrived or not."""
    return list(Text.objects.filter(phone__number=number).exclude(direction=Text.INBOUND).order_by("id"))


def bodies_to(number: str) -> list[str]:
    """The words of those texts."""
    return [text.body for text in texts_to(number)]


def mails_to(address: str) -> list[Letter]:
    """The mails for `address`, oldest first, parsed."""
    mails = Mail.objects.filter(recipients__address=address.lower()).order_by("id")
    return [read(bytes(mail.raw)) for mail in mails]


def misbehave(**settings: object) -> Mood:
    """Set the named moods (see models.Mood); luck starts anew with the seed."""
    return moods.change(**settings)


def behave() -> Mood:
    """Everything friendly again."""
    return moods.calm()


def switch_off(number: str, *, status: str = "undelivered", code: int | None = 30003) -> None:
    """From now on texts to `number` end as `status` with `code`."""
    Phone.objects.update_or_create(number=number, defaults={"final_status": status, "error_code": code})


def reply(number: str, body: str, *, sender: str = "", now: datetime | None = None, post: Poster | None = None) -> Text:
    """Type `body` on the phone with `number`, and deliver the webhook at once (by `post`, else a test client)."""
    owner, moment = phone(number), now or timezone.now()
    latest = Text.objects.filter(phone=owner).order_by("-id").values_list("sender", flat=True).first()
    to = sender or latest or exchange.senders()[0]
    with transaction.atomic(using=ALIAS):
        text = exchange.receive(owner, sender=to, body=body, now=moment)
        # Ours before anybody sees it: a carrier process beside the test may be half way through posting it else.
        mine = Callback.objects.filter(text=text, kind=Callback.INBOUND)
        mine.update(due_at=moment + carrier.LEASE)
    _deliver(mine, moment, post)
    text.refresh_from_db()
    return text


def deliver_callbacks(
    now: datetime, *, post: Poster | None = None, kinds: set[str] | None = None
) -> list[tuple[Callback, Answer]]:
    """Post every callback that is due at `now`, and settle it as the carrier does."""
    due = Callback.objects.filter(due_at__lte=now)
    return _deliver(due.filter(kind__in=kinds) if kinds else due, now, post)


def _deliver(chosen: QuerySet[Callback], now: datetime, post: Poster | None) -> list[tuple[Callback, Answer]]:
    poster = post or through(Client())
    in_order = chosen.select_related("text__phone", "call__phone").order_by("due_at", "id")
    done = [(callback, poster(callback.url, callback.fields)) for callback in in_order]
    carrier.settle(done, now)
    return done


def advance_all(now: datetime | None = None, *, post: Poster | None = None) -> list[tuple[Callback, Answer]]:
    """Turn the clock until nothing due by `now` is left (by default: ever), delivering callbacks in their order."""
    until, delivered = now or timezone.now() + FAR, []
    while (moment := _next_moment()) is not None and moment <= until:
        carrier.advance(moment)
        delivered += deliver_callbacks(moment, post=post)
    return delivered


def _next_moment() -> datetime | None:
    moments = [
        Text.objects.filter(next_at__isnull=False).order_by("next_at").values_list("next_at", flat=True).first(),
        Call.objects.filter(next_at__isnull=False).order_by("next_at").values_list("next_at", flat=True).first(),
        Callback.objects.filter(due_at__isnull=False).order_by("due_at").values_list("due_at", flat=True).first(),
    ]
    return min((moment for moment in moments if moment is not None), default=None)
