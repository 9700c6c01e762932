"""How the canary fared of late: how many runs, how many came back, how long each hop took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from alerts.models import CanaryRun


@dataclass(frozen=True, slots=True)
class Hop:
    """One leg of the way: half of the runs were quicker than `middle`, none slower than `slowest` (seconds)."""

    name: str
    middle: float
    slowest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The runs since a moment."""

    runs: int
    failed: int
    last: CanaryRun | None
    hops: list[Hop]


def figures(*, since: datetime) -> Figures:
    """What the runs since then came to."""
    runs = list(CanaryRun.objects.filter(started_at__gte=since).order_by("-started_at"))
    hops = [
        _hop(_("text in → page taken by the carrier"), [_seconds(r.started_at, r.paged_at) for r in runs]),
        _hop(_("page → answer"), [_seconds(r.paged_at, r.answered_at) for r in runs]),
        _hop(_("the whole way round"), [_seconds(r.started_at, r.finished_at) for r in runs if not r.failure]),
    ]
    return Figures(
        runs=len(runs),
        failed=sum(1 for run in runs if run.failure),
        last=runs[0] if runs else None,
        hops=[hop for hop in hops if hop],
    )


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


def _hop(name: str, spans: Sequence[float | None]) -> Hop | None:
    known = sorted(span for span in spans if span is not None)
    return Hop(name, known[len(known) // 2], known[-1]) if known else None
