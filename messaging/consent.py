"""Who has said yes to what: a ledger by address and purpose; the latest entry is the present state.

A word about everything (EVERYTHING) counts for each purpose: the latest of the two decides. `record` is the one door
into the ledger; whoever must act on a no or a yes hears of it in the same transaction (settings.ON_OPT_OUT, ON_OPT_IN).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.module_loading import import_string

from messaging.domain import consent_ledger
from messaging.domain.address import consent_key
from messaging.domain.consent_ledger import BY_PHONE, OWN_WORD
from messaging.domain.delivery import CONSENT_PURPOSES, EVERYTHING, EXEMPT_FROM_CONSENT, Purpose
from messaging.metrics import CONSENT
from messaging.models import ConsentEvent

log = structlog.get_logger(__name__)


def record(
    address: str,
    purpose: Purpose | str,
    *,
    granted: bool,
    source: str,
    wording: str,
    now: datetime,
    by: str = "",
    wording_version: str = "",
    language: str = "",
    unencrypted_ok: bool | None = None,
) -> ConsentEvent:
    """Append one yes or no to the ledger; `purpose` may be EVERYTHING, `source` is one of ConsentEvent.Source."""
    if purpose != EVERYTHING and purpose not in set(Purpose):
        raise ValueError(f"purpose: {purpose!r} is none of {', '.join([*Purpose, EVERYTHING])}")
    event = ConsentEvent(
        address=consent_key(address),
        purpose=purpose,
        granted=granted,
        source=ConsentEvent.Source(source),
        wording=wording,
        wording_version=wording_version,
        language=language,
        unencrypted_ok=unencrypted_ok,
        recorded_at=now,
        recorded_by=by[:150],
    )
    with transaction.atomic(savepoint=False):
        event.save()
        _tell(event, now=now)
    CONSENT.labels(granted="yes" if granted else "no", source=source).inc()
    return event


def record_all(events: Sequence[ConsentEvent], *, changing: Sequence[ConsentEvent] = ()) -> None:
    """Append many entries by one statement: an import's. `changing`: those of them that turn a yes or a no round.

    Of these alone is anybody told: that a thousand new patients want no texts is no opt-out.
    """
    for event in events:
        event.address = consent_key(event.address)
    with transaction.atomic(savepoint=False):
        ConsentEvent.objects.bulk_create(events)
        for event in changing:
            _tell(event, now=event.recorded_at)
    for (granted, source), count in Counter((event.granted, event.source) for event in events).items():
        CONSENT.labels(granted="yes" if granted else "no", source=source).inc(count)


def revoke_everything(
    address: str, *, source: str, wording: str, now: datetime, by: str = "", language: str = ""
) -> bool:
    """Write down a no to everything that we send of our own accord. False: the same no stands already."""
    entries = _entries(address)
    stands = consent_ledger.stop_of(entries) is not None
    anything = any(entry.granted for p in CONSENT_PURPOSES if (entry := consent_ledger.standing(entries, p)))
    if source in OWN_WORD and stands and not anything:
        return False
    record(address, EVERYTHING, granted=False, source=source, wording=wording, now=now, by=by, language=language)
    return True


def restore(address: str, *, source: str, wording: str, now: datetime, by: str = "", language: str = "") -> bool:
    """Take a STOP back: what had been agreed to before it holds again, and nothing new. False: there was none."""
    entries = _entries(address)
    back = consent_ledger.given_back(entries)
    if not back and consent_ledger.stop_of(entries) is not None:
        # Nothing had been agreed to. That it was taken back is kept as a yes to what needs no consent: answers.
        back = [Purpose.REPLIES.value]
    with transaction.atomic():
        for purpose in back:
            record(address, purpose, granted=True, source=source, wording=wording, now=now, by=by, language=language)
    return bool(back)


def latest(addresses: Collection[str]) -> dict[tuple[str, str], ConsentEvent]:
    """The entry that holds for each of these addresses (as consent_key writes them) and each purpose."""
    keys = {consent_key(address) for address in addresses}
    return _by_purpose(_latest().filter(address__in=keys), [purpose.value for purpose in Purpose])


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
    purposes = {purpose.value for _, purpose in asked}
    rows = _latest().filter(address__in=addresses, purpose__in=purposes | {EVERYTHING})
    standing = _by_purpose(rows.only("address", "purpose", "granted", "recorded_at"), purposes)
    yes = {key for key, event in standing.items() if event.granted}
    return exempt | {pair for pair in asked if (consent_key(pair[0]), pair[1].value) in yes}


def state(address: str, purpose: Purpose) -> bool | None:
    """The last word of `address` about `purpose`; None when nothing was ever recorded."""
    said = _last_word(address, purpose)
    return said.granted if said else None


def was_granted(address: str, purpose: Purpose) -> bool:
    """Whether `address` has ever said yes to `purpose`."""
    about = ConsentEvent.objects.filter(address=consent_key(address), purpose__in=(purpose, EVERYTHING), granted=True)
    return about.exists()


def revoked_by_text(address: str, purpose: Purpose) -> bool:
    """Whether the last word of `address` about `purpose` is a no that came by text or from the carrier."""
    said = _last_word(address, purpose)
    return said is not None and not said.granted and said.source in BY_PHONE


def opted_out(address: str) -> bool:
    """Whether `address` itself said stop to what we write of our own accord, and has not taken it back.

    Answers and pages would be allowed all the same, but may never arrive (the carrier keeps stops too): somebody
    who is to be told something urgent is better phoned.
    """
    return consent_ledger.stop_of(_entries(address)) is not None


def stops(addresses: Collection[str]) -> dict[str, ConsentEvent]:
    """The STOP that stands for each of these addresses (as consent_key writes them) which said one: its first entry."""
    keys = {consent_key(address) for address in addresses}
    told: dict[str, list[ConsentEvent]] = defaultdict(list)
    for event in ConsentEvent.objects.filter(address__in=keys).order_by("recorded_at", "pk"):
        told[event.address].append(event)
    found = {address: consent_ledger.stop_of(entries) for address, entries in told.items()}
    return {address: stop for address, stop in found.items() if stop is not None}


def _last_word(address: str, purpose: Purpose) -> ConsentEvent | None:
    about = ConsentEvent.objects.filter(address=consent_key(address), purpose__in=(purpose, EVERYTHING))
    return about.order_by("-recorded_at", "-pk").first()


def _entries(address: str) -> list[ConsentEvent]:
    return list(ConsentEvent.objects.filter(address=consent_key(address)).order_by("recorded_at", "pk"))


def _latest() -> QuerySet[ConsentEvent]:
    """For each address and purpose, and for everything, the entry that was recorded last."""
    same = ConsentEvent.objects.filter(address=OuterRef("address"), purpose=OuterRef("purpose"))
    return ConsentEvent.objects.filter(pk=Subquery(same.order_by("-recorded_at", "-pk").values("pk")[:1]))


def _by_purpose(events: Iterable[ConsentEvent], purposes: Collection[str]) -> dict[tuple[str, str], ConsentEvent]:
    """Which of these entries decides, for each address and each of `purposes`."""
    found: dict[tuple[str, str], ConsentEvent] = {}
    consented = [purpose for purpose in purposes if purpose not in EXEMPT_FROM_CONSENT]
    for event in sorted(events, key=lambda one: (one.recorded_at, one.pk)):
        for purpose in consented if event.purpose == EVERYTHING else [event.purpose]:
            found[event.address, purpose] = event
    return found


def _tell(event: ConsentEvent, *, now: datetime) -> None:
    """Let those hear who must act. What they do stands or falls with the entry, but their fault is not its end."""
    for path in settings.ON_OPT_IN if event.granted else [settings.ON_OPT_OUT]:
        try:
            with transaction.atomic():
                import_string(path)(event.address, event.purpose, event.source, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - a no counts, whatever becomes of those who hear of it
            log.error("consent_hook_broke", hook=path, entry=event.pk, error=type(error).__name__)
