"""What a number was asked about visits: what is open, answered, moved since, and which of two was meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from messaging.models import InboundMessage
from reminders.domain.replies import Answer
from reminders.domain.words import STANDING, Condition, ReminderState
from reminders.models import PlannedReminder, Visit, VisitQuestion

#: A letter, or an answer to "it is at another time now", that comes later is read by a person.
LASTS = timedelta(days=2)
#: A visit that is longer ago is not what somebody speaks of today.
RECENT = timedelta(days=3)
#: How far ahead a visit is looked for that nobody has asked about.
AHEAD = timedelta(days=60)


@dataclass(slots=True)
class Questions:
    """The visits that a number was asked about, by what has become of the question; soonest first."""

    open: list[Visit] = field(default_factory=list)
    confirmed: list[Visit] = field(default_factory=list)
    #: Asked about at a time that is not theirs any more.
    moved: list[Visit] = field(default_factory=list)
    past: list[Visit] = field(default_factory=list)


def of(address: str, *, now: datetime) -> Questions:
    """What this number was asked."""
    rows = PlannedReminder.objects.filter(rule__condition=Condition.UNCONFIRMED)
    latest = rows.filter(message__address=address).exclude(state=ReminderState.PLANNED)
    # Said to be lost, and the next contact was asked: whoever answers has got it all the same.
    before = rows.filter(tries__message__address=address)
    # Two questions: asked as one, neither would be answered from its index.
    times = {pair for found in (latest, before) for pair in found.values_list("visit_id", "anchor_at")}
    times |= {pair for question in _unexpired(address, now) for pair in asked_in(question)}
    ids = {pk for pk, _ in times}
    found = Visit.objects.filter(pk__in=ids, at__gt=now - RECENT, status__in=STANDING)
    sorted_out = Questions()
    for visit in found.select_related("schedule__patient__clinic").order_by("at", "pk"):
        if visit.at <= now:
            sorted_out.past.append(visit)
        elif (visit.pk, visit.at) not in times:
            sorted_out.moved.append(visit)
        elif visit.confirmed_at is not None:
            sorted_out.confirmed.append(visit)
        else:
            sorted_out.open.append(visit)
    return sorted_out


def upcoming(patient_ids: Iterable[int], *, now: datetime) -> list[Visit]:
    """Standing visits of these patients in the next weeks, asked about or not."""
    rows = Visit.objects.filter(
        schedule__patient__in=list(patient_ids), at__gt=now, at__lte=now + AHEAD, status__in=STANDING
    )
    return list(rows.select_related("schedule__patient__clinic").order_by("at", "pk"))


def pending(address: str, *, now: datetime) -> VisitQuestion | None:
    """The list of visits that this number was sent last and has not answered, while an answer is still understood."""
    lists = (question for question in _unexpired(address, now) if len(question.visits) > 1)
    return next((question for question in lists if question.answered_at is None), None)


def was_asked_long_ago(address: str, *, now: datetime) -> bool:
    """Whether a list was sent whose time to answer is over."""
    rows = VisitQuestion.objects.filter(address=address, answered_at__isnull=True, expires_at__lte=now)
    return any(len(question.visits) > 1 for question in rows.order_by("-asked_at")[:3])


def ask(message: InboundMessage, answer: Answer, visits: Sequence[Visit], *, now: datetime) -> None:
    """Write down that this number is asked about `visits`, in the order of their letters."""
    VisitQuestion.objects.create(
        address=message.from_address,
        inbound=message,
        answer=answer,
        words=message.body,
        visits=[[visit.pk, visit.at.isoformat()] for visit in visits],
        asked_at=now,
        expires_at=now + LASTS,
    )


def asked_in(question: VisitQuestion) -> list[tuple[int, datetime]]:
    """Visit and time, as the question named them."""
    return [(pk, datetime.fromisoformat(at)) for pk, at in question.visits]


def _unexpired(address: str, now: datetime) -> list[VisitQuestion]:
    return list(VisitQuestion.objects.filter(address=address, expires_at__gt=now).order_by("-asked_at", "-pk")[:5])
