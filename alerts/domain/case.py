"""What an alert is to the escalation machine: where it stands, what can happen to it, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.domain.words import AlertState, EventKind, Outcome, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Where an alert stands. Times are aware."""

    tier: Tier
    state: AlertState = AlertState.RAISED
    position: int = -1
    empty_steps: int = 0
    nudges: int = 0
    owner: int | None = None
    due_at: datetime | None = None
    fallback_at: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """The earlier of the two clocks; None once closed. The patient's own stands still while somebody has it."""
        fallback_at = self.fallback_at if self.owner is None else None
        clocks = [moment for moment in (self.due_at, fallback_at) if moment]
        return min(clocks) if clocks else None


# --- events ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Raised:
    """The alert was written down; `opens_at` later than now only where the policy waits for opening."""

    opens_at: datetime
    fallback_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepEmpty:
    """The step that was to be paged had nobody to page, or no page could be written for it."""

    position: int


@dataclass(frozen=True, slots=True)
class StepLost:
    """Every page of a step failed, came back, or brought no receipt in time."""

    position: int


@dataclass(frozen=True, slots=True)
class ClockStruck:
    """A clock of the case may have run out."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A named person takes it."""

    by: int


@dataclass(frozen=True, slots=True)
class HandedBack:
    """A person cannot take it, or gives it back. `position`: the step that paged her."""

    by: int
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Spoke:
    """The owner tried to reach the patient."""

    by: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """The outcome is recorded."""

    by: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ReportedAgain:
    """The patient wrote about the same thing again."""

    tier: Tier


@dataclass(frozen=True, slots=True)
class Worsened:
    """What she reports now is more urgent, or new trouble: pages go out again even if somebody had taken it.

    `fallback_at`: when she is told not to wait any longer, where that clock does not run already.
    """

    tier: Tier
    fallback_at: datetime | None = None


Event = Raised | StepEmpty | StepLost | ClockStruck | Accepted | HandedBack | Spoke | Closed | ReportedAgain | Worsened


# --- effects -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageStep:
    """Page the people of this step now."""

    position: int


@dataclass(frozen=True, slots=True)
class PagePerson:
    """Page one person outside the ladder."""

    who: int
    why: str


@dataclass(frozen=True, slots=True)
class StandDown:
    """Take back pages that have not left, and tell those who were paged who has it."""

    owner: int


@dataclass(frozen=True, slots=True)
class AnnounceNurse:
    """Tell the patient that a nurse will call."""


@dataclass(frozen=True, slots=True)
class SendFallback:
    """Nobody has taken it in time: the patient gets the fallback instruction."""


@dataclass(frozen=True, slots=True)
class Shout:
    """Something is wrong with the rota or the policy: staff are told."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """One row of the story."""

    kind: EventKind
    detail: tuple[tuple[str, Any], ...] = ()


Effect = PageStep | PagePerson | StandDown | AnnounceNurse | SendFallback | Shout | Note
