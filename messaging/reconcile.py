"""What dead workers and lost answers leave behind: rows given back, doubts settled by the carrier's log.

A row in doubt is never sent again because time has passed, and never called failed because nobody
answered: it is sent again when the carrier's own log, asked after a settling time, does not hold it.

For an urgent page or answer that time is short, and a mail is sent again although no log can be asked: there a
text that comes twice does less harm than one that does not come. That haste is had once for each message.

Messages that the log cannot tell apart (mother and son on one phone, the same reminder for both) are judged together:
the oldest question gets the oldest answer, and none is sent again because its twin was looked at first.

The log keeps no words of calls: one that may be another page's to the same phone is rather made again than taken
for this one, which would then never ring.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import channels, dispatch, receiving, record
from messaging.asking import ask_all
from messaging.channels.base import Accepted, Member, Outgoing
from messaging.dispatch import Clock
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.domain.repeat import unmarked
from messaging.envelope import outgoing
from messaging.metrics import DOUBTS_RESOLVED, LEASES_ENDED
from messaging.models import Attempt, Message

log = structlog.get_logger(__name__)

#: How long the carrier may take to write a message into its log: absence before that proves nothing.
SETTLING = timedelta(seconds=60)
HASTY_SETTLING = timedelta(seconds=15)
#: What is better sent twice than never, when it is urgent.
HASTY = frozenset({Purpose.PAGES, Purpose.REPLIES})
#: Our clock and the carrier's may differ; the carrier's also counts in whole seconds.
CLOCK_DIFFERENCE = timedelta(minutes=2)
NEXT_LOOK = {Urgency.ORDINARY: timedelta(seconds=20), Urgency.URGENT: timedelta(seconds=5)}
#: A mail host keeps no log for us, and has had its chance to answer.
MAIL_SETTLING = timedelta(minutes=10)
#: A carrier that could not be asked for so long will not clear this up any more.
HOPELESS = timedelta(days=1)
BATCH = 100
#: One round takes no longer than this; what is left is due at the next.
TIME_LIMIT = timedelta(seconds=20)


def recover_leases(*, now: datetime) -> tuple[int, int]:
    """Rows whose worker is gone: those not yet begun wait again, those begun are in doubt."""
    ended = _ended(now)
    freed = record.release(ended, now=now)
    doubtful = record.leave_in_doubt(ended, now=now)
    if freed or doubtful:
        LEASES_ENDED.labels(status="claimed").inc(freed)
        LEASES_ENDED.labels(status="submitting").inc(doubtful)
        log.warning("leases_ended", claimed=freed, submitting=doubtful)
    return freed, doubtful


def settle_urgent(*, clock: Clock, worker: str) -> dict[str, int]:
    """What a dead worker or a lost answer left of urgent messages, put right in one go: given back, looked up, sent."""
    recover_leases(now=clock())
    ended = resolve_doubts(clock=clock, worker=worker, urgency=Urgency.URGENT)
    dispatch.run(Urgency.URGENT, clock=clock, worker=worker)
    return ended


def resolve_doubts(*, clock: Clock, worker: str, urgency: Urgency | None = None) -> dict[str, int]:
    """Look up the rows in doubt whose next look is due; answers how each look ended."""
    ended: Counter[str] = Counter()
    until = clock() + TIME_LIMIT
    while clock() < until:
        taken = _take_doubts(now=clock(), worker=worker, urgency=urgency)
        outcomes = _settle(taken, clock=clock)
        ended += outcomes
        if len(taken) < BATCH or outcomes["carrier_silent"]:
            # Waiting for its silence at each of the others helps nobody; their next look comes soon.
            break
    for outcome, number in ended.items():
        DOUBTS_RESOLVED.labels(outcome=outcome).inc(number)
    return dict(ended)


def _take_doubts(*, now: datetime, worker: str, urgency: Urgency | None = None) -> list[Message]:
    """Rows to look up now, and those that might be taken for one of them, due or not.

    The lease keeps a second reconciler off them until the next look.
    """
    due = _in_doubt().filter(lease_until__lte=now).order_by("lease_until")
    if urgency is not None:
        due = due.filter(urgency=urgency)
    with transaction.atomic():
        taken = list(_locked(due)[:BATCH])
        kinds = {_kind(message) for message in taken}
        twins = _in_doubt().filter(lease_until__gt=now, address__in={address for _, address, _ in kinds})
        taken += [message for message in _locked(twins.order_by("pk"))[:BATCH] if _kind(message) in kinds]
        for kind, pause in NEXT_LOOK.items():
            rows = Message.objects.filter(pk__in=[message.pk for message in taken if message.urgency == kind])
            rows.update(lease_until=now + pause, claimed_by=worker)
    return taken


def _locked(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_for_update(skip_locked=True) if connection.features.has_select_for_update_skip_locked else rows


def _kind(message: Message) -> tuple[str, str, str]:
    """What the carrier's log tells messages apart by; two of one kind are twins."""
    words = "" if message.channel == Channel.VOICE else unmarked(message.body)
    return message.channel, message.address, words


def _ended(now: datetime) -> QuerySet[Message]:
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    held = RawSQL("status IN ('claimed', 'submitting')", [], output_field=BooleanField())
    return Message.objects.filter(held, lease_until__lte=now)


def _in_doubt() -> QuerySet[Message]:
    # Spelt as SQL for the same reason.
    return Message.objects.filter(RawSQL("status = 'in_doubt'", [], output_field=BooleanField()))


@dataclass(frozen=True, slots=True)
class _Look:
    """One look into the log for one message."""

    message: Message
    # The moment of asking, not of the answer: what the carrier writes meanwhile proves nothing.
    at: datetime
    found: Sequence[Accepted]


def _settle(messages: Sequence[Message], *, clock: Clock) -> Counter[str]:
    """Look all of them up, several at once, and judge each by what was found; answers how each ended."""
    ended: Counter[str] = Counter()
    asked: dict[Channel, list[Message]] = defaultdict(list)
    had_haste = _had_haste(messages)
    for message in messages:
        if channels.member(Channel(message.channel)).keeps_log:
            asked[Channel(message.channel)].append(message)
        else:
            ended[_without_log(message, hasty=_in_haste(message, had_haste), now=clock())] += 1
    for channel, doubtful in asked.items():
        ended.update(_settle_by_log(channel, doubtful, had_haste, clock=clock))
    return ended


def _settle_by_log(
    channel: Channel, messages: Sequence[Message], had_haste: Collection[int], *, clock: Clock
) -> list[str]:
    member = channels.member(channel)
    questions = [(message, _envelopes(message, now=clock())) for message in messages]
    answers = ask_all(lambda question: _look(member, *question, clock=clock), questions)
    ended = [_not_asked(message, silent=answers.silent, now=clock()) for message, _ in answers.failed]
    unknown = {_kind(message) for message, _ in (*answers.failed, *answers.unasked)}
    looks = [look for _, look in answers.given]
    ours = _names({accepted.provider_id for look in looks for accepted in look.found})
    kinds: dict[tuple[str, str, str], list[_Look]] = defaultdict(list)
    for look in looks:
        kinds[_kind(look.message)].append(look)
    for kind, twins in kinds.items():
        # What was found may be that of the one that could not be looked up.
        ended += ["waiting"] * len(twins) if kind in unknown else _judge(twins, ours, had_haste, clock=clock)
    return ended


def _envelopes(message: Message, *, now: datetime) -> list[Outgoing]:
    """What may have been sent of `message`: as it is, and as it was before it was marked as a repetition."""
    envelope = outgoing(message, now=now)
    plain = unmarked(message.body)
    marked = plain != message.body and message.channel != Channel.VOICE
    return [envelope, replace(envelope, body=plain)] if marked else [envelope]


def _look(member: Member, message: Message, envelopes: Sequence[Outgoing], *, clock: Clock) -> _Look:
    """In a thread of its own: without the database."""
    at = clock()
    since = _asked_at(message) - CLOCK_DIFFERENCE
    return _Look(message, at, [found for envelope in envelopes for found in member.find(envelope, since=since)])


def _judge(twins: Sequence[_Look], ours: Collection[str], had_haste: Collection[int], *, clock: Clock) -> list[str]:
    """How it ends for each of those that the log cannot tell apart: the oldest takes the oldest name that is free."""
    twins = sorted(twins, key=lambda look: (_asked_at(look.message), look.message.pk))
    # What a later look has found for a younger one may as well be the older one's.
    free: dict[str, Accepted] = {found.provider_id: found for look in twins for found in look.found}
    own = [{found.provider_id for later in twins[place:] for found in later.found} for place in range(len(twins))]
    outcomes = []
    for look, names in zip(twins, own, strict=True):
        found = next((free[name] for name in free if name in names and name not in ours), None)
        hasty = _in_haste(look.message, had_haste)
        outcome = _verdict(look, found, hasty=hasty, clock=clock)
        if found and outcome == "found":
            free.pop(found.provider_id)
        outcomes.append(outcome)
    return outcomes


def _verdict(look: _Look, found: Accepted | None, *, hasty: bool, clock: Clock) -> str:
    message, asked_at = look.message, _asked_at(look.message)
    unclear = hasty and _may_be_anothers(message, since=asked_at - CLOCK_DIFFERENCE)
    if found and not unclear:
        return "found" if receiving.adopt(message, found, now=clock()) else "healed"
    if look.at - asked_at < (HASTY_SETTLING if hasty else SETTLING):
        return "waiting"
    words = "the carrier did not take the last try"
    if found:
        words = "the carrier's log does not tell whose call it was; it is rather made twice than never"
    return _end_of(receiving.not_taken(message, words=words, repeat=hasty, now=clock()))


def _without_log(message: Message, *, hasty: bool, now: datetime) -> str:
    """A mail host cannot be asked what it took."""
    waited = now - _asked_at(message)
    if hasty and waited >= HASTY_SETTLING:
        words = "nobody knows whether the mail host took it; it is rather sent twice than never"
        return _end_of(receiving.not_taken(message, words=words, repeat=True, now=now))
    words = "nobody knows whether the mail host took it; it was not sent again"
    return "given_up" if waited >= MAIL_SETTLING and receiving.give_up(message, reason=words, now=now) else "waiting"


def _asked_at(message: Message) -> datetime:
    return message.submitted_at or message.created_at


def _may_be_anothers(message: Message, *, since: datetime) -> bool:
    """Whether a call in the log may be one that was made for another message to this number.

    Those are out of it that were tried once and are named: which call is theirs is known.
    """
    if message.channel != Channel.VOICE:
        return False
    calls = Message.objects.filter(address=message.address, channel=Channel.VOICE, submitted_at__gte=since)
    return calls.exclude(pk=message.pk).filter(Q(provider_id="") | Q(attempts__gt=1)).exists()


def _had_haste(messages: Sequence[Message]) -> set[int]:
    """Those of `messages` that were sent again once already: there is never more than one text too many."""
    tries = Attempt.objects.filter(message__in=messages, outcome=Attempt.Outcome.ABSENT)
    return set(tries.values_list("message_id", flat=True))


def _in_haste(message: Message, had_haste: Collection[int]) -> bool:
    """Whether a text too many is the lesser evil."""
    hasty = message.urgency == Urgency.URGENT and message.purpose in HASTY
    return hasty and message.pk not in had_haste


def _end_of(end: Status | None) -> str:
    endings = {Status.PLANNED: "sent_again", Status.EXPIRED: "expired", Status.SUPPRESSED: "withdrawn"}
    return endings.get(end, "healed") if end else "healed"


def _not_asked(message: Message, *, silent: bool, now: datetime) -> str:
    if now - max(_asked_at(message), message.expires_at) < HOPELESS:
        return "carrier_silent" if silent else "broke"
    words = "nobody knows whether the carrier took it; it could not be asked"
    return "given_up" if receiving.give_up(message, reason=words, now=now) else "healed"


def _names(names: Collection[str]) -> set[str]:
    """Those of `names` that are names of messages of ours."""
    return set(Message.objects.filter(provider_id__in=names).values_list("provider_id", flat=True))
