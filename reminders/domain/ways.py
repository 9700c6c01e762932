"""By which contact a reminder goes next where one before it did not bring it to the patient; or why by none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from messaging.domain.delivery import OPEN, Channel, Status
from reminders.domain.gate import Contact

#: A channel and an address.
Where = tuple[str, str]


class Fate(StrEnum):
    """What became of one try, as far as it matters to the next."""

    OPEN = "open"  # on its way; nobody knows yet
    STANDS = "stands"  # arrived, or taken by a host that says no more
    LOST = "lost"


#: Phones before mailboxes, for they are looked at; the patient's own before a caregiver's.
_ORDER = {
    (Channel.SMS, False): 0,
    (Channel.SMS, True): 1,
    (Channel.EMAIL, False): 2,
    (Channel.EMAIL, True): 3,
}


def in_order(contacts: Sequence[Contact]) -> list[Contact]:
    """The contacts as they are tried when one has failed; those of one kind keep their order."""
    return sorted(contacts, key=lambda contact: _ORDER[Channel(contact.channel), contact.caregiver])


def following(
    contacts: Sequence[Contact], tries: Mapping[Where, Fate], waiting: Collection[str] = ()
) -> Contact | Fate:
    """The contact that comes next after `tries`, or why none does: one is OPEN, one STANDS, or all are LOST.

    `waiting` are channels over which the same is going to be said anyway: their contacts are as good as open.
    """
    for contact in in_order(contacts):
        fate = tries.get((contact.channel, contact.address))
        if fate is Fate.LOST:
            continue
        if fate is not None:
            return fate
        if not contact.usable or not contact.consented:
            continue
        return Fate.OPEN if contact.channel in waiting else contact
    return Fate.LOST


def fate_of(status: Status, channel: Channel, *, fresh: bool) -> Fate:
    """What a message that stands at `status` means to the next try. `fresh`: its reminder is of use still."""
    if status is Status.DELIVERED:
        return Fate.STANDS
    # A mail host says no more than that it has taken it.
    if channel is Channel.EMAIL and status is Status.SENT:
        return Fate.STANDS
    if status in OPEN:
        return Fate.OPEN
    # What waited past its day is worded anew for the same contact.
    return Fate.OPEN if status is Status.EXPIRED and fresh else Fate.LOST
