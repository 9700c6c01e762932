"""What a coordinator reads of a wish for another time: the patient's words, the treatment's window, free days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Q

from messaging.domain import answers, wall_time
from messaging.domain.answer_hints import Hints
from messaging.domain.answers import Said
from patients.board import draft_task, open_anew
from patients.models import CoordinatorTask, TaskKind
from reminders.domain.words import STANDING
from reminders.models import Visit

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
#: Days that are proposed, and how far they are looked for where the treatment sets no end.
MOST_DAYS = 6
LOOKS_AHEAD = timedelta(days=21)
_LONGEST = 120


def unanswered(visit: Visit) -> bool:
    """Whether another time was asked for, and no coordinator has dealt with it yet."""
    return visit.move_requested_at is not None and _open_one(visit) is not None


def ask(visit: Visit, *, words: str, now: datetime) -> None:
    """Open a coordinator's task; where one is open already, what is said now is added to it."""
    there = _open_one(visit)
    if there is not None:
        if words not in there.detail.split("\n\n")[0]:
            there.detail = f"{words}\n{there.detail}"
            there.save(update_fields=["detail"])
        return
    reading = answers.read(words)
    when = f"{visit.on} {visit.clock:%H:%M}"
    comes_not = reading.said is Said.CANCEL
    task = draft_task(
        patient_id=visit.schedule.patient_id,
        kind=TaskKind.MOVE_REQUEST,
        key=str(visit.pk),
        title=f"Is not coming on {when}: call, nothing is cancelled yet"
        if comes_not
        else f"Asks for another time than {when}",
        detail="\n\n".join([words, *_proposal(visit, reading.about | reading.wanted, now=now)]),
        now=now,
    )
    open_anew([task])


def _open_one(visit: Visit) -> CoordinatorTask | None:
    head = f"{TaskKind.MOVE_REQUEST}:{visit.pk}"
    same = CoordinatorTask.objects.filter(Q(key=head) | Q(key__startswith=f"{head}:"), done_at__isnull=True)
    return same.filter(patient_id=visit.schedule.patient_id).order_by("pk").first()


def _proposal(visit: Visit, hints: Hints, *, now: datetime) -> list[str]:
    """The window, the smallest gap, and free days: those that the patient named come first."""
    schedule = visit.schedule
    today = wall_time.local_date(now, schedule.patient.zone)
    before = schedule.visits.filter(number__lt=visit.number).order_by("-number")
    dose = before.filter(Q(given_on__isnull=False) | Q(status__in=STANDING)).first()
    course = schedule.course()
    earliest, latest = today + _ONE_DAY, None
    if dose is None:
        rules = "No dose before it: the treatment sets no window."
    else:
        last = dose.given_on or dose.on
        earliest, latest = course.earliest(visit.number, last), course.latest(visit.number, last)
        named = "the dose of" if dose.given_on else "the visit of"
        rules = (
            f"The treatment's window: {earliest} to {latest} (after {named} {last}). "
            f"At least {min(course.minimum_gap_days, course.gap(visit.number))} days between doses."
        )
    start = max(earliest, today + _ONE_DAY)
    days = list(_working_days(start, latest or visit.on + LOOKS_AHEAD))
    late = ""
    if not days:
        late = " No working day is left in the window; these are the next ones after it, and late."
        days = list(_working_days(start, start + LOOKS_AHEAD))
    days.sort(key=lambda day: (not hints.fit_day(day, today=today), day))
    return [
        rules,
        f"Free days, with visits already at {schedule.location or 'the clinic'}:{late}",
        *[_listed(visit, days[:MOST_DAYS], hints, today)],
    ]


def _working_days(start: date, end: date) -> Iterator[date]:
    for number in range(min((end - start).days + 1, _LONGEST)):
        day = start + number * _ONE_DAY
        if day.weekday() < _SATURDAY:
            yield day


def _listed(visit: Visit, days: list[date], hints: Hints, today: date) -> str:
    schedule = visit.schedule
    same_place = Visit.objects.filter(
        on__in=days,
        status__in=STANDING,
        schedule__location=schedule.location,
        schedule__patient__clinic=schedule.patient.clinic_id,
    ).exclude(pk=visit.pk)
    taken = Counter(same_place.values_list("on", flat=True))
    lines = []
    for day in days:
        asked = ", as the patient said" if hints.fit_day(day, today=today) else ""
        lines.append(f"{day:%a} {day}: {taken[day]} visit{'' if taken[day] == 1 else 's'}{asked}")
    return "\n".join(lines)
