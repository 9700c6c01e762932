"""A breaker: once a sender is refused nothing more goes by it, but for one message now and then to see if it mends.

Trips once however many requests were refused at the same time. For ordinary messages the probes become rarer with
each that fails; what is urgent probes every few seconds. A probe that is accepted closes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from messaging.domain.delivery import Urgency

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
#: Between probes of urgent messages: in the first minute of an outage, and after it.
URGENT_WAIT_AT_FIRST = timedelta(seconds=5)
URGENT_WAIT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Breaker:
    """An open breaker."""

    held_since: datetime
    #: When the next ordinary message may try, unless an urgent one does before.
    probe_at: datetime
    #: How many ordinary probes were let through; each makes the wait for the next one longer.
    probes: int = 0


def trip(now: datetime) -> Breaker:
    """Open since `now`."""
    return Breaker(now, now + wait(0))


def wait(probes: int) -> timedelta:
    """How long after probe number `probes` the next one may go: one minute, two, four, never more than fifteen."""
    # Capped before the power: a breaker may stay open for days.
    factor: int = 1 << min(probes, 10)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)


def last_probe(breaker: Breaker) -> datetime:
    """When a message was last let through; when it opened if none was."""
    return breaker.probe_at - wait(breaker.probes)


def next_probe(breaker: Breaker, urgency: Urgency) -> datetime:
    """When a message of this urgency may go through."""
    if urgency is Urgency.ORDINARY:
        return breaker.probe_at
    last = last_probe(breaker)
    young = last - breaker.held_since < FIRST_WAIT
    return min(last + (URGENT_WAIT_AT_FIRST if young else URGENT_WAIT), breaker.probe_at)


def let_through(breaker: Breaker, urgency: Urgency, now: datetime) -> Breaker:
    """The breaker after a message has been let through. An urgent one takes the turn of the ordinary one too."""
    probes = breaker.probes + (urgency is Urgency.ORDINARY)
    return replace(breaker, probes=probes, probe_at=now + wait(probes))


def proves(breaker: Breaker, asked_at: datetime | None) -> bool:
    """Whether an acceptance says that it works again: of what was asked before it opened, it does not.

    Without `asked_at`: whether any message was let through since then.
    """
    if asked_at is None:
        return last_probe(breaker) > breaker.held_since
    return asked_at > breaker.held_since
