"""Warnings to patients as pure decisions: on which occasions each is wanted, and the last look before one leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.domain.warning_words import Anchor, Audience, WarningReason
from messaging.domain import wall_time
from messaging.domain.quiet_hours import Window, next_open
from patients.domain.care import CareKind
from patients.domain.profile import PatientStatus

#: A patient is under a treatment for so long after its last dose or start: a depot of 24 weeks, and four more.
UNDER_TREATMENT = timedelta(weeks=28)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A warning rule as planning reads it."""

    rule_id: int
    audience: Audience = Audience.EVERYONE
    drug_class: str = ""
    anchor: Anchor = Anchor.ENROLMENT
    after_days: int = 0
    at_time: time = time(10)
    every_weeks: int | None = None
    for_weeks: int | None = None
    first_doses: int | None = None
    expires_days: int = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A dated fact of her care that stands."""

    key: str
    kind: CareKind
    drug_class: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A patient as planning reads her."""

    status: PatientStatus
    enrolled_on: date
    zone: ZoneInfo
    spine: bool
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time at which one warning is wanted. Instants in UTC."""

    rule_id: int
    occasion: str
    send_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A planned row, as far as planning needs it. `waits`: it is still to be decided on."""

    id: int
    rule_id: int
    occasion: str
    send_at: datetime
    expires_at: datetime
    waits: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be written so that the rows are what is wanted."""

    add: tuple[Occasion, ...]
    cancel: tuple[tuple[int, WarningReason], ...]


STATUS_REASONS: Mapping[PatientStatus, WarningReason] = {
    PatientStatus.ON_HOLD: WarningReason.PATIENT_ON_HOLD,
    PatientStatus.DISCHARGED: WarningReason.PATIENT_DISCHARGED,
    PatientStatus.DECEASED: WarningReason.PATIENT_DECEASED,
}


def wanted(learner: Learner, lessons: Iterable[Lesson], *, now: datetime, until: datetime) -> list[Occasion]:
    """The occasions that are still fresh at `now` and begin before `until`, by time."""
    if learner.status is not PatientStatus.ACTIVE:
        return []
    found = [
        occasion
        for lesson in lessons
        if is_for(lesson, learner, wall_time.local_date(now, learner.zone))
        for anchor, on in _anchors(lesson, learner)
        for occasion in _repeats(lesson, learner, anchor, on, now=now, until=until)
    ]
    return sorted(found, key=lambda occasion: (occasion.send_at, occasion.rule_id, occasion.occasion))


def is_for(lesson: Lesson, learner: Learner, today: date) -> bool:
    """Whether she belongs to those whom the warning is for."""
    if lesson.audience is Audience.SPINE:
        return learner.spine
    if lesson.audience is Audience.EVERYONE:
        return True
    return any(f.drug_class == lesson.drug_class and f.on + UNDER_TREATMENT >= today for f in learner.facts)


def compare(
    wanted_ones: Sequence[Occasion],
    there: Sequence[Existing],
    learner: Learner,
    lessons: Sequence[Lesson],
    *,
    now: datetime,
) -> Difference:
    """What to add and what to cancel. What has left, or was passed over with a reason, is not said twice."""
    by_key = {(one.rule_id, one.occasion): one for one in wanted_ones}
    standing = {lesson.rule_id: lesson for lesson in lessons}
    kept, cancel = set(), []
    for row in there:
        key = (row.rule_id, row.occasion)
        one = by_key.get(key)
        # What has come too late meanwhile is for the release to say so.
        if not row.waits or row.expires_at <= now or (one is not None and one.send_at == row.send_at):
            kept.add(key)
        else:
            cancel.append((row.id, _why_gone(learner, standing.get(row.rule_id), now)))
    return Difference(tuple(one for key, one in by_key.items() if key not in kept), tuple(cancel))


def _why_gone(learner: Learner, lesson: Lesson | None, now: datetime) -> WarningReason:
    if learner.status is not PatientStatus.ACTIVE:
        return STATUS_REASONS[learner.status]
    if lesson is None:
        return WarningReason.RULE_CHANGED
    if not is_for(lesson, learner, wall_time.local_date(now, learner.zone)):
        return WarningReason.NOT_FOR_HER
    return WarningReason.RULE_CHANGED if lesson.anchor is Anchor.ENROLMENT else WarningReason.TAKEN_BACK


def _anchors(lesson: Lesson, learner: Learner) -> Iterator[tuple[str, date]]:
    if lesson.anchor is Anchor.ENROLMENT:
        yield "enrolment", learner.enrolled_on
        return
    kind = CareKind.DOSE_GIVEN if lesson.anchor is Anchor.DOSE else CareKind.TREATMENT_STARTED
    facts = sorted(
        (fact for fact in learner.facts if fact.kind is kind and fact.drug_class == lesson.drug_class),
        key=lambda fact: (fact.on, fact.key),
    )
    for fact in facts[: lesson.first_doses]:
        yield fact.key, fact.on


def _repeats(
    lesson: Lesson, learner: Learner, anchor: str, on: date, *, now: datetime, until: datetime
) -> Iterator[Occasion]:
    lasts = timedelta(days=lesson.expires_days)
    number = 0
    if lesson.every_weeks:
        # Straight to the first one that may still be fresh: she may have enrolled years ago.
        behind = wall_time.local_date(now, learner.zone) - lasts - timedelta(days=lesson.after_days + 2) - on
        number = max(0, behind // (lesson.every_weeks * WEEK))
    while lesson.for_weeks is None or number * (lesson.every_weeks or 0) < lesson.for_weeks:
        day = on + timedelta(days=lesson.after_days) + number * (lesson.every_weeks or 0) * WEEK
        send_at = wall_time.at(day, lesson.at_time, learner.zone)
        if send_at >= until:
            return
        if send_at + lasts > now:
            yield Occasion(
                rule_id=lesson.rule_id,
                occasion=f"{anchor}/{number}",
                send_at=send_at,
                expires_at=send_at + lasts,
            )
        if not lesson.every_weeks:
            return
        number += 1


# --- the last look before one leaves -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One contact over one of the rule's channels, in the order in which they are tried."""

    channel: str
    address: str
    usable: bool
    consented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that the decision rests on, read at the due moment."""

    status: PatientStatus
    rule_stands: bool
    for_her: bool
    expires_at: datetime
    ways: Sequence[Way]
    window: Window
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Send:
    """Send it now, this way; past `until` it would disturb."""

    way: Way
    until: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at this instant; it will still be fresh."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Never send it."""

    reason: WarningReason


def decide(situation: Situation, *, now: datetime) -> Send | Wait | Drop:
    """What to do with a warning that is due at `now` (aware). Never nothing: a drop names its reason."""
    reason = _why_not(situation, now)
    if reason is not None:
        return Drop(reason)
    way = _first_open(situation.ways)
    if isinstance(way, WarningReason):
        return Drop(way)
    opens = next_open(now, situation.window, situation.zone)
    if opens > now:
        return Wait(opens) if opens < situation.expires_at else Drop(WarningReason.QUIET_HOURS)
    return Send(way, min(situation.expires_at, closes_at(now, situation.window, situation.zone)))


def closes_at(now: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """When the window that is open at `now` closes; a day later where it never does."""
    if window.opens == window.closes:
        return now + timedelta(days=1)
    today = wall_time.local_date(now, zone)
    ends = (wall_time.at(today + timedelta(days=ahead), window.closes, zone) for ahead in (0, 1))
    return next(end for end in ends if end > now)


def _why_not(situation: Situation, now: datetime) -> WarningReason | None:
    if situation.status is not PatientStatus.ACTIVE:
        return STATUS_REASONS[situation.status]
    if not situation.rule_stands:
        return WarningReason.RULE_CHANGED
    if not situation.for_her:
        return WarningReason.NOT_FOR_HER
    return WarningReason.STALE if situation.expires_at <= now else None


def _first_open(ways: Sequence[Way]) -> Way | WarningReason:
    if not ways:
        return WarningReason.NO_CONTACT
    usable = [way for way in ways if way.usable]
    if not usable:
        return WarningReason.CONTACT_UNUSABLE
    return next((way for way in usable if way.consented), WarningReason.NO_CONSENT)
