"""The vocabulary of red flags: conditions, tiers, the states of an alert and the events that move it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class Condition(StrEnum):
    """What a rule looks for. The values are the words that outsiders read."""

    CORD = "cord_compression"
    CORD_PAIN = "cord_compression_pain"
    HYPERCALCEMIA = "hypercalcemia"
    FRACTURE = "fracture"
    INFECTION = "infection_fever"
    BLEEDING = "bleeding"
    ANEMIA = "anemia"
    LOW_CALCIUM = "low_calcium"
    JAW = "jaw"
    RENAL = "renal"
    ALLERGY = "allergy"
    SELF_HARM = "self_harm"
    PAIN = "uncontrolled_pain"
    REACTION = "treatment_reaction"
    EMERGENCY = "other_emergency"  # stroke signs, chest pain, a seizure, breathless at rest
    UNCLASSIFIED = "unclassified"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The words for it on pages."""
        return _(TITLES[self])


TITLES: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.CORD: N_("Cord compression – neurological"),
        Condition.CORD_PAIN: N_("Cord compression – pain"),
        Condition.HYPERCALCEMIA: N_("Hypercalcemia"),
        Condition.FRACTURE: N_("Fracture"),
        Condition.INFECTION: N_("Infection"),
        Condition.BLEEDING: N_("Bleeding"),
        Condition.ANEMIA: N_("Anemia"),
        Condition.LOW_CALCIUM: N_("Low calcium"),
        Condition.JAW: N_("Jaw"),
        Condition.RENAL: N_("Renal"),
        Condition.ALLERGY: N_("Allergy"),
        Condition.SELF_HARM: N_("Self-harm"),
        Condition.PAIN: N_("Uncontrolled pain"),
        Condition.REACTION: N_("Treatment reaction"),
        Condition.EMERGENCY: N_("Other emergency"),
        Condition.UNCLASSIFIED: N_("Unclassified"),
    }
)


class Tier(StrEnum):
    """How fast somebody must act (clinical content: docs/clinical-content.md)."""

    T0 = "t0"  # 911 or the emergency department, now
    RED = "red"  # the nurse is paged now, the patient is told to call now
    AMBER = "amber"  # a person gets in touch the same day
    GREEN = "green"  # a nurse reads it

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Tier).index(self)

    @property
    def pages(self) -> bool:
        """Whether a nurse is paged at any hour."""
        return self in (Tier.T0, Tier.RED)


class AlertState(StrEnum):
    """Where an alert stands. It moves along ALERT_MOVES and nowhere else."""

    RAISED = "raised"  # written down; nobody could be paged yet
    PAGED = "paged"  # people are being paged; nobody has taken it
    ACCEPTED = "accepted"  # a named nurse has taken it
    REACHED = "reached"  # she has spoken with the patient
    CLOSED = "closed"  # the outcome is recorded


OPEN_STATES = (AlertState.RAISED, AlertState.PAGED, AlertState.ACCEPTED, AlertState.REACHED)
#: States in which a named person owns the alert.
OWNED_STATES = (AlertState.ACCEPTED, AlertState.REACHED)

ALERT_MOVES: Mapping[AlertState, frozenset[AlertState]] = MappingProxyType(
    {
        AlertState.RAISED: frozenset({AlertState.PAGED, AlertState.ACCEPTED, AlertState.REACHED, AlertState.CLOSED}),
        AlertState.PAGED: frozenset({AlertState.ACCEPTED, AlertState.REACHED, AlertState.CLOSED}),
        AlertState.ACCEPTED: frozenset({AlertState.PAGED, AlertState.REACHED, AlertState.CLOSED}),
        AlertState.REACHED: frozenset({AlertState.PAGED, AlertState.CLOSED}),
        AlertState.CLOSED: frozenset(),
    }
)


class Outcome(StrEnum):
    """How an alert ended, as the nurse coded it."""

    EMERGENCY = "emergency_department"
    ADMITTED = "direct_admission"
    IMAGING = "imaging_arranged"
    CALCIUM = "calcium_drawn"
    ADVICE = "advice_given"
    FALSE_ALARM = "false_alarm"
    WELFARE_CHECK = "unreachable_welfare_check"

    @property
    def words(self) -> str:
        """The words for it on pages."""
        return _(OUTCOME_WORDS[self])


OUTCOME_WORDS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.EMERGENCY: N_("Sent to the emergency department"),
        Outcome.ADMITTED: N_("Direct admission"),
        Outcome.IMAGING: N_("Imaging arranged"),
        Outcome.CALCIUM: N_("Calcium drawn"),
        Outcome.ADVICE: N_("Advice given"),
        Outcome.FALSE_ALARM: N_("False alarm"),
        Outcome.WELFARE_CHECK: N_("Unreachable: welfare check sent"),
    }
)


class EventKind(StrEnum):
    """What happened to an alert: each becomes one row that is never changed."""

    RAISED = "raised"
    REPORTED_AGAIN = "reported_again"
    WORSENED = "worsened"
    STEP_PAGED = "step_paged"
    STEP_EMPTY = "step_empty"
    PAGE_FAILED = "page_failed"
    STEP_TIMED_OUT = "step_timed_out"
    ACCEPTED = "accepted"
    ACCEPTED_LATE = "accepted_late"  # a second nurse answered; the first one keeps it
    HANDED_BACK = "handed_back"
    ACCEPTANCE_TIMED_OUT = "acceptance_timed_out"
    PATIENT_REACHED = "patient_reached"
    PATIENT_NOT_REACHED = "patient_not_reached"
    OUTCOME_TIMED_OUT = "outcome_timed_out"
    CLOSED = "closed"
    INSTRUCTED = "instructed"
    NOT_INSTRUCTED = "not_instructed"  # no text may go out: somebody must phone her
    FALLBACK_SENT = "fallback_sent"
    FALLBACK_CONFIRMED = "fallback_confirmed"
    NURSE_ANNOUNCED = "nurse_announced"
    NOTED = "noted"
    REPAIRED = "repaired"  # the watchdog did what was overdue
