"""An escalation policy as an alert carries it: frozen when the alert is raised, whatever staff edit later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from messaging.domain.delivery import Channel
from staff.domain.tongue import N_

#: The channels a page may leave by, the quickest to be noticed last.
PAGE_CHANNELS = ("sms", "email", "voice")


class Role(StrEnum):
    """Whose turn it is, by rota."""

    NURSE = "nurse"
    BACKUP = "backup"
    CHARGE = "charge"
    PHYSICIAN = "physician"
    MANAGER = "manager"

    @property
    def words(self) -> str:
        """The words for it on pages."""
        return {
            Role.NURSE: N_("on-call nurse"),
            Role.BACKUP: N_("backup nurse"),
            Role.CHARGE: N_("charge nurse"),
            Role.PHYSICIAN: N_("physician"),
            Role.MANAGER: N_("manager"),
        }[self]


class Target(StrEnum):
    """How a step finds its people."""

    ON_CALL = "on_call"  # who has the role at that moment
    TEAM = "team"  # everyone of the role's rota
    PERSON = "person"  # one named person
    LINE = "line"  # the clinic's 24-hour line

    @property
    def words(self) -> str:
        """The words for it on pages."""
        return {
            Target.ON_CALL: N_("whoever is on call"),
            Target.TEAM: N_("everyone of the rota"),
            Target.PERSON: N_("one person"),
            Target.LINE: N_("the clinic's 24-hour line"),
        }[self]


class Part(StrEnum):
    """The two parts of a policy."""

    LADDER = "ladder"  # climbed once
    RING = "ring"  # goes round for ever after the ladder's end

    @property
    def words(self) -> str:
        """The words for it on pages."""
        return {Part.LADDER: N_("step"), Part.RING: N_("then again and again")}[self]


class PolicyError(ValueError):
    """A policy that cannot be used; the message names field and value."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whom, by what, and how long it waits."""

    target: Target
    channels: tuple[Channel, ...]
    wait: timedelta
    role: Role | None = None
    responder_id: int | None = None

    @property
    def whom(self) -> str:
        """Whom it pages, for people."""
        if self.target is Target.TEAM and self.role:
            return f"everyone of the rota: {self.role.words}"
        return self.role.words if self.target is Target.ON_CALL and self.role else self.target.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A ladder, then a ring that has no end."""

    name: str
    ladder: tuple[Step, ...]
    ring: tuple[Step, ...]
    reach_within: timedelta = timedelta(minutes=30)
    outcome_within: timedelta = timedelta(minutes=60)
    receipt_within: timedelta = timedelta(seconds=60)
    human_within: timedelta = timedelta(minutes=15)
    waits_for_opening: bool = False

    def __post_init__(self) -> None:
        """PolicyError when there is no ring: a ladder that ends is how cases fall silent."""
        if not self.ring:
            raise PolicyError("ring: at least one step must go on until somebody has taken it")
        for step in (*self.ladder, *self.ring):
            if step.wait < timedelta(seconds=15):
                raise PolicyError(f"wait: {step.wait.total_seconds():.0f} s is less than 15 s")
            if not step.channels:
                raise PolicyError(f"channels: the step for {step.whom} has none")

    def step(self, position: int) -> Step:
        """The step at `position`, counted from 0 through the ladder and then round and round the ring."""
        if position < len(self.ladder):
            return self.ladder[position]
        return self.ring[(position - len(self.ladder)) % len(self.ring)]

    @property
    def length(self) -> int:
        """How many different steps there are."""
        return len(self.ladder) + len(self.ring)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column; from_json brings the policy back."""
        return {
            "name": self.name,
            "ladder": [_step_to_json(step) for step in self.ladder],
            "ring": [_step_to_json(step) for step in self.ring],
            "reach_within": self.reach_within.total_seconds(),
            "outcome_within": self.outcome_within.total_seconds(),
            "receipt_within": self.receipt_within.total_seconds(),
            "human_within": self.human_within.total_seconds(),
            "waits_for_opening": self.waits_for_opening,
        }


def from_json(data: Mapping[str, Any]) -> Policy:
    """The policy that to_json wrote. PolicyError names what is missing or unknown."""
    try:
        return Policy(
            name=data["name"],
            ladder=tuple(_step_from_json(step) for step in data["ladder"]),
            ring=tuple(_step_from_json(step) for step in data["ring"]),
            reach_within=timedelta(seconds=data["reach_within"]),
            outcome_within=timedelta(seconds=data["outcome_within"]),
            receipt_within=timedelta(seconds=data["receipt_within"]),
            human_within=timedelta(seconds=data["human_within"]),
            waits_for_opening=bool(data["waits_for_opening"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"policy: {error}") from error


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "target": step.target.value,
        "channels": [channel.value for channel in step.channels],
        "wait": step.wait.total_seconds(),
        "role": step.role.value if step.role else None,
        "responder_id": step.responder_id,
    }


def _step_from_json(data: Mapping[str, Any]) -> Step:
    return Step(
        target=Target(data["target"]),
        channels=tuple(Channel(channel) for channel in data["channels"]),
        wait=timedelta(seconds=data["wait"]),
        role=Role(data["role"]) if data["role"] else None,
        responder_id=data["responder_id"],
    )
