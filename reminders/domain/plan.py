"""Which reminders a visit calls for, and how that differs from those that exist: add, keep, cancel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from messaging.domain import wall_time
from reminders.domain.offsets import Offset
from reminders.domain.words import STANDING, Anchor, Condition, Reason, ReminderState, VisitStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rung of the ladder. `first_visits` limits it to the first so many visits of a course."""

    id: int
    offset: Offset
    channels: tuple[str, ...]
    expires_after: timedelta
    anchor: Anchor = Anchor.VISIT
    condition: Condition = Condition.ALWAYS
    first_visits: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What planning needs to know of a visit; instants in UTC, days in the patient's zone."""

    id: int
    number: int
    at: datetime
    on: date
    zone: ZoneInfo
    status: VisitStatus
    given_on: date | None = None
    late_until: datetime | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A reminder that should exist. The same visit, rule, channel and anchor make it the same reminder."""

    visit_id: int
    rule_id: int
    channel: str
    anchor_at: datetime
    send_at: datetime
    expires_at: datetime
    rung: str = ""  # its rule's code: the same from the route's ladder and from the treatment's own
    told_since: datetime | None = None  # said with any anchor from then on, it has been said

    @property
    def identity(self) -> tuple[int, int, str, datetime]:
        """What makes two of them one."""
        return self.visit_id, self.rule_id, self.channel, self.anchor_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A reminder that is stored and not cancelled. `left`: its message is past taking back."""

    id: int
    visit_id: int
    rule_id: int
    channel: str
    anchor_at: datetime
    send_at: datetime
    expires_at: datetime
    state: ReminderState
    left: bool = False
    rung: str = ""

    @property
    def identity(self) -> tuple[int, int, str, datetime]:
        """What makes two of them one."""
        return self.visit_id, self.rule_id, self.channel, self.anchor_at


@dataclass(frozen=True, slots=True)
class Diff:
    """What to do about it; `cancel` carries each reason, and so does `outdated`: released, wanted no more.

    `overtaken`: released and wanted, but the patient was told of another time since; it makes room in `add`.
    """

    add: tuple[Wanted, ...]
    keep: tuple[Existing, ...]
    cancel: tuple[tuple[Existing, Reason], ...]
    outdated: tuple[tuple[Existing, Reason], ...] = ()
    overtaken: tuple[Existing, ...] = ()


def wanted(visit: VisitFacts, rules: Iterable[Rule], *, now: datetime) -> list[Wanted]:
    """Every reminder that `visit` still calls for at `now`; none whose time to be useful has passed."""
    reminders: list[Wanted] = []
    for rule in rules:
        anchor = anchor_point(visit, rule.anchor) if _speaks(visit, rule) else None
        if anchor is None:
            continue
        anchor_at, anchor_day = anchor
        send_at = rule.offset.apply(anchor_at, anchor_day, visit.zone)
        expires_at = send_at + rule.expires_after
        if is_before_visit(rule):
            expires_at = min(expires_at, visit.at)
        if expires_at <= max(now, send_at):
            continue
        reminders.extend(
            Wanted(
                visit_id=visit.id,
                rule_id=rule.id,
                channel=channel,
                anchor_at=anchor_at,
                send_at=send_at,
                expires_at=expires_at,
                rung=rule.code,
                # Of a visit that was not moved, "overdue" is told once, whatever became of its window.
                told_since=visit.at if rule.anchor is Anchor.OVERDUE else None,
            )
            for channel in rule.channels
        )
    return reminders


def is_before_visit(rule: Rule) -> bool:
    """Whether the rung speaks of a visit to come: once the visit has begun, it has nothing more to say."""
    return rule.anchor is Anchor.VISIT and rule.offset.is_before and rule.condition is not Condition.GIVEN


def reconcile(
    desired: Sequence[Wanted],
    existing: Sequence[Existing],
    *,
    why_gone: Reason = Reason.RULE_CHANGED,
    anchors: Collection[datetime] | None = None,
) -> Diff:
    """Hold what should exist against what does.

    What was released or skipped stays done, whatever became of its rule since. A planned reminder that
    is no longer wanted, or is wanted at another time, is cancelled: for `why_gone`, or because its visit
    moved where `anchors`, the instants that offsets count from now, are given and do not hold its own.
    Feeding the outcome back in changes nothing.
    """
    by_identity = {reminder.identity: reminder for reminder in existing}
    add: list[Wanted] = []
    overtaken: list[Existing] = []
    kept: set[int] = set()
    for reminder in desired:
        there = by_identity.get(reminder.identity) or _told_already(reminder, existing)
        if there is not None and _is_overtaken(there, existing):
            overtaken.append(there)
        elif there is not None and (there.state is not ReminderState.PLANNED or _same_time(there, reminder)):
            kept.add(there.id)
            continue
        add.append(reminder)
    keep, cancel, outdated = [], [], []
    for there in (stored for stored in existing if stored not in overtaken):
        moved = anchors is not None and there.anchor_at not in anchors
        gone = (there, Reason.VISIT_MOVED if moved else why_gone)
        if there.id not in kept and there.state is ReminderState.PLANNED:
            cancel.append(gone)
            continue
        keep.append(there)
        if there.id not in kept and there.state is ReminderState.RELEASED:
            outdated.append(gone)
    return Diff(tuple(add), tuple(keep), tuple(cancel), tuple(outdated), tuple(overtaken))


def _told_already(reminder: Wanted, existing: Sequence[Existing]) -> Existing | None:
    """The same rung of another ladder, or of another window, that has left and cannot be said anew."""
    for there in existing:
        same = (there.visit_id, there.rung, there.channel) == (reminder.visit_id, reminder.rung, reminder.channel)
        if not (reminder.rung and same and there.left and there.state is ReminderState.RELEASED):
            continue
        since = reminder.told_since
        if there.anchor_at == reminder.anchor_at or (since is not None and there.anchor_at >= since):
            return there
    return None


def _is_overtaken(there: Existing, existing: Sequence[Existing]) -> bool:
    """Whether the same rung has spoken of another time since: the visit went away and came back."""
    # What is said after a visit names no time that could have become wrong.
    speaks_of_time = there.send_at <= there.anchor_at
    return (
        speaks_of_time
        and there.state is ReminderState.RELEASED
        and any(
            other.left
            and other.id > there.id
            and (other.visit_id, other.rule_id, other.channel) == (there.visit_id, there.rule_id, there.channel)
            and other.anchor_at != there.anchor_at
            for other in existing
        )
    )


def _same_time(there: Existing, reminder: Wanted) -> bool:
    return there.send_at == reminder.send_at and there.expires_at == reminder.expires_at


def anchor_point(visit: VisitFacts, anchor: Anchor) -> tuple[datetime, date] | None:
    """The instant (UTC) and the calendar day that offsets count from; None where the visit has none.

    A dose given on another day than planned takes the visit's place, at the visit's clock time.
    """
    if anchor is Anchor.OVERDUE:
        if visit.late_until is None:
            return None
        return visit.late_until, wall_time.local_date(visit.late_until, visit.zone)
    if visit.given_on is not None and visit.given_on != visit.on:
        return wall_time.at(visit.given_on, visit.at.astimezone(visit.zone).time(), visit.zone), visit.given_on
    return visit.at, visit.on


def anchor_instants(visit: VisitFacts) -> set[datetime]:
    """Every instant that offsets of this visit count from."""
    points = (anchor_point(visit, anchor) for anchor in Anchor)
    return {point[0] for point in points if point is not None}


def _speaks(visit: VisitFacts, rule: Rule) -> bool:
    """Whether the rule has anything to say about a visit in this state."""
    if rule.first_visits is not None and visit.number > rule.first_visits:
        return False
    if rule.condition is Condition.GIVEN:
        # A dose that may still be given is planned for, and the gate looks again when the time comes.
        return visit.status in STANDING or visit.given_on is not None
    if rule.condition is Condition.OVERDUE:
        return visit.status is VisitStatus.OVERDUE
    if rule.condition is Condition.UNCONFIRMED and visit.confirmed:
        return False
    return visit.status in STANDING
