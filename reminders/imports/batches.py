"""How every import runs: judge all rows first, then store them in one transaction, or none of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from django.db import IntegrityError, transaction

from patients.imports.report import FileRefused, Outcome, Rejection, Report
from patients.models import Clinic

T = TypeVar("T")

#: Rows in one round of statements.
BATCH = 500
#: Between two looks for garbage; some of it is rows that know each other, so never looking is no choice.
_ALLOCATIONS = 200_000
FIRST_CLINIC = "My clinic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How an import is asked to run."""

    dry_run: bool = False
    skip_invalid: bool = False


class Watch(Protocol):
    """Somebody who looks on: at each batch before it is stored, and after it."""

    def before(self, rows: Sequence[Any]) -> None:
        """These rows are about to be stored."""

    def after(self, rows: Sequence[Any], outcomes: Sequence[Outcome]) -> None:
        """They were, in the transaction that is still open."""


def store_all(
    rows: Sequence[T],
    rejected: list[Rejection],
    store: Callable[[list[T]], Iterable[Outcome]],
    mode: Mode,
    *,
    watch: Watch | None = None,
) -> Report:
    """Store the good rows through `store` and count; nothing where rows were rejected and not to be skipped."""
    report = Report(rejected=rejected)
    if rejected and not mode.skip_invalid:
        return report
    try:
        with transaction.atomic(), _seldom_collecting():
            for batch in in_batches(rows, BATCH):
                if watch:
                    watch.before(batch)
                outcomes = list(store(batch))
                for outcome in outcomes:
                    report.counts[outcome] += 1
                if watch:
                    watch.after(batch, outcomes)
            transaction.set_rollback(mode.dry_run)
    except IntegrityError as error:
        raise FileRefused(f"Somebody else changed the same rows meanwhile; import it again ({error}).") from error
    return report


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Keep Python from walking over a hundred thousand living rows again and again: a third of the work."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def in_batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """`rows` in lists of up to `size`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def choose_clinic(name: str) -> Clinic | None:
    """The clinic called `name`, or the only one; None where there is none yet. FileRefused when that is unclear."""
    if name:
        clinic = Clinic.objects.filter(name=name).first()
        if clinic is None:
            raise FileRefused(f"There is no clinic called {name!r}; there is: {_names()}.", field="clinic")
        return clinic
    clinics = list(Clinic.objects.all()[:2])
    if len(clinics) > 1:
        raise FileRefused(f"There is more than one clinic; say which with --clinic: {_names()}.", field="clinic")
    return clinics[0] if clinics else None


def _names() -> str:
    return ", ".join(repr(name) for name in Clinic.objects.values_list("name", flat=True)[:20]) or "none"
