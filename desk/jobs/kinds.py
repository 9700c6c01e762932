"""What every kind of bulk work knows: which rows it is about, and how one of them is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.models import Job, JobRow


@dataclass(frozen=True, slots=True)
class Target:
    """A row to be: the id of what it is about, how a coordinator knows it, and how it stands."""

    pk: int
    subject: str
    before: str = ""


class Skipped(Exception):
    """There is nothing to do for this row any more."""


class Kind(Protocol):
    """One kind of bulk work."""

    def targets(self, job: Job, *, now: datetime) -> Iterable[Target]:
        """The rows that the job's wish is about, in the order in which they are done."""

    def do(self, job: Job, row: JobRow, *, now: datetime) -> str:
        """Do one row, inside a transaction; how it stands after. ValidationError refuses it, Skipped passes it over."""

    def started(self, job: Job, *, now: datetime) -> None:
        """A person has started the job: what else has to be arranged, in the same transaction."""


class Plain:
    """A kind of which nothing else has to be arranged."""

    def started(self, job: Job, *, now: datetime) -> None:
        """Nothing."""
