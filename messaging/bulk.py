"""Beginning and accepting many messages at once, by a statement or two each: what is moved most often, most cheaply.

The same moves as in record.py, along the same table; a row that may not move is left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from messaging import consent
from messaging.channels.base import Accepted
from messaging.domain.delivery import FINAL, Channel, Purpose, Status, Urgency, sources
from messaging.models import Attempt, Message

#: How long the answer of a provider may take before the row counts as left behind: more than any timeout.
SUBMIT_LEASE = {Urgency.ORDINARY: timedelta(seconds=90), Urgency.URGENT: timedelta(seconds=15)}
#: When the provider is asked what became of what it took, should no receipt have said so by then.
FIRST_QUESTION = {Urgency.ORDINARY: timedelta(minutes=10), Urgency.URGENT: timedelta(seconds=90)}

_BEGIN = """
UPDATE messaging_message
SET status = 'submitting', attempts = attempts + 1, submitted_at = %s, lease_until = %s
WHERE id IN ({ids}) AND status = 'claimed' AND claimed_by = %s AND lease_until > %s AND expires_at > %s
RETURNING id
"""
_ACCEPT = """
UPDATE messaging_message
SET status = %s, provider_id = told.column2, accepted_at = %s, finished_at = {finished}, next_look_at = {look},
    reason = '', error_code = '', lease_until = NULL
FROM (VALUES {rows}) AS told
WHERE id = told.column1 AND provider_id = '' AND status IN ({sources})
RETURNING id
"""
_CLOSE = """
UPDATE messaging_attempt
SET outcome = 'accepted', finished_at = %s, provider_id = told.column3
FROM (VALUES {rows}) AS told
WHERE message_id = told.column1 AND number = told.column2
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of wanting to begin some messages; the rest was not ours to begin any more."""

    asking: list[Message]
    unwanted: list[Message]  # the consent to them has ended; they are still held


def begin(messages: Sequence[Message], *, worker: str, now: datetime) -> Begun:
    """Write down that the provider is about to be asked for these, all of one urgency; their consent is asked for anew.

    Those of another worker, or whose lease or time has ended, are in neither list. Inside a transaction of the
    caller's: it must have been committed before the provider hears of any of them.
    """
    may = consent.allowed({(message.address, Purpose(message.purpose)) for message in messages})
    wanted = {message.pk: message for message in messages if (message.address, Purpose(message.purpose)) in may}
    unwanted = [message for message in messages if message.pk not in wanted]
    if not wanted:
        return Begun([], unwanted)
    moment = connection.ops.adapt_datetimefield_value
    lease = now + SUBMIT_LEASE[Urgency(messages[0].urgency)]
    statement = _BEGIN.format(ids=_blanks(wanted))
    begun = _ids(statement, [moment(now), moment(lease), *wanted, worker, moment(now), moment(now)])
    asking = [message for pk, message in wanted.items() if pk in begun]
    for message in asking:
        message.attempts, message.submitted_at, message.status = message.attempts + 1, now, Status.SUBMITTING
    Attempt.objects.bulk_create(
        Attempt(message=message, number=message.attempts, worker=worker, started_at=now) for message in asking
    )
    return Begun(asking, unwanted)


def accept(answers: Sequence[tuple[Message, Accepted]], *, now: datetime) -> list[tuple[Message, Status]]:
    """The provider took these; answers which of them moved. A receipt may have told us already.

    IntegrityError when one of the names is another message's: see record.accepted, which takes them one by one.
    """
    if not answers:
        return []
    by_state: dict[tuple[Status, datetime | None], list[tuple[Message, Accepted]]] = defaultdict(list)
    for message, answer in answers:
        by_state[answer.status, first_question(message, answer.status, now=now)].append((message, answer))
    moved: list[tuple[Message, Status]] = []
    for (status, look_at), group in by_state.items():
        ids = _accept(group, status, look_at=look_at, now=now)
        moved += [(message, status) for message, _ in group if message.pk in ids]
    rows = [(message.pk, message.attempts, answer.provider_id) for message, answer in answers]
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE.format(rows=_rows(rows)), [moment, *(value for row in rows for value in row)])
    return moved


def first_question(message: Message, status: Status, *, now: datetime) -> datetime | None:
    """When the provider is first asked what became of what it has just taken; None: never."""
    # What became of a mail is never told, and nobody can be asked.
    if message.channel == Channel.EMAIL or status in FINAL:
        return None
    return now + FIRST_QUESTION[Urgency(message.urgency)]


def _accept(
    group: Sequence[tuple[Message, Accepted]], status: Status, *, look_at: datetime | None, now: datetime
) -> set[int]:
    moment = connection.ops.adapt_datetimefield_value
    rows = [(message.pk, answer.provider_id) for message, answer in group]
    ends = status in FINAL
    allowed = sorted(source.value for source in sources(status))
    statement = _ACCEPT.format(
        finished="%s" if ends else "NULL", look="%s" if look_at else "NULL", rows=_rows(rows), sources=_blanks(allowed)
    )
    times = [moment(now)] * ends + ([moment(look_at)] if look_at else [])
    values = (value for row in rows for value in row)
    return _ids(statement, [status.value, moment(now), *times, *values, *allowed])


def _ids(statement: str, parameters: Sequence[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}


def _blanks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _rows(rows: Sequence[tuple[object, ...]]) -> str:
    return ", ".join([f"({_blanks(rows[0])})"] * len(rows))
