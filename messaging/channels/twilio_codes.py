"""Twilio's vocabulary as data: what each code means, how we react to it, and what its status words mean.

The dictionary grows and codes are split in two over the years, so nothing above this table looks at a
code, and a code that is not in it is reported loudly and treated by the kind of answer it came with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from messaging.domain.delivery import Status


class Reaction(StrEnum):
    """What a code calls for."""

    PERMANENT = "permanent"  # this message to this address never will
    TRANSIENT = "transient"  # later
    OPT_OUT = "opt_out"  # the person has told the carrier to stop
    HOLD = "hold"  # our account or sender is at fault: tell the operator, keep the queue
    BUG = "bug"  # our message or set-up is at fault and waiting cures nothing: tell the operator


#: These wake the operator.
LOUD = frozenset({Reaction.HOLD, Reaction.BUG})


@dataclass(frozen=True, slots=True)
class Code:
    """One code: words that staff can read, the reaction, the least wait in seconds before another try."""

    words: str
    reaction: Reaction
    wait: int = 0


_P, _T, _O, _H, _B = Reaction.PERMANENT, Reaction.TRANSIENT, Reaction.OPT_OUT, Reaction.HOLD, Reaction.BUG

CODES: dict[int, Code] = {
    # -- answers to our request
    10001: Code("our account at the carrier is not active", _H, 300),
    10004: Code("too many calls at once", _T),
    20003: Code("the carrier does not accept our account's credentials", _H, 60),
    20005: Code("our account at the carrier is not active", _H, 300),
    20404: Code("the carrier does not know this address of its interface", _H, 300),
    20429: Code("too many requests at once", _T),
    21201: Code("the call had no recipient", _B),
    21202: Code("a premium number cannot be called", _P),
    21203: Code("our account may not call other countries", _B),
    21205: Code("our address for calls is not accepted", _H, 300),
    21210: Code("our number may not place calls", _H, 300),
    21211: Code("not a valid phone number", _P),
    21212: Code("our sender is not a valid number", _H, 300),
    21213: Code("the call had no number of ours", _H, 300),
    21214: Code("the number cannot be reached", _P),
    21215: Code("our account may not call this country", _B),
    21216: Code("our account may not call this number", _B),
    21217: Code("not a valid phone number", _P),
    21219: Code("a trial account may call verified numbers only", _B),
    21408: Code("our account may not send to this country", _B),
    21602: Code("the message had no text", _B),
    21604: Code("the message had no recipient", _B),
    21606: Code("our sender cannot send texts", _H, 300),
    21608: Code("a trial account may send to verified numbers only", _B),
    21609: Code("our callback address is not accepted", _H, 300),
    21610: Code("this person has told the carrier to stop", _O),
    21611: Code("the queue of our sender is full", _T, 300),
    21612: Code("the number cannot be reached from our sender", _P),
    21614: Code("not a mobile number", _P),
    21617: Code("the text is too long", _B),
    21635: Code("a landline cannot receive texts", _P),
    21701: Code("our messaging service does not exist", _H, 300),
    21703: Code("our messaging service has no number", _H, 300),
    21704: Code("our messaging service has no number for this recipient", _H, 300),
    # -- reported later, in receipts
    30001: Code("the carrier's queue overflowed", _T, 60),
    30002: Code("our account at the carrier is suspended", _H, 300),
    30003: Code("the phone is switched off or out of reach", _T, 1800),
    30004: Code("the message was blocked", _P),
    30005: Code("the number is not in use", _P),
    30006: Code("a landline, or a network that cannot be reached", _P),
    30007: Code("the network filtered the message as unwanted", _B),
    30008: Code("the network did not say why", _T, 300),
    30010: Code("the price is above our limit", _B),
    30017: Code("the network is congested", _T, 300),
    30022: Code("our sender is over its rate", _T, 60),
    30023: Code("our sender is over its daily limit", _T, 3600),
    30024: Code("our sender is not provisioned yet", _H, 3600),
    30027: Code("our sender is over the network's daily limit", _T, 3600),
    30032: Code("our toll-free number is not verified", _B),
    30033: Code("our campaign is suspended", _B),
    30034: Code("our sender is not registered", _B),
    30035: Code("our sender is not provisioned yet", _H, 3600),
    30036: Code("the message grew too old at the carrier", _P),
    30038: Code("the number cannot receive this message", _P),
    30039: Code("a loop of messages was stopped", _B),
    30410: Code("the network did not answer in time", _T, 300),
    30450: Code("blocked for half an hour against misuse", _T, 1800),
    30453: Code("blocked as likely misuse", _B),
    # -- scheduling and other channels
    35114: Code("a sending time that the carrier does not accept", _B),
    35118: Code("scheduling needs a messaging service", _B),
    63001: Code("the channel did not accept our account", _H, 300),
    63003: Code("the channel does not know the recipient", _P),
    63007: Code("our sender does not exist on the channel", _H, 300),
    63008: Code("our sender is set up wrongly on the channel", _H, 300),
    63009: Code("the channel is out of order", _T, 60),
    63010: Code("the channel is out of order", _T, 60),
    63012: Code("the channel is out of order", _T, 60),
    63013: Code("the message breaks a rule of the channel", _B),
    63014: Code("this person has blocked us", _O),
    63016: Code("outside the hours in which free text is allowed", _B),
    63017: Code("the channel's limit was reached", _T, 300),
    63018: Code("the channel's limit was reached", _T, 300),
    63020: Code("our account is not active on the channel", _H, 300),
    63021: Code("the content was not accepted", _B),
    63023: Code("the channel is out of order", _T, 60),
    63024: Code("the channel does not accept the recipient", _P),
    63026: Code("taken for unwanted mail", _B),
    63032: Code("the recipient cannot be reached on this channel", _P),
    63033: Code("this person has blocked us", _O),
    63036: Code("the recipient cannot be reached on this channel", _P),
    63038: Code("our account's daily limit was reached", _T, 3600),
    63051: Code("our account is blocked on the channel", _H, 300),
}

#: Twilio's status words in ours. "sending" and all before it are one state to us.
STATUSES: dict[str, Status] = {
    "accepted": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "queued": Status.ACCEPTED,
    "sending": Status.ACCEPTED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    # Some parts of a long text arrived: not a success.
    "partially_delivered": Status.UNDELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}

#: The same for calls. "completed" says that somebody or something picked up, never that a person understood.
CALL_STATUSES: dict[str, Status] = {
    "queued": Status.ACCEPTED,
    "initiated": Status.ACCEPTED,
    "ringing": Status.SENT,
    "in-progress": Status.SENT,
    "completed": Status.DELIVERED,
    "busy": Status.UNDELIVERED,
    "no-answer": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
_CALL_WORDS = {
    "busy": "the line was busy",
    "no-answer": "nobody picked up",
    "failed": "the call could not be put through",
    "canceled": "the call was ended before anybody picked up",
}


def words_for(code: str, *, call: str = "") -> str:
    """What a code of Twilio means, or the end of a call that came without one, in words that staff can read."""
    if not code and call in _CALL_WORDS:
        return _CALL_WORDS[call]
    known = CODES.get(int(code)) if code.isdecimal() else None
    if known:
        return known.words
    return f"refused by the carrier with code {code}" if code else "refused by the carrier without a code"
