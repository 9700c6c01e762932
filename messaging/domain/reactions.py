"""What a provider's code calls for: the kinds of reaction, and one entry of the table of codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reaction(StrEnum):
    """What a code calls for."""

    ADDRESS = "address"  # this address never works on this channel: a task, and another contact
    OPT_OUT = "opt_out"  # the person has told the carrier to stop: the ledger follows, and another contact
    RETRY = "retry"  # the same again later
    OTHER_WAY = "other_way"  # this message will not arrive on this channel; the next one may
    OPERATOR = "operator"  # this message or our set-up is at fault and waiting cures nothing: tell the operator
    HOLD = "hold"  # our account or sender is at fault: tell the operator, keep the queue, stop that sender


#: These wake the operator.
LOUD = frozenset({Reaction.HOLD, Reaction.OPERATOR})
#: After these the message may be taken later.
TRANSIENT = frozenset({Reaction.RETRY, Reaction.HOLD})


@dataclass(frozen=True, slots=True)
class Code:
    """One code: words that staff can read, the reaction, the least wait in seconds, and how many more tries.

    `tries` 0: as many as the time of the message allows.
    """

    words: str
    reaction: Reaction
    wait: int = 0
    tries: int = 0
    #: The whole account is at fault, not this sender alone.
    account: bool = False
    #: After so many messages to one address that ended with it, the address counts as not working; 0: never.
    strikes: int = 0
