"""What a mail host's answers mean and call for.

An answer has a number of three digits and, from most hosts, a finer one behind it (5.1.1). It is named by the finest
of the two that stands in this table, for the number alone does not tell a mailbox that is gone from a host that does
not like us: many say 550 to both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from messaging.domain.reactions import Code, Reaction

_ADDRESS, _RETRY, _OTHER = Reaction.ADDRESS, Reaction.RETRY, Reaction.OTHER_WAY
_OPERATOR, _HOLD = Reaction.OPERATOR, Reaction.HOLD

AUTH = "smtp-auth"
SENDER = "smtp-sender"
CONTENT = "smtp-data"
UTF8 = "smtp-utf8"
TOO_LONG = "smtp-5.3.4"
#: Said of a mail that was taken first, and came back.
RETURNED = "returned"
RETURNED_FULL = "returned-full"

CODES: Mapping[str, Code] = MappingProxyType(
    {
        AUTH: Code("the mail host does not accept our credentials", _HOLD, 60),
        SENDER: Code("the mail host does not accept our sender", _HOLD, 300),
        "smtp-421": Code("the mail host is closing for now", _RETRY, 60),
        "smtp-450": Code("the mail host asked to wait", _RETRY),
        "smtp-451": Code("the mail host asked to wait", _RETRY),
        "smtp-452": Code("the mail host has no room", _RETRY, 300),
        "smtp-530": Code("the mail host wants us to log in", _HOLD, 60),
        "smtp-535": Code("the mail host does not accept our credentials", _HOLD, 60),
        "smtp-550": Code("the mailbox does not exist", _ADDRESS),
        "smtp-551": Code("the mailbox is not at this host", _ADDRESS),
        "smtp-552": Code("the mailbox is full", _RETRY, 1800, 3),
        "smtp-553": Code("the mailbox name is not allowed", _ADDRESS),
        "smtp-554": Code("the mail host refused the mail", _OPERATOR),
        "smtp-556": Code("the domain takes no mail", _ADDRESS),
        CONTENT: Code("the mail host took the address and refused the mail", _OPERATOR),
        "smtp-4.2.2": Code("the mailbox is full", _RETRY, 1800, 3),
        "smtp-5.1": Code("the mailbox does not exist", _ADDRESS),
        "smtp-5.1.8": Code("the mail host does not accept our sender", _HOLD, 300),
        "smtp-5.2.1": Code("the mailbox is switched off", _ADDRESS),
        "smtp-5.2.2": Code("the mailbox is full", _RETRY, 1800, 3),
        "smtp-5.2.3": Code("the mail is too long for the mailbox", _OPERATOR),
        TOO_LONG: Code("the mail is too long for the mail host", _OPERATOR),
        "smtp-5.4": Code("the mail host finds no way to the mailbox", _OTHER),
        "smtp-5.5": Code("the mail host did not understand us", _OPERATOR),
        "smtp-5.6": Code("the mail host did not accept the content", _OPERATOR),
        "smtp-5.7": Code("the mail host refused the mail by its rules", _OPERATOR),
        "smtp-5.7.8": Code("the mail host does not accept our credentials", _HOLD, 60),
        UTF8: Code("the mail host cannot take this address", _ADDRESS),
        RETURNED: Code("the mail came back", _OTHER, strikes=2),
        RETURNED_FULL: Code("the mail came back: the mailbox is full", _OTHER, strikes=3),
    }
)

#: Said of the mailbox when they answer to its name; hosts say them of a mail's content too.
_ABOUT_MAILBOX = frozenset({"smtp-550", "smtp-551", "smtp-553", "smtp-554", "smtp-556"})
_ABOUT_LOGIN = frozenset({"smtp-530", "smtp-535", "smtp-5.7.8"})
_FINER = re.compile(rb"\s*([245]\.\d{1,3})(\.\d{1,3})\b")


def name_of(number: int, text: bytes | str) -> str:
    """The name under which an answer is looked up: by its finer code where the table knows it, else by its number."""
    if f"smtp-{number}" in _ABOUT_LOGIN:
        return f"smtp-{number}"
    raw = text if isinstance(text, bytes) else text.encode(errors="replace")
    found = _FINER.match(raw)
    if found:
        family, detail = (part.decode() for part in found.groups())
        for name in (f"smtp-{family}{detail}", f"smtp-{family}"):
            if name in CODES:
                return name
    return f"smtp-{number}"


def name_of_return(number: int, status: str) -> str:
    """The same for a mail that was taken and came back, of which its host has given up trying.

    A bare number, or "other", says nothing of the mailbox there: a second mail that comes back does. What calls for
    another try, or for our sender to be held, is said by a stranger's host, long after.
    """
    name = name_of(number or 550, status) if status else ""
    if status.endswith(".2.2"):
        return RETURNED_FULL
    known = CODES.get(name)
    if known is None or name == f"smtp-{number or 550}" or known.reaction in (_RETRY, _HOLD):
        return RETURNED
    return name


def name_of_content(number: int, text: bytes | str) -> str:
    """The same for an answer to the mail itself: there the bare number says nothing of the mailbox, which was taken."""
    name = name_of(number, text)
    return CONTENT if name in _ABOUT_MAILBOX else name


def name_of_sender(number: int, text: bytes | str) -> str:
    """The same for an answer to our sender: a refusal for good is of the sender, unless it is of the mail's length."""
    name = name_of(number, text)
    if number == 552 or name == TOO_LONG:
        return TOO_LONG
    return name if number < 500 or name in _ABOUT_LOGIN else SENDER
