"""The default ladder: which reminders go out around a visit. Proposed, so that a clinic has a start.

Every rung ends before the next one of the same visit begins: a schedule that is saved late sends the
one rung that is due, not all that were missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any

from messaging.domain.delivery import Channel
from reminders.domain.words import Anchor, Condition, Route

_HOUR = 60
_DAY = 24 * _HOUR
_LADDER = "Default ladder [PROP]"
_BOTH = (Channel.SMS, Channel.EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One reminder: either `minutes` of elapsed time, or `days` and a `clock` of wall time, from the anchor."""

    code: str
    name: str
    template: str
    expires_minutes: int
    source: str
    minutes: int | None = None
    days: int | None = None
    clock: time | None = None
    anchor: Anchor = Anchor.VISIT
    condition: Condition = Condition.ALWAYS
    first_visits: int | None = None
    channels: tuple[Channel, ...] = _BOTH
    counts: bool = True

    def fields(self) -> dict[str, Any]:
        """Column by column, as the table of rules stores it; the route or treatment is its owner's."""
        return {
            "code": self.code,
            "name": self.name,
            "template": self.template,
            "anchor": self.anchor.value,
            "condition": self.condition.value,
            "offset_kind": "wall" if self.minutes is None else "elapsed",
            "offset_minutes": self.minutes,
            "offset_days": self.days,
            "offset_time": self.clock,
            "channels": [channel.value for channel in self.channels],
            "expires_minutes": self.expires_minutes,
            "first_visits": self.first_visits,
            "counts": self.counts,
            "source": self.source,
        }


def _prepare(template: str, *, first_visits: int | None = None) -> Rung:
    return Rung(
        code="prepare",
        name="Two weeks before: dentist, tests",
        template=template,
        days=-14,
        clock=time(10),
        expires_minutes=3 * _DAY,
        first_visits=first_visits,
        source=f"{_LADDER}: 14 days before, dentist and tests ordered. Dental exam before a bone drug: S11.",
    )


def _tests_due(days: int, *, expires_minutes: int) -> Rung:
    return Rung(
        code="tests_due",
        name="The week before: blood tests",
        template="tests_due",
        days=days,
        clock=time(10),
        expires_minutes=expires_minutes,
        source=f"{_LADDER}: 7 days before, laboratory values due. It never tells a patient to skip a visit.",
    )


def _confirm(*, first_visits: int | None = None) -> Rung:
    return Rung(
        code="confirm",
        name="Two days before: please confirm",
        template="visit_confirm",
        days=-2,
        clock=time(10),
        expires_minutes=11 * _HOUR,
        condition=Condition.UNCONFIRMED,
        first_visits=first_visits,
        source=f"{_LADDER}: 2 days before, only while unconfirmed.",
    )


_DAY_BEFORE = Rung(
    code="day_before",
    name="The day before",
    template="visit_day_before",
    days=-1,
    clock=time(9),
    expires_minutes=12 * _HOUR,
    source=f"{_LADDER}: the day before.",
)
_SAME_DAY = Rung(
    code="same_day",
    name="The morning of the visit",
    template="visit_same_day",
    days=0,
    clock=time(8),
    expires_minutes=12 * _HOUR,
    source=f"{_LADDER}: the morning of the visit; never after it began.",
)
_TWO_HOURS = Rung(
    code="two_hours",
    name="Two hours before",
    template="visit_same_day",
    minutes=-2 * _HOUR,
    expires_minutes=2 * _HOUR,
    source=f"{_LADDER}: two hours before, by elapsed time.",
)


def _overdue(days: int, template: str) -> Rung:
    return Rung(
        code=f"overdue_{days}",
        name=f"{days} day{'s' if days > 1 else ''} overdue: please call",
        template=template,
        days=days,
        clock=time(10),
        expires_minutes=_DAY,
        anchor=Anchor.OVERDUE,
        condition=Condition.OVERDUE,
        source=f"{_LADDER}: overdue by 1, 3 and 7 days; the coordinator's task is open from the first day.",
    )


def _how_are_you(
    days: int, template: str, why: str, *, clock: time = time(10), first_visits: int | None = None
) -> Rung:
    return Rung(
        code=f"how_are_you_{days}",
        name=f"{days} day{'s' if days > 1 else ''} after: how are you?",
        template=template,
        days=days,
        clock=clock,
        expires_minutes=_DAY,
        condition=Condition.GIVEN,
        first_visits=first_visits,
        source=f"{_LADDER}: {why}",
    )


_DOSE = (
    _prepare("visit_two_weeks"),
    _tests_due(-7, expires_minutes=3 * _DAY),
    _confirm(),
    _DAY_BEFORE,
    _SAME_DAY,
    _overdue(1, "visit_overdue"),
    _overdue(3, "visit_overdue"),
    _overdue(7, "visit_still_overdue"),
)
_APPOINTMENT = (_confirm(), _DAY_BEFORE, _TWO_HOURS)

ROUTE_RUNGS: dict[Route, tuple[Rung, ...]] = {
    Route.INFUSION: _DOSE,
    Route.INJECTION: _DOSE,
    # A course comes back every weekday at the same hour: asked once, at its first visit.
    Route.RADIATION: (_confirm(first_visits=1), _DAY_BEFORE, _TWO_HOURS),
    Route.PROCEDURE: _APPOINTMENT,
    Route.TEST: _APPOINTMENT,
    Route.TABLET: (
        Rung(
            code="daily",
            name="Every day at the time of the tablet",
            template="tablet_daily",
            minutes=0,
            expires_minutes=3 * _HOUR,
            channels=(Channel.SMS,),
            # Agreed upon, and every day: no other text may take its place, nor it that of another.
            counts=False,
            source=f"{_LADDER}: every day. The time is the schedule's own, a morning one where it is taken fasting.",
        ),
    ),
}

_ACUTE_PHASE = "fever and aches after a bisphosphonate into a vein peak at 28-36 hours and pass 2-3 days later: S9."
_AFTER_BISPHOSPHONATE = (
    _how_are_you(1, "how_are_you", _ACUTE_PHASE),
    _how_are_you(3, "how_are_you", _ACUTE_PHASE),
)
_AFTER_DENOSUMAB = _how_are_you(
    7,
    "how_are_you_week",
    "signs of low calcium a week after each of the first 3 doses; mostly in the first months: S24b, signs: S24.",
    clock=time(11),
    first_visits=3,
)
_DENTIST = _prepare("visit_two_weeks_dental")

#: A treatment's own rung replaces the one of its route that has the same code.
TREATMENT_RUNGS: dict[str, tuple[Rung, ...]] = {
    "zol_q4w": (_DENTIST, *_AFTER_BISPHOSPHONATE),
    "zol_q12w": (_DENTIST, *_AFTER_BISPHOSPHONATE),
    "zol_hcm": _AFTER_BISPHOSPHONATE,
    "pam_q4w": (_DENTIST, *_AFTER_BISPHOSPHONATE),
    "iban_iv": (_DENTIST, *_AFTER_BISPHOSPHONATE),
    "dmab_q4w": (_DENTIST, _AFTER_DENOSUMAB),
    # While doses are a week apart, 14 and 7 days before one of them is the day of another.
    "dmab_gctb": (
        _prepare("visit_two_weeks_dental", first_visits=1),
        _tests_due(-5, expires_minutes=_DAY),
        _AFTER_DENOSUMAB,
    ),
}
