"""Moving one visit: what would follow, found out by doing it and taking it back, and then doing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction

from reminders import services
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder, Visit


class MovedMeanwhile(ValidationError):
    """Somebody else has moved the visit since it was looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message of this schedule that comes, goes, or comes at another time. Instants in UTC."""

    rule: str
    channel: str
    was: datetime | None
    becomes: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What moving a visit leads to: where the visits of its schedule stand after it, and its messages."""

    at: datetime
    lines: tuple[Line, ...]
    others: tuple[tuple[int, datetime, datetime], ...]  # number, was, becomes: visits that follow it


def rehearse(visit: Visit, *, on: date, clock: time, now: datetime) -> Outlook:
    """What `move` would do; nothing of it stays. ValidationError where the treatment's rules forbid it."""
    with transaction.atomic():
        before, stood = _messages(visit), _visits(visit)
        services.move_visit(visit, on=on, clock=clock, now=now)
        after, stand = _messages(visit), _visits(visit)
        transaction.set_rollback(True)
    others = tuple(
        (number, stood[number], at)
        for number, at in sorted(stand.items())
        if number != visit.number and stood.get(number, at) != at
    )
    return Outlook(stand[visit.number], _compared(before, after), others)


def move(visit: Visit, *, on: date, clock: time, seen: datetime, now: datetime) -> None:
    """Move it, if it still stands where the person saw it. MovedMeanwhile, or the treatment's ValidationError."""
    with transaction.atomic():
        fresh = Visit.objects.select_for_update().get(pk=visit.pk)
        if fresh.at != seen:
            raise MovedMeanwhile("moved meanwhile")
        services.move_visit(visit, on=on, clock=clock, now=now)


def _visits(visit: Visit) -> dict[int, datetime]:
    return dict(Visit.objects.filter(schedule=visit.schedule_id).values_list("number", "at"))


def _messages(visit: Visit) -> dict[tuple[int, str, str], datetime]:
    rows = PlannedReminder.objects.filter(visit__schedule=visit.schedule_id, state=ReminderState.PLANNED)
    found = rows.values_list("visit__number", "rule__name", "channel", "send_at").order_by("send_at", "pk")
    return {(number, rule, channel): at for number, rule, channel, at in found}


def _compared(
    before: dict[tuple[int, str, str], datetime], after: dict[tuple[int, str, str], datetime]
) -> tuple[Line, ...]:
    lines = [
        Line(key[1], key[2], before.get(key), after.get(key))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]
    return tuple(sorted(lines, key=_moment))


def _moment(line: Line) -> tuple[datetime, ...]:
    return tuple(moment for moment in (line.becomes, line.was) if moment is not None)
