"""Texts of people: stored once, shown to every handler in order, and given one disposition.

A handler is `handle(message: InboundMessage, *, now: datetime) -> str | None`: what became of the text
in a word, or None when it means nothing to the handler. All of settings.INBOUND_HANDLERS read every
text, also one that an earlier handler has claimed: its word is in `message.disposition` by then, and the
first word stands. A text that means nothing to anybody goes to the inbox, where a person reads it.

The web request that brings a text reads it, in the transaction that keeps it: no broker and no worker stands between
a red flag and its page. What could not be read is kept unread, and read by the sweep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from messaging import broker
from messaging.domain.plain import storable
from messaging.metrics import HANDLER_ERRORS, INBOUND
from messaging.models import InboundMessage

log = structlog.get_logger(__name__)

Handler = Callable[..., str | None]

INBOX = "inbox"
#: The database is away, too busy, or has chosen this transaction to break a deadlock.
TROUBLE = (OperationalError, InterfaceError)
#: Far more than any phone sends; a form that holds more was not written by a person.
LONGEST_BODY = 20_000
SWEEP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A text as the carrier handed it in."""

    provider_id: str
    from_address: str
    to_address: str
    body: str
    media_count: str = "0"
    opt_out_type: str = ""
    #: How it came: by text, or by a form of somebody's own page.
    source: str = InboundMessage.Source.TEXT
    #: Whose words they are, where more is known than the address; see InboundMessage.on_behalf_of.
    on_behalf_of: str = ""


def receive(arrival: Arrival, *, now: datetime) -> str | None:
    """Keep a text and read it; answers its disposition. None: another has read it, or it is still to be read.

    Raises only where the text could not even be kept: then the carrier must bring it again.
    """
    try:
        message, new = _keep_and_read(arrival, now=now)
    except TROUBLE as error:
        log.warning("inbound_not_kept_with_its_reading", error=type(error).__name__)
        with transaction.atomic():
            message, new = _keep(arrival, now=now)
    if message.handled_at is None:
        return _read_at_last(message.pk, now=now)
    return message.disposition if new else None


def put_away(arrival: Arrival, *, disposition: str, now: datetime) -> bool:
    """Keep what nobody has to read, such as a machine's answer. False: it was here before."""
    message, new = _keep(arrival, now=now)
    if new:
        message.disposition, message.handled_at = disposition[:50], now
        message.save(update_fields=["disposition", "handled_at"])
        transaction.on_commit(INBOUND.labels(disposition=message.disposition).inc, robust=True)
    return new


def _keep_and_read(arrival: Arrival, *, now: datetime) -> tuple[InboundMessage, bool]:
    with transaction.atomic():
        message, new = _keep(arrival, now=now)
        if new:
            _read_or_leave(message, now=now)
    return message, new


def _read_or_leave(message: InboundMessage, *, now: datetime) -> None:
    """Let the handlers read what has just been kept. A database in trouble undoes their work, and not the keeping."""
    try:
        with transaction.atomic():
            _read_all(message, now=now)
    except TROUBLE as error:
        # Where even the savepoint is lost, leaving without an error would look like a commit and be none.
        if connection.needs_rollback or connection.closed_in_transaction:
            raise
        log.warning("inbound_left_unread", inbound=message.pk, error=type(error).__name__)
        message.disposition, message.handled_at = "", None


def _read_at_last(message_id: int, *, now: datetime) -> str | None:
    """Once more, in a transaction of its own: a deadlock is over by then. Else a worker's, or the sweep's."""
    try:
        return handle(message_id, now=now)
    except TROUBLE as error:
        log.error("inbound_still_unread", inbound=message_id, error=type(error).__name__)
        broker.publish("messaging.handle_inbound", message_id)
        return None


def _keep(arrival: Arrival, *, now: datetime) -> tuple[InboundMessage, bool]:
    media = int(arrival.media_count) if arrival.media_count.isdecimal() and len(arrival.media_count) < 4 else 0
    return InboundMessage.objects.get_or_create(
        provider_id=storable(arrival.provider_id)[:64],
        defaults={
            "from_address": storable(arrival.from_address)[:254],
            "to_address": storable(arrival.to_address)[:254],
            "body": storable(arrival.body[:LONGEST_BODY]),
            "media_count": media,
            "opt_out_type": storable(arrival.opt_out_type).upper()[:10],
            "source": arrival.source,
            "on_behalf_of": arrival.on_behalf_of[:40],
            "received_at": now,
        },
    )


def handle(message_id: int, *, now: datetime) -> str | None:
    """Let every handler read one text; answers its disposition, None when another worker has it.

    One transaction: what the handlers wrote and the mark that they have read it stand or fall together.
    """
    with transaction.atomic():
        # SQLite lets one writer in at a time and knows no row locks.
        skip = connection.features.has_select_for_update_skip_locked
        rows = InboundMessage.objects.select_for_update(skip_locked=skip)
        message = rows.filter(pk=message_id, handled_at__isnull=True).first()
        if message is None:
            return None
        _read_all(message, now=now)
    return message.disposition


def sweep(*, now: datetime) -> int:
    """Read what was left unread, oldest first; answers how many. One that cannot be read keeps nobody waiting."""
    ids = list(_unread().order_by("received_at").values_list("pk", flat=True)[:SWEEP])
    read = 0
    for pk in ids:
        try:
            read += handle(pk, now=now) is not None
        except TROUBLE as error:
            log.error("inbound_still_unread", inbound=pk, error=type(error).__name__)
    return read


def _read_all(message: InboundMessage, *, now: datetime) -> None:
    for path in settings.INBOUND_HANDLERS:
        word = _read(path, message, now=now)
        message.disposition = message.disposition or (word or "")[:50]
    message.disposition = message.disposition or INBOX
    message.handled_at = now
    message.save(update_fields=["disposition", "handled_at"])
    transaction.on_commit(INBOUND.labels(disposition=message.disposition).inc, robust=True)


def _unread() -> QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(handled_at__isnull=True)


def _read(path: str, message: InboundMessage, *, now: datetime) -> str | None:
    handler = cast("Handler", import_string(path))
    try:
        try:
            with transaction.atomic():
                return handler(message, now=now)
        except IntegrityError:
            # Two texts at once, and the other one wrote it first: looked at again, it is there.
            with transaction.atomic():
                return handler(message, now=now)
    except TROUBLE:
        # The database is in trouble, not the handler: the text stays unread and is read again.
        raise
    except Exception as error:  # noqa: BLE001
        # One broken handler must not keep the others from reading. Without their word the text
        # goes to the inbox: a person reads it. Only the error's kind: its words may repeat the text.
        HANDLER_ERRORS.labels(handler=path).inc()
        log.error("inbound_handler_broke", handler=path, inbound=message.pk, error=type(error).__name__)
        return None
