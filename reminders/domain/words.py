"""The words of treatment and reminding: routes, statuses, conditions, and reasons that staff can read."""

from __future__ import annotations

from enum import StrEnum

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class Route(StrEnum):
    """How a treatment is given; the ladder of reminders hangs on it."""

    INFUSION = "infusion"
    INJECTION = "injection"
    TABLET = "tablet"
    RADIATION = "radiation"
    PROCEDURE = "procedure"
    TEST = "test"


class ScheduleStatus(StrEnum):
    """Where a schedule stands."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    FINISHED = "finished"


class VisitStatus(StrEnum):
    """Where a visit stands; `VISIT_MOVES` says what may follow what."""

    PLANNED = "planned"
    OVERDUE = "overdue"
    GIVEN = "given"
    MISSED = "missed"
    CANCELLED = "cancelled"


#: The one table of a visit's allowed moves. A dose recorded by mistake may be taken back.
VISIT_MOVES: dict[VisitStatus, frozenset[VisitStatus]] = {
    VisitStatus.PLANNED: frozenset({VisitStatus.OVERDUE, VisitStatus.GIVEN, VisitStatus.MISSED, VisitStatus.CANCELLED}),
    VisitStatus.OVERDUE: frozenset({VisitStatus.PLANNED, VisitStatus.GIVEN, VisitStatus.MISSED, VisitStatus.CANCELLED}),
    VisitStatus.GIVEN: frozenset({VisitStatus.PLANNED}),
    VisitStatus.MISSED: frozenset({VisitStatus.GIVEN, VisitStatus.PLANNED}),
    VisitStatus.CANCELLED: frozenset({VisitStatus.PLANNED}),
}

#: What staff call a message of each channel.
#: In English, for what is stored; pages say `_(CHANNEL_WORDS[channel])`.
CHANNEL_WORDS = {"sms": N_("text"), "email": N_("mail"), "voice": N_("call")}

#: A visit that somebody still has to attend.
STANDING = frozenset({VisitStatus.PLANNED, VisitStatus.OVERDUE})


class ReminderState(StrEnum):
    """Where a planned reminder stands."""

    PLANNED = "planned"
    RELEASED = "released"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Condition(StrEnum):
    """When a rule speaks at all."""

    ALWAYS = "always"
    UNCONFIRMED = "unconfirmed"
    GIVEN = "given"
    OVERDUE = "overdue"


class Anchor(StrEnum):
    """What a rule's offset counts from."""

    VISIT = "visit"
    OVERDUE = "overdue"


class Reason(StrEnum):
    """Why a reminder was not sent. The value is stored; `label` is what staff read."""

    PATIENT_ON_HOLD = "patient_on_hold"
    PATIENT_DISCHARGED = "patient_discharged"
    PATIENT_DECEASED = "patient_deceased"
    SCHEDULE_ON_HOLD = "schedule_on_hold"
    SCHEDULE_CANCELLED = "schedule_cancelled"
    SCHEDULE_FINISHED = "schedule_finished"
    SCHEDULE_CHANGED = "schedule_changed"
    RULE_CHANGED = "rule_changed"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_MISSED = "visit_missed"
    VISIT_MOVED = "visit_moved"
    VISIT_PASSED = "visit_passed"
    DOSE_GIVEN = "dose_given"
    DOSE_NOT_RECORDED = "dose_not_recorded"
    NOT_OVERDUE = "not_overdue"
    CONFIRMED = "confirmed"
    STALE = "stale"
    QUIET_HOURS = "quiet_hours"
    NO_CONTACT = "no_contact"
    CONTACT_UNUSABLE = "contact_unusable"
    CONTACT_CHANGED = "contact_changed"
    NO_CONSENT = "no_consent"
    ALL_TRIED = "all_tried"
    WORDING = "wording"
    NO_ROOM = "no_room"
    SAID_TOGETHER = "said_together"
    MOVE_ASKED = "move_asked"

    @property
    def label(self) -> str:
        """The reason as a coordinator reads it."""
        return _(REASON_LABELS[self])


REASON_LABELS: dict[Reason, str] = {
    Reason.PATIENT_ON_HOLD: N_("The patient is on hold."),
    Reason.PATIENT_DISCHARGED: N_("The patient was discharged."),
    Reason.PATIENT_DECEASED: N_("The patient has died."),
    Reason.SCHEDULE_ON_HOLD: N_("The schedule is on hold."),
    Reason.SCHEDULE_CANCELLED: N_("The schedule was cancelled."),
    Reason.SCHEDULE_FINISHED: N_("The schedule is finished."),
    Reason.SCHEDULE_CHANGED: N_("The schedule was changed, and this visit is no longer part of it."),
    Reason.RULE_CHANGED: N_("The reminder rule was changed or switched off."),
    Reason.VISIT_CANCELLED: N_("The visit was cancelled."),
    Reason.VISIT_MISSED: N_("The visit was recorded as missed."),
    Reason.VISIT_MOVED: N_("The visit was moved to another time."),
    Reason.VISIT_PASSED: N_("The visit had already passed."),
    Reason.DOSE_GIVEN: N_("The dose was already given."),
    Reason.DOSE_NOT_RECORDED: N_("No dose was recorded for this visit."),
    Reason.NOT_OVERDUE: N_("The visit is not overdue."),
    Reason.CONFIRMED: N_("The patient had already confirmed."),
    Reason.STALE: N_("Its time had passed before it could be sent."),
    Reason.QUIET_HOURS: N_("Quiet hours lasted until it would have been out of date."),
    Reason.NO_CONTACT: N_("The patient has no contact of this kind."),
    Reason.CONTACT_UNUSABLE: N_("Every contact of this kind is marked unusable."),
    Reason.CONTACT_CHANGED: N_("The contact was changed before it had left."),
    Reason.NO_CONSENT: N_("No consent to reminders is recorded for this address."),
    Reason.ALL_TRIED: N_("Every contact that agreed to reminders was tried."),
    Reason.NO_ROOM: N_("No more routine texts may be sent to this phone before it would have been out of date."),
    Reason.SAID_TOGETHER: N_("Another message of the same time said it too."),
    Reason.MOVE_ASKED: N_("The patient had asked for another time, and nobody had answered yet."),
    Reason.WORDING: N_("The text could not be filled in (see the clinic's telephone lines and the template)."),
}
