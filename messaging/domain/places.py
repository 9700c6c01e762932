"""How many requests may be in flight at once: halved when the carrier says "too many", growing back each second."""

from __future__ import annotations

from dataclasses import dataclass, replace

from messaging.domain.delivery import Urgency

#: So many places are never taken by what is ordinary; of a small limit, half.
RESERVE = 10
#: From one place to all of them in so many seconds.
GROWS_IN_SECONDS = 20.0
#: One refusal seldom comes alone: those of one moment halve the limit once.
HALVED_AT_MOST_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What the carrier bore at the moment `at`, in seconds of any clock."""

    places: float
    at: float
    halved_at: float = 0.0


def grown(limit: Limit, top: int, *, now: float) -> Limit:
    """The limit at `now`, at most `top`."""
    passed = max(now - limit.at, 0.0)
    places = min(limit.places + passed * top / GROWS_IN_SECONDS, float(top))
    return Limit(max(places, 1.0), now, min(limit.halved_at, now))


def halved(limit: Limit, top: int, *, now: float) -> Limit:
    """After a refusal at `now`."""
    limit = grown(limit, top, now=now)
    if limit.halved_at > 0 and now - limit.halved_at < HALVED_AT_MOST_EVERY:
        return limit
    return replace(limit, places=max(limit.places / 2, 1.0), halved_at=now)


def unseen_share(limit: Limit, *, urgency: Urgency, runs_at_most: int) -> int:
    """The places of one run that cannot see the others, if there are `runs_at_most` in all."""
    whole = int(limit.places)
    kept = min(RESERVE, whole // 2) if urgency is Urgency.ORDINARY else 0
    return max((whole - kept) // runs_at_most, 1)
