"""The door to the outbox: writing messages down once by key, taking them back, claiming what is due."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import broker, record
from messaging.domain.address import is_email, is_phone
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.domain.lanes import lane_of
from messaging.domain.wording import fold_to_gsm7, segments
from messaging.models import Message

#: The carrier refuses longer texts.
LONGEST_SMS = 1600
#: One spoken part of a call holds no more.
LONGEST_SPOKEN = 4000
#: From the root of our own host: neither another host nor anything to be escaped.
_ANSWER_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/_.~-]{0,198}")
DISPATCH_TASKS = {
    Urgency.ORDINARY: "messaging.dispatch_ordinary",
    Urgency.URGENT: "messaging.dispatch_urgent",
}

#: The lanes in which something waits, and since when its oldest is due: one step along the index for each lane, however
#: much waits in it.
_DUE_LANES = """
WITH RECURSIVE lanes (lane) AS (
    SELECT min(lane) FROM messaging_message WHERE status = 'planned' AND urgency = %s
    UNION ALL
    SELECT (
        SELECT min(next.lane) FROM messaging_message AS next
        WHERE next.status = 'planned' AND next.urgency = %s AND next.lane > lanes.lane
    ) FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT lane, (
    SELECT min(oldest.due_at) FROM messaging_message AS oldest
    WHERE oldest.status = 'planned' AND oldest.urgency = %s AND oldest.lane = lanes.lane
) FROM lanes WHERE lane IS NOT NULL
"""
_OF_LANE = """
    SELECT id FROM (
        SELECT id FROM messaging_message
        WHERE status = 'planned' AND urgency = %s AND lane = %s AND due_at <= %s {late}
        ORDER BY due_at, id LIMIT %s {lock}
    ) AS of_lane
"""
_CLAIM = """
WITH due AS MATERIALIZED ({lanes})
UPDATE messaging_message
SET status = 'claimed', lease_until = %s, claimed_by = %s
WHERE id IN (SELECT id FROM due) AND status = 'planned'
RETURNING *
"""
#: More lanes than this are not claimed from in one statement.
MOST_LANES = 50
_LOT = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as its author hands it in."""

    key: str  # what makes it the same message: handed in twice, stored once
    channel: Channel
    purpose: Purpose
    urgency: Urgency = Urgency.ORDINARY
    address: str  # a phone in E.164, or a mailbox
    sender: str = ""  # empty: the sender that fits the urgency
    body: str  # the SMS, the text part of the mail, or the words that a call says
    subject: str = ""
    html: str = ""
    calendar: str = ""  # iCalendar text attached to a mail
    answer_path: str = ""  # of a call: our path where the carrier fetches what it says
    template: str = ""
    template_version: str = ""  # see Wording.version
    language: str = "en"
    routine: bool = False  # counts towards the texts that a phone may get: see budget.py
    on_behalf_of: str = ""  # whose it is, such as a clinic's id: those who share the outbox get turns
    due_at: datetime
    expires_at: datetime


def enqueue(drafts: Sequence[Draft], *, now: datetime) -> dict[str, Message]:
    """Write `drafts` down, each once by its key, and answer with what the outbox holds under each key.

    A key that is there already keeps its first text. ValueError, naming the field, when a draft could
    never be sent, IntegrityError when the database takes none of it; then nothing is written.
    """
    for draft in drafts:
        _refuse_nonsense(draft)
    once = {draft.key: draft for draft in drafts}
    if not once:
        return {}
    with transaction.atomic():
        # On SQLite "ignore conflicts" forgives every constraint, hence the careful look before it
        # and the count after it.
        Message.objects.bulk_create([_row(draft, now) for draft in once.values()], ignore_conflicts=True)
        stored: dict[str, Message] = Message.objects.in_bulk(list(once), field_name="key")
        missing = once.keys() - stored.keys()
        if missing:
            # As PostgreSQL does by itself: nothing is wrong with the drafts, and all of them may be tried again.
            raise IntegrityError(
                f"key: {len(missing)} drafts were refused by the database, the first is {min(missing)!r}"
            )
    return stored


def withdraw(message_ids: Iterable[int], *, reason: str, now: datetime) -> int:
    """Take back messages that have not left; answers how many. What has left stays as it is.

    One that a provider is being asked to take cannot be called back, but is not tried a second time.
    """
    rows = Message.objects.filter(pk__in=list(message_ids))
    with transaction.atomic():
        # Held, so that no worker moves a row on between the two statements.
        list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        record.note_withdrawal(rows, reason=reason)
        here = rows.filter(status__in=(Status.PLANNED, Status.CLAIMED, Status.HELD))
        return record.suppress(here, reason=reason, now=now)


@dataclass(frozen=True, slots=True)
class DueLane:
    """A lane in which something is due, and since when."""

    text: str  # as it stands in the rows; see domain/lanes.py
    oldest_due: datetime


def due_lanes(urgency: Urgency, *, now: datetime) -> list[DueLane]:
    """Lanes in which something is due, the one that has waited longest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_LANES, [urgency.value] * 3)
        rows = cursor.fetchall()
    # SQLite hands moments over as text.
    read = [(lane, _moment(oldest)) for lane, oldest in rows if oldest is not None]
    return sorted((DueLane(lane, oldest) for lane, oldest in read if oldest <= now), key=lambda lane: lane.oldest_due)


def claim(
    *,
    urgency: Urgency,
    limit: int,
    now: datetime,
    lease: timedelta,
    worker: str,
    shares: Mapping[str, int] | None = None,
    wanted_before: datetime | None = None,
) -> list[Message]:
    """Take up to `limit` due messages for `worker` in one statement, the oldest of each lane.

    `shares`: how many of which lane at most; without it every lane that has something due gets its turn. With
    `wanted_before` only those that were first due by then.

    Two claimers never get the same row: on PostgreSQL each skips what the other has locked, on
    SQLite the immediate transaction lets one in at a time.
    """
    if shares is None:
        shares = fair_shares([lane.text for lane in due_lanes(urgency, now=now)], limit)
    if not shares:
        return []
    moment = connection.ops.adapt_datetimefield_value
    late = [] if wanted_before is None else [moment(wanted_before)]
    parameters: list[object] = []
    for lane, most in shares.items():
        parameters += [urgency.value, lane, moment(now), *late, most]
    statement = claim_statement(len(shares), late=bool(late))
    with transaction.atomic():
        claimed = list(Message.objects.raw(statement, [*parameters, moment(now + lease), worker]))
    return sorted(claimed, key=lambda message: (message.due_at, message.pk))


def claim_statement(lanes: int, *, late: bool = False) -> str:
    """The statement that claims from so many lanes."""
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    of_lane = _OF_LANE.format(lock=lock, late="AND wanted_at <= %s" if late else "")
    return _CLAIM.format(lanes="UNION ALL".join([of_lane] * lanes))


def fair_shares(lanes: Sequence[str], limit: int) -> dict[str, int]:
    """How many each of `lanes` may have of `limit`: the same for all, the remainder to the first.

    Of more lanes than go into one statement the first half is taken, and the others draw lots: none is always last.
    """
    room = min(MOST_LANES, limit)
    if len(lanes) > room:
        first = -(-room // 2)
        lanes = [*lanes[:first], *_LOT.sample(lanes[first:], room - first)]
    chosen = lanes
    each, rest = divmod(limit, len(chosen)) if chosen else (0, 0)
    return {lane: each + (place < rest) for place, lane in enumerate(chosen)}


def waiting(urgency: Urgency, *, now: datetime) -> QuerySet[Message]:
    """What could be claimed at this moment."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    planned = RawSQL("status = 'planned'", [], output_field=BooleanField())
    return Message.objects.filter(planned, urgency=urgency, due_at__lte=now)


def wake(urgency: Urgency) -> None:
    """Once the transaction stands, tell a worker that something is due. A dead broker costs only seconds."""
    transaction.on_commit(partial(broker.publish, DISPATCH_TASKS[urgency]), robust=True)


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _row(draft: Draft, now: datetime) -> Message:
    body = draft.body
    count = 0
    if draft.channel is Channel.SMS:
        body = fold_to_gsm7(body)
        count = segments(body).count
    return Message(
        key=draft.key,
        channel=draft.channel,
        purpose=draft.purpose,
        urgency=draft.urgency,
        language=draft.language,
        template=draft.template,
        template_version=draft.template_version,
        address=draft.address,
        sender=draft.sender,
        subject=draft.subject,
        body=body,
        html=draft.html,
        calendar=draft.calendar,
        answer_path=draft.answer_path,
        routine=draft.routine,
        segments=count,
        lane=str(lane_of(draft.channel, draft.purpose, sender=draft.sender, owner=draft.on_behalf_of)),
        owner=draft.on_behalf_of,
        due_at=draft.due_at,
        wanted_at=draft.due_at,
        expires_at=draft.expires_at,
        created_at=now,
    )


def _refuse_nonsense(draft: Draft) -> None:
    problem = _problem(draft)
    if problem:
        raise ValueError(f"{problem} (message {draft.key!r})")


def _problem(draft: Draft) -> str | None:
    sms, mail = draft.channel is Channel.SMS, draft.channel is Channel.EMAIL
    call = draft.channel is Channel.VOICE
    rules = (
        (not draft.key.strip() or len(draft.key) > 200, "key: 1 to 200 characters are needed"),
        (draft.due_at.tzinfo is None, "due_at: a moment needs its time zone"),
        (draft.expires_at.tzinfo is None, "expires_at: a moment needs its time zone"),
        (len(draft.template) > 100, "template: 100 characters at most"),
        (len(draft.template_version) > 20, "template_version: 20 characters at most"),
        (len(draft.language) > 10, "language: 10 characters at most"),
        (len(draft.address) > 254, "address: 254 characters at most"),
        (len(draft.on_behalf_of) > 40 or "|" in draft.on_behalf_of, "on_behalf_of: an id of 40 characters or less"),
        (len(draft.sender) > 254, "sender: 254 characters at most"),
        (not draft.body.strip(), "body: it says nothing"),
        ("\x00" in draft.body + draft.subject + draft.html + draft.calendar, "body: it holds a NUL character"),
        (sms and len(draft.body) > LONGEST_SMS, f"body: {LONGEST_SMS} characters at most go into an SMS"),
        (call and len(draft.body) > LONGEST_SPOKEN, f"body: {LONGEST_SPOKEN} characters at most are said in a call"),
        (call != bool(draft.answer_path), "answer_path: a call needs one, and nothing else has one"),
        (call and not _ANSWER_PATH.fullmatch(draft.answer_path), "answer_path: a path of ours of 200 or less"),
        (not mail and not is_phone(draft.address), "address: an SMS or a call needs a phone number in E.164"),
        (mail and not is_email(draft.address), "address: a mail needs one e-mail address"),
        (mail and not draft.subject.strip(), "subject: a mail needs one"),
        (
            len(draft.subject) > 200 or "\n" in draft.subject or "\r" in draft.subject,
            "subject: one line of 200 or less",
        ),
    )
    for broken, words in rules:
        if broken:
            return words
    return "expires_at: it lies before due_at" if draft.expires_at <= draft.due_at else None
