"""The moves that a provider's later word makes: along the same table as record.py's, by as few statements as can be.

A clinic's carrier sends three receipts for each text, and all of them within seconds of a batch. Hence the straight
way in SQL of its own: one statement moves the message if it may, one keeps the receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q

from messaging import record
from messaging.bulk import FIRST_QUESTION
from messaging.channels.base import Accepted
from messaging.domain.delivery import FINAL, Channel, Status, Urgency, sources
from messaging.domain.repeat import marked
from messaging.domain.wording import segments
from messaging.models import Attempt, Message
from messaging.outbox import LONGEST_SMS, LONGEST_SPOKEN

log = structlog.get_logger(__name__)

LONGEST_SUBJECT = 200
#: In the place of an attempt's code: it was named by a look into the provider's log, which cannot tell twins apart.
GUESSED = "found"

# A row that waits for another try, or whose answer is still on its way, has no name: the word is its own unless it is
# about a try that the network gave back. Only that a text arrived after all is worth knowing of such a one.
_MOVE = """
UPDATE messaging_message
SET status = %(status)s, provider_id = %(name)s, reason = '', error_code = %(code)s, lease_until = NULL,
    accepted_at = COALESCE(accepted_at, %(now)s), submitted_at = COALESCE(submitted_at, %(now)s),
    {final}
WHERE uuid = %(uuid)s AND channel {channels} AND attempts >= 1 AND status IN ({sources})
    AND (provider_id = %(name)s OR provider_id = ''{unreturned})
RETURNING id, channel, purpose, address, EXISTS (
    SELECT 1 FROM messaging_addressfault AS fault WHERE fault.cleared_at IS NULL
        AND fault.address = messaging_message.address AND fault.channel = messaging_message.channel
), EXISTS (
    SELECT 1 FROM messaging_sender AS sender
    WHERE sender.held_since IS NOT NULL AND substr(sender.held_code, 1, 2) = '30'
)
"""
_ENDS = "finished_at = %(now)s, next_look_at = NULL"
_GOES_ON = """next_look_at = COALESCE(
        next_look_at, CASE urgency WHEN 'urgent' THEN %(urgent_look)s ELSE %(ordinary_look)s END
    )"""
# Of a row that has no name and was accepted the try came back: that stands in the row itself, so that a word which
# waited for that very transaction sees it.
_UNRETURNED = """ AND accepted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM messaging_attempt AS try
        WHERE try.message_id = messaging_message.id AND try.outcome = 'returned' AND try.provider_id = %(name)s
    )"""
_KEEP = """
INSERT INTO messaging_receipt (message_id, provider_id, word, status, error_code, applied, received_at)
SELECT id, %(name)s, %(word)s, CASE channel WHEN 'voice' THEN %(of_call)s ELSE %(of_text)s END, %(code)s,
    %(applied)s, %(now)s
FROM messaging_message WHERE uuid = %(uuid)s
ON CONFLICT (message_id, provider_id, word) {repeated}
RETURNING status
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One word of a provider: about which message of ours, by which name of its own, and what it means."""

    uuid: UUID
    name: str
    word: str
    code: str
    of_text: Status | None  # our word for it where it is said of a text
    of_call: Status | None

    @property
    def status(self) -> Status | None:
        """What it means of whatever it can be said of; no word means two things."""
        return self.of_text or self.of_call


@dataclass(frozen=True, slots=True)
class Moved:
    """A message that a word has moved."""

    channel: Channel
    purpose: str
    address: str
    disproves_fault: bool  # it was delivered where nothing was thought to arrive
    disproves_breaker: bool  # it was delivered while a sender is held for what was not


def move(told: Told, *, now: datetime) -> Moved | None:
    """Let a word that is no failure move its message; None when the message may not move, or is not known.

    IntegrityError when the name is another message's.
    """
    if told.status is None:
        return None
    allowed = sorted(source.value for source in sources(told.status))
    moment = connection.ops.adapt_datetimefield_value
    values = {
        "status": told.status.value,
        "name": told.name,
        "code": told.code,
        "uuid": _uuid(told.uuid),
        "now": moment(now),
        "urgent_look": moment(now + FIRST_QUESTION[Urgency.URGENT]),
        "ordinary_look": moment(now + FIRST_QUESTION[Urgency.ORDINARY]),
        **{f"from{number}": source for number, source in enumerate(allowed)},
    }
    row = _one(_statement(told.status, _channels(told), len(allowed)), values)
    if row is None:
        return None
    _, channel, purpose, address, faulty, held = row
    arrived = told.status is Status.DELIVERED
    return Moved(Channel(channel), purpose, address, bool(faulty) and arrived, bool(held) and arrived)


def keep(told: Told, *, applied: bool, now: datetime) -> str | None:
    """Write a word down as it came; answers our word for it, empty where we have none. None: it stood there."""
    # What was of no use when it came first may be of use the second time.
    repeated = "DO UPDATE SET applied = excluded.applied" if applied else "DO NOTHING"
    values = {
        "name": told.name,
        "word": told.word,
        "code": told.code,
        "uuid": _uuid(told.uuid),
        "of_text": told.of_text.value if told.of_text else "",
        "of_call": told.of_call.value if told.of_call else "",
        "applied": applied,
        "now": connection.ops.adapt_datetimefield_value(now),
    }
    row = _one(_KEEP.format(repeated=repeated), values)
    return None if row is None else str(row[0])


def is_of_the_present_try(message: Message, name: str) -> bool:
    """Whether what is said of `name` is said of the try that `message` stands at. Its row is locked by the caller.

    While a try has no name, a word about a name unknown to us is about that try, unless an earlier one may have been
    taken after all: then nobody can tell, and what becomes of the present one is asked later.
    """
    if message.provider_id:
        return message.provider_id == name
    if message.status not in (Status.SUBMITTING, Status.IN_DOUBT):
        return False
    unclear = Q(outcome=Attempt.Outcome.RETURNED, provider_id=name) | Q(outcome=Attempt.Outcome.ABSENT)
    return not message.tries.filter(unclear, number__lt=message.attempts).exists()


def adopt(message: Message, found: Accepted, *, now: datetime) -> bool:
    """Give a message in doubt the name under which the provider's log holds its words. False: it is not in doubt any
    more, or the name is another's by now.
    """
    with transaction.atomic():
        if not _is_in_doubt_still(message):
            return False
        record.accepted(message, found, now=now)
        named = message.tries.filter(number=message.attempts, provider_id=found.provider_id)
        return bool(named.filter(outcome=Attempt.Outcome.ACCEPTED).update(error_code=GUESSED))


def not_taken(message: Message, *, words: str, repeat: bool, now: datetime) -> Status | None:
    """A message in doubt waits for another try, or ends if it is too late for one; None when it is not in doubt any
    more. `repeat`: it may have arrived all the same, and says so at its beginning.
    """
    with transaction.atomic():
        if not _is_in_doubt_still(message):
            return None
        end = record.absent(message, words=words, now=now)
        if repeat and end is Status.PLANNED:
            _mark(message)
    return end


def give_up(message: Message, *, reason: str, now: datetime) -> bool:
    """A message in doubt ends as failed. False: it is not in doubt any more."""
    with transaction.atomic():
        return _is_in_doubt_still(message) and record.give_up_doubt(message, reason=reason, now=now)


def _is_in_doubt_still(message: Message) -> bool:
    """Whether the doubt is the one that was looked into, and not that of a later try; its row is ours from here on."""
    doubtful = Message.objects.filter(pk=message.pk, status=Status.IN_DOUBT, attempts=message.attempts)
    return doubtful.select_for_update().first() is not None


def _mark(message: Message) -> None:
    if message.channel == Channel.EMAIL:
        subject = marked(message.subject, message.language, longest=LONGEST_SUBJECT)
        Message.objects.filter(pk=message.pk).update(subject=subject)
        return
    is_call = message.channel == Channel.VOICE
    body = marked(message.body, message.language, longest=LONGEST_SPOKEN if is_call else LONGEST_SMS)
    Message.objects.filter(pk=message.pk).update(body=body, segments=0 if is_call else segments(body).count)


def reclaim(told: Told, *, now: datetime) -> bool:
    """Give a message the name that a guess gave to its twin; the twin is in doubt again. False: that cannot be.

    The provider's word comes to an address that names the message: whose the name is, is certain.
    """
    with transaction.atomic():
        both = Message.objects.filter(Q(uuid=told.uuid) | Q(provider_id=told.name)).order_by("pk").select_for_update()
        rows = {message.uuid == told.uuid: message for message in both}
        owner, holder = rows.get(True), rows.get(False)
        if owner is None or holder is None or owner.provider_id or told.status is None:
            return False
        guess = holder.tries.filter(number=holder.attempts, error_code=GUESSED)
        if owner.status not in sources(told.status) or not guess.exists():
            return False
        moved = record.move(
            Message.objects.filter(pk=holder.pk),
            Status.IN_DOUBT,
            now=now,
            provider_id="",
            accepted_at=None,
            next_look_at=None,
            lease_until=now,
            claimed_by=holder.claimed_by or "receipts",
            reason="the name that the carrier's log gave it was another message's",
        )
        if moved:
            guess.update(outcome=Attempt.Outcome.UNKNOWN, provider_id="")
            log.warning("name_given_back", message=str(owner.uuid), twin=str(holder.uuid))
    return bool(moved)


@cache
def _statement(status: Status, channels: str, sources_count: int) -> str:
    return _MOVE.format(
        final=_ENDS if status in FINAL else _GOES_ON,
        channels=channels,
        sources=", ".join(f"%(from{number})s" for number in range(sources_count)),
        unreturned="" if status is Status.DELIVERED else _UNRETURNED,
    )


def _channels(told: Told) -> str:
    if told.of_text is None:
        return "= 'voice'"
    return "<> 'voice'" if told.of_call is None else "IN ('sms', 'voice', 'email')"


def _one(statement: str, values: dict[str, Any]) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: Sequence[Any] | None = cursor.fetchone()
        return row


def _uuid(value: UUID) -> Any:
    return Message._meta.get_field("uuid").get_db_prep_value(value, connection)
