"""Whose phone or mailbox an address is among staff: for pages that show addresses and know no responders."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from alerts.models import Responder


def owners(addresses: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and time zone by address, for those of `addresses` that belong to a responder."""
    people = Responder.objects.filter(Q(phone__in=addresses) | Q(email__in=addresses)).select_related("clinic")
    known = {}
    for person in people.order_by("-pk"):
        for address in (person.phone, person.email):
            if address in addresses:
                known[address] = (person.name, person.clinic.timezone)
    return known


def addresses_of(words: str) -> list[str]:
    """The addresses of responders whose names contain each of `words`."""
    people = Responder.objects.all()
    for word in words.split():
        people = people.filter(name__icontains=word)
    return [address for pair in people.values_list("phone", "email")[:100] for address in pair if address]
