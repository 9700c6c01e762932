"""The escalation policies that ship: who is paged by what, and after how long the next. All times are proposals."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.domain.policy import Part, Role, Target

_SMS, _VOICE, _MAIL = "sms", "voice", "email"
#: Nobody is waited for here: the next step goes out as good as at the same time.
_TOGETHER = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """One step: whom, by what, how many seconds it waits."""

    wait: int
    channels: tuple[str, ...]
    role: Role | None = None
    target: Target = Target.ON_CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlan:
    """A policy: minutes and seconds as its columns, then ladder and ring."""

    name: str
    ladder: tuple[StepPlan, ...]
    ring: tuple[StepPlan, ...]
    reach_within: int = 30
    outcome_within: int = 60
    receipt_within: int = 60
    human_within: int = 15
    waits_for_opening: bool = False

    def columns(self) -> dict[str, int | bool]:
        """What stands beside its name."""
        return {
            "reach_within": self.reach_within,
            "outcome_within": self.outcome_within,
            "receipt_within": self.receipt_within,
            "human_within": self.human_within,
            "waits_for_opening": self.waits_for_opening,
        }

    def steps(self) -> list[dict[str, object]]:
        """A row each."""
        parts = ((Part.LADDER, self.ladder), (Part.RING, self.ring))
        return [
            {
                "part": part.value,
                "position": position,
                "target": step.target.value,
                "role": step.role.value if step.role else "",
                "channels": list(step.channels),
                "wait_seconds": step.wait,
            }
            for part, steps in parts
            for position, step in enumerate(steps)
        ]


#: Red and T0: text at once, the phone rings after 3 minutes, the backup after 5, the charge nurse and
#: the physician after 10, everybody after 15, and so on until somebody has taken it.
RED = PolicyPlan(
    name="Red flag: until somebody has taken it",
    ladder=(
        StepPlan(role=Role.NURSE, channels=(_SMS, _MAIL), wait=180),
        StepPlan(role=Role.NURSE, channels=(_VOICE,), wait=120),
        StepPlan(role=Role.BACKUP, channels=(_SMS, _VOICE), wait=300),
        StepPlan(role=Role.CHARGE, channels=(_SMS, _VOICE), wait=_TOGETHER),
        StepPlan(role=Role.PHYSICIAN, channels=(_SMS, _VOICE), wait=300 - _TOGETHER),
    ),
    ring=(
        StepPlan(target=Target.TEAM, role=Role.NURSE, channels=(_SMS,), wait=_TOGETHER),
        StepPlan(role=Role.PHYSICIAN, channels=(_VOICE,), wait=_TOGETHER),
        StepPlan(target=Target.LINE, channels=(_VOICE,), wait=_TOGETHER),
        StepPlan(role=Role.MANAGER, channels=(_SMS, _VOICE), wait=300 - 3 * _TOGETHER),
    ),
)

#: Amber: in the clinic's message hours, taken within 2 hours, spoken with the same day.
AMBER = PolicyPlan(
    name="Amber: the same day",
    ladder=(
        StepPlan(role=Role.NURSE, channels=(_SMS, _MAIL), wait=2 * 60 * 60),
        StepPlan(role=Role.NURSE, channels=(_VOICE,), wait=15 * 60),
        StepPlan(role=Role.BACKUP, channels=(_SMS, _VOICE), wait=30 * 60),
    ),
    ring=(
        StepPlan(role=Role.CHARGE, channels=(_SMS, _VOICE), wait=30 * 60),
        StepPlan(role=Role.PHYSICIAN, channels=(_SMS,), wait=30 * 60),
        StepPlan(role=Role.MANAGER, channels=(_SMS, _VOICE), wait=60 * 60),
    ),
    reach_within=4 * 60,
    outcome_within=8 * 60,
    receipt_within=300,
    human_within=150,
    waits_for_opening=True,
)

POLICIES = (RED, AMBER)
