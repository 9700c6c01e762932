"""Who has said yes to what: a ledger by address and purpose; the latest entry is the present state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from messaging.domain.address import consent_key
from messaging.domain.delivery import EXEMPT_FROM_CONSENT, Purpose
from messaging.metrics import CONSENT
from messaging.models import ConsentEvent


def record(
    address: str,
    purpose: Purpose,
    *,
    granted: bool,
    source: str,
    wording: str,
    now: datetime,
    by: str = "",
) -> ConsentEvent:
    """Append one yes or no to the ledger. `source` is one of ConsentEvent.Source."""
    CONSENT.labels(granted="yes" if granted else "no", source=source).inc()
    return ConsentEvent.objects.create(
        address=consent_key(address),
        purpose=purpose,
        granted=granted,
        source=ConsentEvent.Source(source),
        wording=wording,
        recorded_at=now,
        recorded_by=by,
    )


def record_all(events: Sequence[ConsentEvent]) -> None:
    """Append many entries by one statement: an import's. Their addresses are written as consent_key does."""
    for event in events:
        event.address = consent_key(event.address)
    ConsentEvent.objects.bulk_create(events)
    for (granted, source), count in Counter((event.granted, event.source) for event in events).items():
        CONSENT.labels(granted="yes" if granted else "no", source=source).inc(count)


def latest(addresses: Collection[str]) -> dict[tuple[str, str], ConsentEvent]:
    """The entry that holds for each of these addresses (as consent_key writes them) and each purpose."""
    keys = {consent_key(address) for address in addresses}
    return {(event.address, event.purpose): event for event in _latest().filter(address__in=keys)}


def allowed(pairs: Collection[tuple[str, Purpose]]) -> set[tuple[str, Purpose]]:
    """Those of `pairs` (address, purpose) that may be sent to now, by one query.

    None recorded means no. Answers to a person's own text and pages to staff are always allowed:
    see EXEMPT_FROM_CONSENT.
    """
    asked = {pair for pair in pairs if pair[1] not in EXEMPT_FROM_CONSENT}
    exempt = set(pairs) - asked
    if not asked:
        return exempt
    addresses = {consent_key(address) for address, _ in asked}
    purposes = {purpose for _, purpose in asked}
    latest = _latest().filter(address__in=addresses, purpose__in=purposes, granted=True)
    granted = set(latest.values_list("address", "purpose"))
    return exempt | {pair for pair in asked if (consent_key(pair[0]), pair[1].value) in granted}


def state(address: str, purpose: Purpose) -> bool | None:
    """The last word of `address` about `purpose`; None when nothing was ever recorded."""
    return _latest().filter(address=consent_key(address), purpose=purpose).values_list("granted", flat=True).first()


def was_granted(address: str, purpose: Purpose) -> bool:
    """Whether `address` has ever said yes to `purpose`."""
    return ConsentEvent.objects.filter(address=consent_key(address), purpose=purpose, granted=True).exists()


def revoked_by_text(address: str, purpose: Purpose) -> bool:
    """Whether the last word of `address` about `purpose` is a no that came by text or from the carrier."""
    sources = (ConsentEvent.Source.TEXT, ConsentEvent.Source.CARRIER)
    return _latest().filter(address=consent_key(address), purpose=purpose, granted=False, source__in=sources).exists()


def opted_out(address: str) -> bool:
    """Whether `address` itself said stop, by text or through the carrier, to what we write of our own accord.

    Answers and pages would be allowed all the same, but may never arrive (the carrier keeps stops too): somebody
    who is to be told something urgent is better phoned.
    """
    sources = (ConsentEvent.Source.TEXT, ConsentEvent.Source.CARRIER)
    purposes = (Purpose.REMINDERS, Purpose.WARNINGS)
    by_phone = ConsentEvent.objects.filter(address=consent_key(address), source__in=sources)
    standing = _latest().filter(granted=False, purpose__in=purposes, pk__in=by_phone.values("pk"))
    stop = standing.order_by("-pk").values_list("pk", flat=True).first()
    # A START gives back only what had been agreed to before the STOP, but it takes back the whole STOP.
    return stop is not None and not by_phone.filter(granted=True, pk__gt=stop).exists()


def _latest() -> QuerySet[ConsentEvent]:
    """The entries that hold: for each address and purpose the one that was recorded last."""
    same = ConsentEvent.objects.filter(address=OuterRef("address"), purpose=OuterRef("purpose"))
    return ConsentEvent.objects.filter(pk=Subquery(same.order_by("-recorded_at", "-pk").values("pk")[:1]))
