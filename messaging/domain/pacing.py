"""How fast a sender may send: its pace by kind, and a bucket of tokens in which urgent messages may run up a debt.

A token is one segment of a text, one call or one mail. Moments are seconds of any clock that mostly runs forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from messaging.domain.delivery import Channel, Urgency

#: How many seconds' worth may leave at once after a silence. The carrier queues for hours; a few seconds spare it.
BURST_SECONDS = 3.0
#: A debt never grows beyond what the carrier itself would queue for one sender: ten hours.
LONGEST_DEBT_SECONDS = 36_000.0
#: Whoever waits is told to come back for so many seconds' worth at least, not for each single token.
WORTH_COMING_FOR = 0.25
#: The longest that a provider can silence an urgent message, and how often one is tried meanwhile.
LONGEST_URGENT_SILENCE = 60.0
URGENT_TRY_EVERY = 3.0
#: The longest silence that a provider can ask for, and what "too fast" without a number means.
LONGEST_SILENCE = 3600.0
UNNAMED_SILENCE = 2.0
#: What is lost when fractions of a token are added up.
DUST = 1e-6

#: The carrier's codes that mean "too fast", and whether all of our requests are meant and not this sender alone.
TOO_FAST = {"20429": True, "10004": True, "30022": False}


class Kind(StrEnum):
    """Kinds of senders that carriers tell apart."""

    LONG_CODE = "long_code"
    TOLL_FREE = "toll_free"
    SHORT_CODE = "short_code"
    ABROAD = "abroad"
    SERVICE = "service"
    VOICE = "voice"
    MAIL = "mail"


#: Tokens a second where nobody has said otherwise (docs/operations.md has the sources). A service is as quick as
#: the numbers in it, which we cannot see.
DEFAULT_RATES: Mapping[Kind, float] = MappingProxyType(
    {
        Kind.LONG_CODE: 1.0,
        Kind.TOLL_FREE: 3.0,
        Kind.SHORT_CODE: 100.0,
        Kind.ABROAD: 10.0,
        Kind.SERVICE: 10.0,
        Kind.VOICE: 1.0,
        Kind.MAIL: 10.0,
    }
)
_TOLL_FREE = tuple(f"+1{code}" for code in (800, 833, 844, 855, 866, 877, 888))


@dataclass(frozen=True, slots=True)
class Pace:
    """Tokens a second, and the most that may leave at once."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.burst >= 1):
            raise ValueError("a pace has a rate above 0 and lets one token leave at once")

    def share(self, parts: int) -> Pace:
        """The pace of one of `parts` that do not know of each other."""
        return Pace(self.rate / parts, max(self.burst / parts, 1.0))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one sender may still spend; below zero it owes. `silence`: so long after `since` nothing leaves."""

    level: float
    at: float
    silence: float = 0.0
    since: float = 0.0
    #: When an urgent message last broke the silence.
    tried_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How many messages may leave now, how many tokens they cost, and when asking again is worth it."""

    messages: int
    tokens: int
    again_in: float
    silenced: bool = False


def kind_of(channel: Channel, address: str) -> Kind:
    """What kind of sender `address` is. An unknown number of North America is taken for the slowest kind."""
    if channel is not Channel.SMS:
        return Kind.MAIL if channel is Channel.EMAIL else Kind.VOICE
    if address.startswith("MG"):
        return Kind.SERVICE
    if address.startswith(_TOLL_FREE):
        return Kind.TOLL_FREE
    if address.startswith("+1"):
        return Kind.LONG_CODE
    return Kind.SHORT_CODE if address.isdecimal() and len(address) <= 6 else Kind.ABROAD


def pace_of(rate: float, kind: Kind) -> Pace:
    """The pace at `rate`. Calls never come in bursts: the carrier places them one after the other."""
    return Pace(rate, max(rate * (1.0 if kind is Kind.VOICE else BURST_SECONDS), 1.0))


def may_owe(channel: Channel, urgency: Urgency) -> bool:
    """Whether it leaves at once on credit. The carrier queues texts and mails, but may refuse calls."""
    return urgency is Urgency.URGENT and channel is not Channel.VOICE


def full(pace: Pace, *, now: float) -> Bucket:
    """The bucket of a sender that has been quiet."""
    return Bucket(pace.burst, now)


def refilled(bucket: Bucket, pace: Pace, *, now: float) -> Bucket:
    """The bucket at `now`. A clock that was put back adds nothing, and the count goes on from there."""
    passed = max(now - bucket.at, 0.0)
    level = min(bucket.level + passed * pace.rate, pace.burst)
    return replace(bucket, level=level, at=now, since=min(bucket.since, now), tried_at=min(bucket.tried_at, now))


def take(
    bucket: Bucket, pace: Pace, sizes: Iterable[tuple[int, int]], *, now: float, urgent: bool, owed_ok: bool
) -> tuple[Bucket, Answer]:
    """Take for whole messages, in order, as long as there is enough; `sizes` are pairs of how many and how large.

    One that is larger than the burst leaves when the bucket is full, and the rest is debt. With `owed_ok` all leave.
    """
    bucket = refilled(bucket, pace, now=now)
    runs = [(many, size) for many, size in sizes if many > 0]
    if not runs:
        return bucket, Answer(0, 0, 0.0)
    left = silence_left(bucket, now=now, urgent=urgent)
    if left > 0:
        return _in_silence(bucket, pace, runs[0][1], left, now=now, urgent=urgent)
    level, messages, tokens = bucket.level, 0, 0
    for many, size in runs:
        fitting = many if owed_ok else _fitting(level, many, size, pace.burst)
        messages, tokens, level = messages + fitting, tokens + fitting * size, level - fitting * size
        if fitting < many:
            break
    level = max(level, -LONGEST_DEBT_SECONDS * pace.rate)
    rest = sum(many * size for many, size in runs) - tokens
    return replace(bucket, level=level), Answer(messages, tokens, _wait(level, pace, size, rest) if rest else 0.0)


def given_back(bucket: Bucket, pace: Pace, tokens: int, *, now: float) -> Bucket:
    """With `tokens` that were taken and not used; below zero: more was used than taken."""
    bucket = refilled(bucket, pace, now=now)
    level = max(bucket.level + tokens, -LONGEST_DEBT_SECONDS * pace.rate)
    return replace(bucket, level=min(level, pace.burst))


def silenced(bucket: Bucket, seconds: float | None, *, now: float) -> Bucket:
    """Nothing for so many seconds; a longer silence that stands already is kept."""
    wanted = silence_of(seconds)
    if wanted <= silence_left(bucket, now=now, urgent=False):
        return bucket
    return replace(bucket, silence=wanted, since=now, tried_at=now)


def silence_of(seconds: float | None) -> float:
    """How long a silence is kept for a provider that asked for `seconds`, or just said "too fast"."""
    return UNNAMED_SILENCE if seconds is None else min(max(seconds, 0.0), LONGEST_SILENCE)


def silence_left(bucket: Bucket, *, now: float, urgent: bool) -> float:
    """For how long the provider still wants to hear nothing from this sender."""
    length = min(bucket.silence, LONGEST_URGENT_SILENCE) if urgent else bucket.silence
    return max(length - max(now - bucket.since, 0.0), 0.0)


def _in_silence(
    bucket: Bucket, pace: Pace, size: int, left: float, *, now: float, urgent: bool
) -> tuple[Bucket, Answer]:
    """One urgent message every few seconds is tried all the same: a page must not trust a clock of others."""
    until_try = bucket.tried_at + URGENT_TRY_EVERY - now
    if not urgent or until_try > 0:
        return bucket, Answer(0, 0, min(left, until_try) if urgent else left, silenced=True)
    tried = replace(bucket, level=max(bucket.level - size, -LONGEST_DEBT_SECONDS * pace.rate), tried_at=now)
    return tried, Answer(1, size, min(left, URGENT_TRY_EVERY), silenced=True)


def _fitting(level: float, many: int, size: int, burst: float) -> int:
    """How many messages of one size leave: each needs its size, or a full bucket."""
    if size > burst:
        # After one of these the bucket is empty or owes.
        return min(many, 1 if level >= burst - DUST else 0)
    return min(many, max(int((level + DUST) // size), 0))


def _wait(level: float, pace: Pace, size: int, rest: int) -> float:
    """Until the next message fits, or until there is enough to be worth coming for."""
    worth = min(float(rest), max(float(size), pace.rate * WORTH_COMING_FOR), pace.burst)
    return max(worth - level, 0.0) / pace.rate
