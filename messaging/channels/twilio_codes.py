"""Twilio's vocabulary as data: what each code means, what it calls for, and what its status words mean.

The dictionary grows and codes are split in two over the years, so nothing above this table looks at a
code, and a code that is not in it is reported loudly and treated by the kind of answer it came with.
Staff may decide otherwise of any of them: messaging/codes.py lays their decisions over this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from messaging.domain.delivery import Status
from messaging.domain.reactions import Code, Reaction

_ADDRESS, _OPT_OUT, _RETRY = Reaction.ADDRESS, Reaction.OPT_OUT, Reaction.RETRY
_OTHER, _OPERATOR, _HOLD = Reaction.OTHER_WAY, Reaction.OPERATOR, Reaction.HOLD

#: Answers to our request.
_REFUSALS: dict[str, Code] = {
    "10001": Code("our account at the carrier is not active", _HOLD, 300, account=True),
    "10004": Code("too many calls at once", _RETRY),
    "20003": Code("the carrier does not accept our account's credentials", _HOLD, 60, account=True),
    "20005": Code("our account at the carrier is not active", _HOLD, 300, account=True),
    "20404": Code("the carrier does not know this address of its interface", _HOLD, 300, account=True),
    "20429": Code("too many requests at once", _RETRY),
    "20500": Code("the carrier has a fault of its own", _RETRY, 60),
    "20503": Code("the carrier is out of order", _RETRY, 60),
    "21266": Code("the recipient is our own sender", _ADDRESS),
    "21201": Code("the call had no recipient", _OPERATOR),
    "21202": Code("a premium number cannot be called", _ADDRESS),
    "21203": Code("our account may not call other countries", _OPERATOR),
    "21205": Code("our address for calls is not accepted", _HOLD, 300),
    "21210": Code("our number may not place calls", _HOLD, 300),
    "21211": Code("not a valid phone number", _ADDRESS),
    "21212": Code("our sender is not a valid number", _HOLD, 300),
    "21213": Code("the call had no number of ours", _HOLD, 300),
    "21214": Code("the number cannot be reached", _ADDRESS),
    "21215": Code("our account may not call this country", _OPERATOR),
    "21216": Code("our account may not call this number", _OPERATOR),
    "21217": Code("not a valid phone number", _ADDRESS),
    "21219": Code("a trial account may call verified numbers only", _OPERATOR),
    "21408": Code("our account may not send to this country", _OPERATOR),
    "21602": Code("the message had no text", _OPERATOR),
    "21604": Code("the message had no recipient", _OPERATOR),
    "21606": Code("our sender cannot send texts", _HOLD, 300),
    "21608": Code("a trial account may send to verified numbers only", _OPERATOR),
    "21609": Code("our callback address is not accepted", _HOLD, 300),
    "21610": Code("this person has told the carrier to stop", _OPT_OUT),
    "21611": Code("the queue of our sender is full", _RETRY, 300),
    # The second text that ends so marks the number; the first may have been a passing fault of the route.
    "21612": Code("the number cannot be reached from our sender", _OTHER, strikes=2),
    "21614": Code("not a mobile number", _ADDRESS),
    "21617": Code("the text is too long", _OPERATOR),
    "21635": Code("a landline cannot receive texts", _ADDRESS),
    "21659": Code("our sender is not a number of the carrier's", _HOLD, 300),
    "21660": Code("our sender belongs to another account", _HOLD, 300),
    "21661": Code("our sender cannot send texts", _HOLD, 300),
    "21701": Code("our messaging service does not exist", _HOLD, 300),
    "21703": Code("our messaging service has no number", _HOLD, 300),
    # About this recipient: it must not stop the sender for all the others.
    "21704": Code("our messaging service has no number for this recipient", _OPERATOR),
}

#: Said later, in receipts. A wait counts from the receipt; the tries are those beyond the first.
_REPORTS: dict[str, Code] = {
    "30001": Code("the carrier's queue overflowed", _RETRY, 60, 3),
    "30002": Code("our account at the carrier is suspended", _HOLD, 300, 2, account=True),
    "30003": Code("the phone is switched off or out of reach", _RETRY, 1800, 2),
    "30004": Code("the message was blocked", _OTHER),
    "30005": Code("the number is not in use", _ADDRESS),
    "30006": Code("a landline, or a network that cannot be reached", _ADDRESS),
    "30007": Code("the network filtered the message as unwanted", _OPERATOR),
    "30008": Code("the network did not say why", _RETRY, 300, 1),
    "30010": Code("the price is above our limit", _OPERATOR),
    "30017": Code("the network is congested", _RETRY, 300, 3),
    "30022": Code("our sender is over its rate", _RETRY, 60, 5),
    "30023": Code("our sender is over its daily limit", _RETRY, 3600),
    "30024": Code("our sender is not provisioned yet", _HOLD, 3600, 2),
    "30026": Code("our sender is near the network's daily limit", _RETRY, 3600, 1),
    "30027": Code("our sender is over the network's daily limit", _RETRY, 3600),
    "30032": Code("our toll-free number is not verified", _HOLD, 900, 1),
    "30033": Code("our campaign is suspended", _HOLD, 900, 1),
    "30034": Code("our sender is not registered", _HOLD, 900, 1),
    "30035": Code("our sender is not provisioned yet", _HOLD, 3600, 2),
    "30036": Code("the message grew too old at the carrier", _OTHER),
    "30038": Code("the number cannot receive this message", _OTHER),
    "30039": Code("a loop of messages was stopped", _OPERATOR),
    "30410": Code("the network did not answer in time", _RETRY, 300, 3),
    "30450": Code("blocked for half an hour against misuse", _RETRY, 1800, 2),
    "30453": Code("blocked as likely misuse", _OPERATOR),
}

#: Scheduling, and channels beside texts and calls.
_FURTHER: dict[str, Code] = {
    "35114": Code("a sending time that the carrier does not accept", _OPERATOR),
    "35118": Code("scheduling needs a messaging service", _OPERATOR),
    "63001": Code("the channel did not accept our account", _HOLD, 300, 2),
    "63003": Code("the channel does not know the recipient", _ADDRESS),
    "63007": Code("our sender does not exist on the channel", _HOLD, 300, 2),
    "63008": Code("our sender is set up wrongly on the channel", _HOLD, 300, 2),
    "63009": Code("the channel is out of order", _RETRY, 60, 3),
    "63010": Code("the channel is out of order", _RETRY, 60, 3),
    "63012": Code("the channel is out of order", _RETRY, 60, 3),
    "63013": Code("the message breaks a rule of the channel", _OPERATOR),
    "63014": Code("this person has blocked us", _OPT_OUT),
    "63016": Code("outside the hours in which free text is allowed", _OPERATOR),
    "63017": Code("the channel's limit was reached", _RETRY, 300, 3),
    "63018": Code("the channel's limit was reached", _RETRY, 300, 3),
    "63020": Code("our account is not active on the channel", _HOLD, 300, 2),
    "63021": Code("the content was not accepted", _OPERATOR),
    "63023": Code("the channel is out of order", _RETRY, 60, 3),
    "63024": Code("the channel does not accept the recipient", _ADDRESS),
    "63026": Code("taken for unwanted mail", _OPERATOR),
    "63032": Code("the recipient cannot be reached on this channel", _OTHER),
    "63033": Code("this person has blocked us", _OPT_OUT),
    "63036": Code("the recipient cannot be reached on this channel", _OTHER),
    "63038": Code("our account's daily limit was reached", _RETRY, 3600),
    "63051": Code("our account is blocked on the channel", _HOLD, 300, 2),
}

#: Refusals that came without a code: by the answer's status.
_BARE: dict[str, Code] = {
    f"http-{status}": Code(f"the carrier let nobody in (HTTP {status})", _HOLD, 60, account=True)
    for status in (401, 403, 404, 405)
}

CODES: Mapping[str, Code] = MappingProxyType(_REFUSALS | _REPORTS | _FURTHER | _BARE)

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
    known = CODES.get(code)
    if known:
        return known.words
    return f"refused by the carrier with code {code}" if code else "refused by the carrier without a code"
