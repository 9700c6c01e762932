"""Reading rows on from a place: by instant, source and id, so that no page repeats or misses a row and none counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from desk.domain.timeline import Entry, Kind, Place
from messaging.domain.address import consent_key
from patients.models import ContactPoint, Patient


@dataclass(slots=True)
class Subject:
    """Whose line it is, with what every source needs to know; `shared` addresses are other patients' too."""

    patient: Patient
    now: datetime
    contacts: Sequence[ContactPoint]
    shared: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        """The patient's phones and mailboxes."""
        return [contact.address for contact in self.contacts]

    @property
    def keys(self) -> list[str]:
        """The same as the consent ledger writes them."""
        return [consent_key(address) for address in self.addresses]


#: The entries for some rows, in their order; rows carry their instant as `moment`.
Shown = Callable[[Sequence[Any], Subject], list[Entry]]


@dataclass(frozen=True, slots=True)
class Source:
    """One source of entries. `rows` are a patient's, annotated with `moment`; `rank` is its place among equals."""

    kind: Kind
    rank: int
    rows: Callable[[Subject], QuerySet[Any]]
    shown: Shown

    def earlier(self, subject: Subject, place: Place, most: int) -> list[Entry]:
        """The latest `most` before `place`."""
        equal = Q(moment=place.at)
        before = Q(moment__lt=place.at)
        if self.rank < place.rank:
            before |= equal
        elif self.rank == place.rank:
            before |= equal & Q(pk__lt=place.pk)
        return self.shown(list(self.rows(subject).filter(before).order_by("-moment", "-pk")[:most]), subject)

    def later(self, subject: Subject, place: Place, most: int) -> list[Entry]:
        """The next `most` after `place`."""
        equal = Q(moment=place.at)
        after = Q(moment__gt=place.at)
        if self.rank > place.rank:
            after |= equal
        elif self.rank == place.rank:
            after |= equal & Q(pk__gt=place.pk)
        return self.shown(list(self.rows(subject).filter(after).order_by("moment", "pk")[:most]), subject)
