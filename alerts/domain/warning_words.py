"""The vocabulary of warnings to patients: topics, audiences, what they count from, and why one was not sent."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class Topic(StrEnum):
    """What a warning teaches to watch for."""

    CORD = "cord_compression"
    HYPERCALCEMIA = "hypercalcemia"
    LOW_CALCIUM = "low_calcium"
    FEVER = "fever"

    @property
    def label(self) -> str:
        """The topic as staff read it."""
        return _(TOPICS[self])


TOPICS: Mapping[Topic, str] = MappingProxyType(
    {
        Topic.CORD: N_("Cord compression"),
        Topic.HYPERCALCEMIA: N_("Hypercalcemia"),
        Topic.LOW_CALCIUM: N_("Low calcium"),
        Topic.FEVER: N_("Fever"),
    }
)


class Audience(StrEnum):
    """Whom a warning is for."""

    EVERYONE = "everyone"
    SPINE = "spine"
    TREATED = "treated"


class Anchor(StrEnum):
    """What a warning counts from."""

    ENROLMENT = "enrolment"
    DOSE = "dose"
    START = "start"


class WarningState(StrEnum):
    """Where a planned warning stands; it moves along WARNING_MOVES and nowhere else."""

    PLANNED = "planned"
    RELEASED = "released"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


WARNING_MOVES: Mapping[WarningState, frozenset[WarningState]] = MappingProxyType(
    {
        WarningState.PLANNED: frozenset({WarningState.RELEASED, WarningState.SKIPPED, WarningState.CANCELLED}),
        # Back where its message reached nobody: another contact is next, or the same one in better hours.
        WarningState.RELEASED: frozenset({WarningState.PLANNED}),
        WarningState.SKIPPED: frozenset(),
        WarningState.CANCELLED: frozenset(),
    }
)


class WarningReason(StrEnum):
    """Why a warning was not sent. The value is stored; `label` is what staff read."""

    PATIENT_ON_HOLD = "patient_on_hold"
    PATIENT_DISCHARGED = "patient_discharged"
    PATIENT_DECEASED = "patient_deceased"
    RULE_CHANGED = "rule_changed"
    NOT_FOR_HER = "not_for_her"
    TAKEN_BACK = "taken_back"
    STALE = "stale"
    QUIET_HOURS = "quiet_hours"
    NO_CONTACT = "no_contact"
    CONTACT_UNUSABLE = "contact_unusable"
    NO_CONSENT = "no_consent"
    WORDING = "wording"
    NO_ROOM = "no_room"

    @property
    def label(self) -> str:
        """The reason as a nurse reads it."""
        return _(REASON_LABELS[self])


REASON_LABELS: Mapping[WarningReason, str] = MappingProxyType(
    {
        WarningReason.PATIENT_ON_HOLD: N_("The patient is on hold."),
        WarningReason.PATIENT_DISCHARGED: N_("The patient was discharged."),
        WarningReason.PATIENT_DECEASED: N_("The patient has died."),
        WarningReason.RULE_CHANGED: N_("The warning rule was changed or switched off."),
        WarningReason.NOT_FOR_HER: N_("The patient no longer belongs to those whom the warning is for."),
        WarningReason.TAKEN_BACK: N_("The dose or the start that it counted from was taken back or moved."),
        WarningReason.STALE: N_("Its time had passed before it could be sent."),
        WarningReason.QUIET_HOURS: N_("Quiet hours lasted until it would have been out of date."),
        WarningReason.NO_CONTACT: N_("The patient has no contact of the rule's kinds."),
        WarningReason.CONTACT_UNUSABLE: N_("Every contact of the rule's kinds is marked unusable."),
        WarningReason.NO_CONSENT: N_("No consent to warnings is recorded for any address."),
        WarningReason.NO_ROOM: N_(
            "No more routine texts may be sent to this phone before it would have been out of date."
        ),
        WarningReason.WORDING: N_("The text could not be filled in (see the clinic's telephone lines and the text)."),
    }
)
