"""Knows whose phone or mailbox an address is, as far as the clinic's own records say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    known: dict[str, Owner] = {}
    contacts = ContactPoint.objects.filter(address__in=set(addresses)).select_related("patient").order_by("id")
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
    return list(ContactPoint.objects.filter(found).values_list("address", flat=True)[:MOST_MATCHES])


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
