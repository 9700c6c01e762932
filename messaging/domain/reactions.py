"""What a provider's code calls for: the kinds of reaction, an entry of the table of codes, what a report leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class Reaction(StrEnum):
    """What a code calls for."""

    ADDRESS = "address"  # this address never works on this channel: a task, and another contact
    OPT_OUT = "opt_out"  # the person has told the carrier to stop: the ledger follows, and another contact
    RETRY = "retry"  # the same again later
    OTHER_WAY = "other_way"  # this message will not arrive on this channel; the next one may
    OPERATOR = "operator"  # this message or our set-up is at fault and waiting cures nothing: tell the operator
    HOLD = "hold"  # our account or sender is at fault: tell the operator, keep the queue, stop that sender

    @property
    def meaning(self) -> str:
        """In a few words for staff."""
        return _(_MEANINGS[self])


_MEANINGS = {
    Reaction.ADDRESS: N_("The address does not work"),
    Reaction.OPT_OUT: N_("The person has said stop"),
    Reaction.RETRY: N_("Try again later"),
    Reaction.OTHER_WAY: N_("This message goes another way"),
    Reaction.OPERATOR: N_("Tell the operator"),
    Reaction.HOLD: N_("Stop the sender, tell the operator"),
}

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


#: A retry that names no wait of its own.
DEFAULT_WAIT = 60


def unknown(code: str, *, failed_inside: bool) -> Code:
    """What holds for a code that nobody has decided about.

    `failed_inside`: the provider itself gave the message up, and would again. What a network has returned is tried
    once more: more codes of networks are about the moment than about the number.
    """
    words = f"given back by the carrier with code {code}, which is unknown here"
    if failed_inside:
        return Code(words, Reaction.OPERATOR)
    return Code(words, Reaction.RETRY, wait=300, tries=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the report that a message did not arrive leads to."""

    #: The same message again after this; None: it ends as reported, and whoever wrote it finds another way.
    again_in: timedelta | None = None
    dead_address: bool = False
    opted_out: bool = False
    tell_operator: bool = False
    holds_sender: bool = False
    whole_account: bool = False


def to_report(code: Code | None, *, urgent: bool, returned: int, left: timedelta, jitter: float) -> Decision:
    """What a report of failure with `code` leads to; None: it came without one, and ends the message.

    `returned`: how often this message came back with this code before. `left`: until it expires. `jitter` in [0, 1)
    spreads the next tries of many between the wait and twice the wait.
    """
    if code is None:
        return Decision()
    wait = timedelta(seconds=(code.wait or DEFAULT_WAIT) * (1 + jitter))
    # A page that waits is no page: the next step of the escalation is the better second try.
    may_wait = code.reaction in TRANSIENT and not urgent and wait < left
    tries_left = code.tries == 0 or returned < code.tries
    return Decision(
        again_in=wait if may_wait and tries_left else None,
        dead_address=code.reaction is Reaction.ADDRESS,
        opted_out=code.reaction is Reaction.OPT_OUT,
        tell_operator=code.reaction is Reaction.OPERATOR,
        holds_sender=code.reaction is Reaction.HOLD,
        whole_account=code.reaction is Reaction.HOLD and code.account,
    )


def in_words(code: Code) -> str:
    """What happens when `code` comes, as staff read it."""
    match code.reaction:
        case Reaction.ADDRESS:
            return _("nothing more is sent there on this channel; the next contact")
        case Reaction.OPT_OUT:
            return _("counts as an opt-out; the next contact")
        case Reaction.RETRY:
            return _again(code.wait, code.tries)
        case Reaction.OTHER_WAY:
            return _ends(code.strikes)
        case Reaction.OPERATOR:
            return _("it ends; the next contact; the operator is told")
        case Reaction.HOLD if code.account:
            return _("our account is stopped, its queue kept; the operator is told")
        case Reaction.HOLD:
            return _("our sender is stopped, its queue kept; the operator is told")


def _ends(strikes: int) -> str:
    if not strikes:
        return _("it ends; the next contact")
    place = _(_ORDINALS[strikes]) if strikes in _ORDINALS else str(strikes)
    return _("it ends; the next contact; from the %(place)s on the address counts as not working") % {"place": place}


_ORDINALS = {1: N_("first"), 2: N_("second"), 3: N_("third")}


def _again(wait: int, tries: int) -> str:
    number, unit = (wait, "s") if wait < 60 else (wait // 60, "min") if wait < 3600 else (wait // 3600, "h")
    said = {"span": f"{number} {unit}", "often": _how_often(tries)}
    return (_("the same again after %(span)s, %(often)s") if wait else _("the same again, %(often)s")) % said


def _how_often(tries: int) -> str:
    if not tries:
        return _("while there is time")
    return _("once more") if tries == 1 else _("up to %(tries)s times more") % {"tries": tries}
