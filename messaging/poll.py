"""Asks the carrier what became of what it took, where no receipt has said so: ever more rarely, and for a day at most.

What it answers goes the way of a receipt. A text that is still "sent" after the last look stays so: some networks
never say more. One that has not even left the carrier by then has failed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import channels, operator, receipts, record
from messaging.asking import ask_all
from messaging.channels.base import Report
from messaging.dispatch import Clock
from messaging.domain.delivery import Channel, Status
from messaging.metrics import LOOKS
from messaging.models import Message

log = structlog.get_logger(__name__)

#: When it is asked, counted from the moment when the carrier took it. The first look is set where that is written down.
LADDER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
#: How long a poller has for the rows that it took; those of one that died are looked at again after it.
LEASE = timedelta(minutes=2)
#: A carrier that could not be asked is asked again after this.
PAUSE = timedelta(minutes=1)
TIME_LIMIT = timedelta(seconds=10)
BATCH = 100
#: Taken, and not known to have ended.
OPEN = (Status.ACCEPTED, Status.SENT)
LAST_WORD = "the carrier never said what became of it"
UNKNOWN_NAME = "the carrier does not know a message that it took a day ago: was the account or its address changed?"


def look(*, clock: Clock) -> dict[str, int]:
    """Look at what is due to be looked at, until nothing is or the time is up; answers how the looks ended."""
    ended: Counter[str] = Counter()
    until = clock() + TIME_LIMIT
    while clock() < until:
        taken = _take(now=clock())
        by_channel: dict[Channel, list[Message]] = defaultdict(list)
        for message in taken:
            by_channel[Channel(message.channel)].append(message)
        round_ended = Counter[str]()
        for channel, messages in by_channel.items():
            round_ended += _look_at(channel, messages, clock=clock)
        ended += round_ended
        if len(taken) < BATCH or round_ended["carrier_silent"]:
            break
    for outcome, number in ended.items():
        LOOKS.labels(outcome=outcome).inc(number)
    return dict(ended)


def due(now: datetime) -> QuerySet[Message]:
    """What is to be looked at."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    taken = RawSQL("status IN ('accepted', 'sent') AND next_look_at IS NOT NULL", [], output_field=BooleanField())
    return Message.objects.filter(taken, next_look_at__lte=now)


def following(message: Message, *, now: datetime) -> timedelta | None:
    """How long after it was taken the next look but one is; None when the one that is due is the last."""
    taken_at = message.accepted_at or message.created_at
    return next((step for step in LADDER if taken_at + step > now + LEASE), None)


def _take(*, now: datetime) -> list[Message]:
    """Rows to look at now. Moved on to their next look, so that nobody else takes them and a lost one comes again."""
    rows = due(now).order_by("next_look_at")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    steps: dict[timedelta | None, list[int]] = defaultdict(list)
    with transaction.atomic():
        taken = list(rows[:BATCH])
        for message in taken:
            steps[following(message, now=now)].append(message.pk)
        for step, ids in steps.items():
            moment = now + LEASE if step is None else F("accepted_at") + step
            Message.objects.filter(pk__in=ids).update(next_look_at=moment)
    return taken


def _look_at(channel: Channel, messages: list[Message], *, clock: Clock) -> Counter[str]:
    member = channels.member(channel)
    if not member.keeps_log:
        _end_looking(messages, reason="nobody keeps a log of it", now=clock())
        return Counter(no_log=len(messages))
    answers = ask_all(lambda message: member.look(message.provider_id), messages)
    ended = Counter(_note(message, report, now=clock()) for message, report in answers.given)
    if answers.silent:
        # A silence costs no step of the ladder.
        unanswered = [message.pk for message in (*answers.failed, *answers.unasked)]
        Message.objects.filter(pk__in=unanswered, status__in=OPEN).update(next_look_at=clock() + PAUSE)
    if answers.failed:
        ended["carrier_silent" if answers.silent else "broke"] += len(answers.failed)
    return ended


def _note(message: Message, report: Report | None, *, now: datetime) -> str:
    last = following(message, now=now) is None
    if report is None:
        log.error("name_unknown_to_carrier", message=str(message.uuid))
        if last:
            operator.tell("carrier-unknown-name", UNKNOWN_NAME, now=now)
            _end_looking([message], reason="the carrier does not know it", now=now)
        return "unknown_name"
    result = receipts.take(
        message.uuid, provider_id=message.provider_id, word=report.word[:50], code=report.code[:20], now=now
    )
    if last and _end_looking([message], reason=LAST_WORD, now=now):
        return "given_up"
    return result


def _end_looking(messages: list[Message], *, reason: str, now: datetime) -> int:
    """They are not asked about any more; answers how many no word had ended meanwhile.

    What has left the carrier stays sent: some networks never say more. What lay there a day and more will not leave.
    """
    rows = Message.objects.filter(pk__in=[message.pk for message in messages], status__in=OPEN)
    ended = record.move(rows.filter(status=Status.ACCEPTED), Status.FAILED, now=now, reason=reason, next_look_at=None)
    return ended + rows.filter(status=Status.SENT).update(next_look_at=None, reason=reason)
