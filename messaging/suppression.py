"""The suppression list of our own: addresses whose standing word is a no of theirs, whatever any carrier keeps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from messaging import consent
from messaging.domain.consent_ledger import BY_PHONE, OWN_WORD
from messaging.domain.delivery import CONSENT_PURPOSES, EVERYTHING
from messaging.models import ConsentEvent


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One address, the entry that silenced it, and what it says no to."""

    address: str
    since: ConsentEvent
    purposes: tuple[str, ...]

    @property
    def what(self) -> str:
        """The purposes in words."""
        return "everything" if len(self.purposes) == len(CONSENT_PURPOSES) else ", ".join(self.purposes)


def listed(search: str = "", *, only: QuerySet[ConsentEvent] | None = None) -> list[Suppressed]:
    """Everybody on it, the newest first; `search`: a part of the address; `only`: of these entries' addresses."""
    noes = (ConsentEvent.objects.all() if only is None else only).filter(granted=False, source__in=sorted(OWN_WORD))
    if search:
        noes = noes.filter(address__icontains=search)
    addresses = set(noes.values_list("address", flat=True))
    stops = consent.stops(addresses) if addresses else {}
    standing: dict[str, list[tuple[str, ConsentEvent]]] = defaultdict(list)
    for (address, purpose), event in (consent.latest(addresses) if addresses else {}).items():
        if not event.granted and event.source in OWN_WORD and (address in stops or not _is_whole(event)):
            standing[address].append((purpose, event))
    found = [
        Suppressed(
            address,
            stops.get(address) or min((event for _, event in said), key=lambda event: event.pk),
            tuple(purpose for purpose in CONSENT_PURPOSES if purpose in {name for name, _ in said}),
        )
        for address, said in standing.items()
    ]
    return sorted(found, key=lambda one: (one.since.recorded_at, one.since.pk), reverse=True)


def _is_whole(event: ConsentEvent) -> bool:
    """Whether it is a STOP, which a START takes back as a whole though it gives back only what had been agreed to."""
    return event.purpose == EVERYTHING or event.source in BY_PHONE
