"""The life of a message: its channels, purposes and states, and the one table of allowed moves.

planned ─► claimed ─► submitting ─► accepted ─► sent ─► delivered
   ▲          │           │  │         └──────────┴────► undelivered | failed
   │          │           │  └─► in_doubt ─► (healed by a receipt or by the carrier's own log)
   └──────────┴───────────┴─────────┘            (back: lease ended, try again, proven absent)
anything that has not left yet can end as expired or suppressed, with the reason kept
planned ─► held ─► planned: too many for one address, until a person lets it through
accepted, sent ─► planned: the network gave it back, and the code says that another try may arrive
accepted, sent ─► in_doubt: the name that it was given turned out to be another's
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Channel(StrEnum):
    """The way a message leaves."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"


class Purpose(StrEnum):
    """What a message is for; consent is kept by address and purpose."""

    REMINDERS = "reminders"
    WARNINGS = "warnings"
    CHECKINS = "checkins"
    REPLIES = "replies"
    PAGES = "pages"


class Urgency(StrEnum):
    """Which queue carries a message. Urgent messages have a worker of their own."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


class Status(StrEnum):
    """Where a message stands. It moves along MOVES and nowhere else."""

    PLANNED = "planned"  # waits for its due time, or for its next try
    CLAIMED = "claimed"  # a worker holds it, for as long as its lease runs
    SUBMITTING = "submitting"  # written down before the provider is asked
    ACCEPTED = "accepted"  # the provider has taken it and named it
    SENT = "sent"  # it has left the provider
    DELIVERED = "delivered"  # the phone has it
    UNDELIVERED = "undelivered"  # the network gave it back
    FAILED = "failed"  # it cannot be sent
    EXPIRED = "expired"  # it would have come too late to be of use
    HELD = "held"  # the flood guard keeps it until a person decides
    SUPPRESSED = "suppressed"  # it must not be sent: consent, withdrawal
    IN_DOUBT = "in_doubt"  # the provider was asked and nobody knows what it answered


#: Answers to a person's own text (REPLIES) and pages to staff (PAGES) need no recorded consent.
#: The answer to STOP must leave after consent is gone, and HELP is answered whoever asks; staff
#: who are on call are paged by their employment, not by consent.
EXEMPT_FROM_CONSENT = frozenset({Purpose.REPLIES, Purpose.PAGES})
CONSENT_PURPOSES = tuple(purpose for purpose in Purpose if purpose not in EXEMPT_FROM_CONSENT)
#: A word of the consent ledger that speaks of every purpose at once; no message is ever sent for it.
EVERYTHING = "all"

#: Nothing ever moves on from here.
FINAL = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.EXPIRED, Status.SUPPRESSED})
OPEN = frozenset(Status) - FINAL
#: The provider has it, or had it: such a row carries the provider's name for it.
ACKNOWLEDGED = frozenset({Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED})
#: Held by a worker, or waiting to be looked up: such a row carries a lease.
LEASED = frozenset({Status.CLAIMED, Status.SUBMITTING, Status.IN_DOUBT})
#: A person asks why: such a row carries a reason that staff can read.
EXPLAINED = frozenset(
    {Status.UNDELIVERED, Status.FAILED, Status.EXPIRED, Status.SUPPRESSED, Status.IN_DOUBT, Status.HELD}
)
#: The provider was asked at least once.
ASKED = ACKNOWLEDGED | {Status.SUBMITTING, Status.IN_DOUBT}

_LEARNT = frozenset({Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.FAILED})
_STOPPED = frozenset({Status.EXPIRED, Status.SUPPRESSED})
_REPORTED = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED})
_RETURNED = frozenset({Status.PLANNED, Status.IN_DOUBT})

MOVES: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        # A signed receipt proves that an earlier try did arrive, even of a row that has gone back to
        # wait for another one: hence from planned and claimed straight to what the provider reports.
        Status.PLANNED: _LEARNT | _STOPPED | {Status.CLAIMED, Status.HELD},
        Status.CLAIMED: _LEARNT | _STOPPED | {Status.PLANNED, Status.SUBMITTING, Status.HELD},
        Status.HELD: _LEARNT | _STOPPED | {Status.PLANNED},
        Status.SUBMITTING: _LEARNT | _STOPPED | {Status.PLANNED, Status.IN_DOUBT},
        Status.IN_DOUBT: _LEARNT | _STOPPED | {Status.PLANNED},
        Status.ACCEPTED: _REPORTED | _RETURNED | {Status.SENT},
        Status.SENT: _REPORTED | _RETURNED,
        **{final: frozenset[Status]() for final in FINAL},
    }
)


def may_move(current: Status, target: Status) -> bool:
    """Whether a message that stands at `current` may move to `target`."""
    return target in MOVES[current]


def sources(target: Status) -> frozenset[Status]:
    """Every state from which `target` can be reached in one move."""
    return frozenset(status for status, targets in MOVES.items() if target in targets)
