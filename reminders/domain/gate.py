"""The last look before a reminder leaves: send it now, wait, or drop it for a reason that staff can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.domain import wall_time
from messaging.domain.quiet_hours import Window, next_open
from patients.domain.profile import PatientStatus
from reminders.domain.words import Condition, Reason, ScheduleStatus, VisitStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach the patient, in the order in which it is tried. `channel` empty: the reminder's own.

    `given_up`: it agreed or worked once and does not any more, so that another way takes its place.
    """

    id: int
    address: str
    usable: bool
    consented: bool
    channel: str = ""
    caregiver: bool = False
    given_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that the decision rests on, read at the due moment. Instants in UTC."""

    patient: PatientStatus
    schedule: ScheduleStatus
    visit: VisitStatus
    visit_at: datetime
    confirmed: bool
    given: bool
    condition: Condition
    before_visit: bool
    rule_stands: bool
    anchor_stands: bool
    expires_at: datetime
    contacts: Sequence[Contact]
    window: Window
    zone: ZoneInfo
    #: Another time was asked for, and no coordinator has dealt with it yet.
    move_asked: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send it now, to this contact."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at this instant (UTC); it will still be fresh."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Never send it."""

    reason: Reason


Decision = Send | Wait | Drop

#: "Please confirm" rests while a coordinator has yet to find another time; then it is looked at again.
_LOOKS_AGAIN = timedelta(minutes=30)

_PATIENT_REASONS = {
    PatientStatus.ON_HOLD: Reason.PATIENT_ON_HOLD,
    PatientStatus.DISCHARGED: Reason.PATIENT_DISCHARGED,
    PatientStatus.DECEASED: Reason.PATIENT_DECEASED,
}
_SCHEDULE_REASONS = {
    ScheduleStatus.ON_HOLD: Reason.SCHEDULE_ON_HOLD,
    ScheduleStatus.CANCELLED: Reason.SCHEDULE_CANCELLED,
    ScheduleStatus.FINISHED: Reason.SCHEDULE_FINISHED,
}
_VISIT_REASONS = {
    VisitStatus.CANCELLED: Reason.VISIT_CANCELLED,
    VisitStatus.MISSED: Reason.VISIT_MISSED,
}


def standing_reason(patient: PatientStatus, schedule: ScheduleStatus) -> Reason | None:
    """Why nothing at all is sent for this patient's schedule; None while both are active."""
    return _PATIENT_REASONS.get(patient) or _SCHEDULE_REASONS.get(schedule)


def decide(situation: Situation, *, now: datetime) -> Decision:
    """What to do with a reminder that is due at `now` (aware)."""
    reason = _why_not(situation, now)
    if reason is not None:
        return Drop(reason)
    if situation.move_asked and situation.condition is Condition.UNCONFIRMED:
        again = now + _LOOKS_AGAIN
        return Wait(again) if again < situation.expires_at else Drop(Reason.MOVE_ASKED)
    contact = first_open(situation.contacts)
    if isinstance(contact, Reason):
        return Drop(contact)
    opens = next_open(now, situation.window, situation.zone)
    if opens <= now:
        return Send(contact)
    return Wait(opens) if opens < situation.expires_at else Drop(Reason.QUIET_HOURS)


def fresh_until(now: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """Until when words chosen at `now` stay true and welcome: midnight ("today"), or the window's close."""
    today = wall_time.local_date(now, zone)
    midnight = wall_time.at(today + timedelta(days=1), time(0), zone)
    if window.opens == window.closes:
        return midnight
    closes = wall_time.at(today, window.closes, zone)
    return min(midnight, closes) if closes > now else midnight


def _why_not(situation: Situation, now: datetime) -> Reason | None:
    reason = standing_reason(situation.patient, situation.schedule) or _VISIT_REASONS.get(situation.visit)
    if reason is not None:
        return reason
    if not situation.rule_stands:
        return Reason.RULE_CHANGED
    if not situation.anchor_stands:
        return Reason.VISIT_MOVED
    if situation.condition is Condition.GIVEN and not situation.given:
        return Reason.DOSE_NOT_RECORDED
    if situation.condition is not Condition.GIVEN and situation.given:
        return Reason.DOSE_GIVEN
    if situation.condition is Condition.OVERDUE and situation.visit is not VisitStatus.OVERDUE:
        return Reason.NOT_OVERDUE
    if situation.condition is Condition.UNCONFIRMED and situation.confirmed:
        return Reason.CONFIRMED
    if situation.before_visit and situation.visit_at <= now:
        return Reason.VISIT_PASSED
    return Reason.STALE if situation.expires_at <= now else None


def first_open(contacts: Sequence[Contact]) -> Contact | Reason:
    """The first contact that may be used; where none may, why."""
    if not contacts:
        return Reason.NO_CONTACT
    usable = [contact for contact in contacts if contact.usable]
    if not usable:
        return Reason.CONTACT_UNUSABLE
    return next((contact for contact in usable if contact.consented), Reason.NO_CONSENT)
