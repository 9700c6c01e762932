"""Beginning and accepting many messages at once, by a statement or two each: what is moved most often, most cheaply.

The same moves as in record.py, along the same table; a row that may not move is left as it is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection

from messaging import consent
from messaging.channels.base import Accepted
from messaging.domain.address import consent_key
from messaging.domain.delivery import EXEMPT_FROM_CONSENT, FINAL, Channel, Purpose, Status, Urgency, sources
from messaging.models import Message

#: How long the answer of a provider may take before the row counts as left behind: more than any timeout.
SUBMIT_LEASE = {Urgency.ORDINARY: timedelta(seconds=90), Urgency.URGENT: timedelta(seconds=15)}
#: When the provider is asked what became of what it took, should no receipt have said so by then.
FIRST_QUESTION = {Urgency.ORDINARY: timedelta(minutes=10), Urgency.URGENT: timedelta(seconds=90)}

#: Many rows as one parameter: the text of a statement stays the same however many they are, and is parsed once.
_TOLD = {
    "postgresql": "jsonb_to_recordset(%s::jsonb) AS told ({columns})",
    "sqlite": "(SELECT {extracts} FROM json_each(%s)) AS told",
}
_TYPES = {"pk": "bigint", "number": "integer", "name": "text", "address": "text", "exempt": "boolean"}
# The consent that holds, and a pause, are looked up by the very statement that begins: what was said a moment before
# still counts.
_BEGIN = """
UPDATE messaging_message AS message
SET status = 'submitting', attempts = attempts + 1, submitted_at = %s, lease_until = %s, accepted_at = NULL
FROM {told}
WHERE message.id = told.pk AND message.status = 'claimed' AND message.claimed_by = %s
    AND message.lease_until > %s AND message.expires_at > %s
    AND (told.exempt OR (
        SELECT said.granted FROM messaging_consentevent AS said
        WHERE said.address = told.address AND said.purpose IN (message.purpose, 'all')
        ORDER BY said.recorded_at DESC, said.id DESC LIMIT 1
    ))
    AND (told.exempt OR message.urgency <> 'ordinary' OR NOT EXISTS (
        SELECT 1 FROM messaging_sendingpause AS pause WHERE pause.ended_at IS NULL AND pause.began_at <= %s
    ))
RETURNING id
"""
_TRY = """
INSERT INTO messaging_attempt (message_id, number, worker, started_at, outcome, error_code, provider_id)
SELECT told.pk, told.number, %s, %s, 'asking', '', '' FROM {told}
"""
_ACCEPT = """
UPDATE messaging_message AS message
SET status = %s, provider_id = told.name, accepted_at = %s, finished_at = {finished}, next_look_at = {look},
    reason = '', error_code = '', lease_until = NULL
FROM {told}
WHERE message.id = told.pk AND message.provider_id = '' AND message.accepted_at IS NULL
    AND message.status IN ({sources})
RETURNING id
"""
_CLOSE = """
UPDATE messaging_attempt AS try
SET outcome = 'accepted', finished_at = %s, provider_id = told.name
FROM {told}
WHERE try.message_id = told.pk AND try.number = told.number AND try.outcome <> 'returned'
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
    if not messages:
        return Begun([], [])
    moment = connection.ops.adapt_datetimefield_value
    lease = now + SUBMIT_LEASE[Urgency(messages[0].urgency)]
    rows = [
        {
            "pk": message.pk,
            "address": consent_key(message.address),
            "exempt": Purpose(message.purpose) in EXEMPT_FROM_CONSENT,
        }
        for message in messages
    ]
    times = [moment(now), moment(lease)]
    statement = _BEGIN.format(told=_told("pk", "address", "exempt"))
    begun = _ids(statement, [*times, json.dumps(rows), worker, *[moment(now)] * 3])
    asking = [message for message in messages if message.pk in begun]
    for message in asking:
        message.attempts, message.submitted_at, message.status = message.attempts + 1, now, Status.SUBMITTING
    tries = [{"pk": message.pk, "number": message.attempts} for message in asking]
    with connection.cursor() as cursor:
        cursor.execute(_TRY.format(told=_told("pk", "number")), [worker, moment(now), json.dumps(tries)])
    return Begun(asking, _unwanted([message for message in messages if message.pk not in begun]))


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
    rows = [{"pk": message.pk, "number": message.attempts, "name": answer.provider_id} for message, answer in answers]
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE.format(told=_told("pk", "number", "name")), [moment, json.dumps(rows)])
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
    rows = [{"pk": message.pk, "name": answer.provider_id} for message, answer in group]
    ends = status in FINAL
    allowed = ", ".join(sorted(f"'{source.value}'" for source in sources(status)))
    statement = _ACCEPT.format(
        finished="%s" if ends else "NULL",
        look="%s" if look_at else "NULL",
        told=_told("pk", "name"),
        sources=allowed,
    )
    times = [moment(now)] * ends + ([moment(look_at)] if look_at else [])
    return _ids(statement, [status.value, moment(now), *times, json.dumps(rows)])


def _unwanted(messages: Sequence[Message]) -> list[Message]:
    """Those of the messages that were not begun whose consent has ended; the others are not ours any more."""
    may = consent.allowed({(message.address, Purpose(message.purpose)) for message in messages})
    return [message for message in messages if (message.address, Purpose(message.purpose)) not in may]


def _ids(statement: str, parameters: Sequence[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}


@cache
def _told(*columns: str) -> str:
    """One parameter, a JSON list of objects, as a table called `told` with these columns."""
    return _TOLD[connection.vendor].format(
        columns=", ".join(f"{column} {_TYPES[column]}" for column in columns),
        extracts=", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns),
    )
