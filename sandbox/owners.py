"""Knows whose phone or mailbox an address is, as far as the clinic's own records say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Q

from patients.models import ContactPoint

MOST_MATCHES = 500


@dataclass(frozen=True, slots=True)
class Owner:
    """Who picks up, and by which clock they live."""

    name: str
    zone: ZoneInfo


def of(addresses: Iterable[str]) -> dict[str, Owner]:
    """The owners of `addresses`; unknown addresses are missing. A shared phone names everybody once."""
    asked = set(addresses)
    known: dict[str, Owner] = {}
    for book in _phonebooks():
        known |= {address: Owner(name, _zone(zone)) for address, (name, zone) in book.owners(asked).items()}
    contacts = ContactPoint.objects.filter(address__in=asked).select_related("patient").order_by("id")
    for contact in contacts:
        patient = contact.patient
        full = f"{patient.given_name} {patient.family_name}"
        name = f"{contact.owner_name} (for {full})" if contact.owner_name else full
        earlier = known.get(contact.address)
        if earlier is None:
            known[contact.address] = Owner(name, _zone(patient.timezone))
        elif name not in earlier.name:
            known[contact.address] = Owner(f"{earlier.name}, {name}", earlier.zone)
    return known


def addresses_of(words: str) -> list[str]:
    """The addresses of people whose names contain each of `words`."""
    found = Q()
    for word in words.split():
        names = ("owner_name", "patient__given_name", "patient__family_name")
        found &= Q(*[(f"{name}__icontains", word) for name in names], _connector=Q.OR)
    patients = list(ContactPoint.objects.filter(found).values_list("address", flat=True)[:MOST_MATCHES])
    return [*patients, *(address for book in _phonebooks() for address in book.addresses_of(words))]


def _phonebooks() -> Iterator[Any]:
    """Rooms that know of further phones hand themselves up by name: the sandbox imports none of them."""
    return (import_module(path) for path in getattr(settings, "SANDBOX_PHONEBOOKS", ()))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
