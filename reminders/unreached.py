"""What coordinators are asked about messages that reached nobody: a number that fails, a no, nobody left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from messaging import consent
from messaging.domain.delivery import OPEN, Purpose, Status
from messaging.models import Message
from patients.board import draft_task
from patients.models import CoordinatorTask, TaskKind
from reminders import tries
from reminders.domain.words import CHANNEL_WORDS, Reason, ReminderState, VisitStatus
from reminders.models import PlannedReminder
from reminders.tries import Told

#: Tasks that are older than this say all that they will ever say.
TOLD_FOR = timedelta(days=2)
MOST = 500
#: As far as is known, somebody has it.
_TAKEN = (Status.SENT, Status.DELIVERED)
_ANOTHER_WAY = ": find another way"


def tasks_for(
    ended: Mapping[PlannedReminder, Message], *, nobody_left: Collection[PlannedReminder], now: datetime
) -> list[CoordinatorTask]:
    """What to ask about reminders whose message reached nobody; `nobody_left`: those without another contact.

    A contact that fails is told of once for each visit and channel; of a no, opt_outs.py told when it was said.
    """
    addresses = {message.address for message in ended.values()}
    agreed = {address for address, _ in consent.allowed({(address, Purpose.REMINDERS) for address in addresses})}
    failed: list[PlannedReminder] = []
    tasks: list[CoordinatorTask] = []
    for reminder, message in ended.items():
        if message.withdrawn or reminder.visit.status == VisitStatus.CANCELLED:
            # Nobody wants it any more: that it did not arrive is no loss.
            continue
        if message.address in agreed:
            # Suppressed all the same: somebody has dropped it by hand, and knows.
            failed += [reminder] if message.status != Status.SUPPRESSED else []
            continue
        if reminder in nobody_left:
            tasks.append(nobody_task(reminder, Reason.NO_CONSENT, now=now))
    stories = _stories({reminder.visit_id for reminder in failed})
    patients = {(reminder.visit_id, reminder.channel): reminder.visit.schedule.patient_id for reminder in failed}
    for key, patient_id in patients.items():
        title, detail = stories[key]
        name = f"{key[0]}:{key[1]}"
        tasks.append(
            draft_task(patient_id=patient_id, kind=TaskKind.UNREACHED, key=name, title=title, detail=detail, now=now)
        )
    return list({task.key: task for task in tasks}.values())


def retell(*, now: datetime) -> int:
    """Bring open tasks to what has become of their reminders since, by whichever contact; how many changed."""
    rows = CoordinatorTask.objects.filter(
        kind=TaskKind.UNREACHED, done_at__isnull=True, opened_at__gt=now - TOLD_FOR
    ).order_by("-opened_at")[:MOST]
    about = {key: task for task in rows if (key := _about(task))}
    stories = _stories({visit_id for visit_id, _ in about})
    changed = []
    for key, task in about.items():
        title, detail = stories.get(key, (task.title, task.detail))
        if (title, detail) != (task.title, task.detail):
            task.title, task.detail = title, detail
            changed.append(task)
    CoordinatorTask.objects.bulk_update(changed, ["title", "detail"], batch_size=100)
    return len(changed)


def nobody_task(reminder: PlannedReminder, reason: Reason, *, now: datetime) -> CoordinatorTask:
    """Nobody can be written to about this visit: somebody has to phone."""
    return draft_task(
        patient_id=reminder.visit.schedule.patient_id,
        kind=TaskKind.NO_CONTACT,
        key=str(reminder.visit_id),
        title=f"Nothing can be sent about the visit on {reminder.visit.on}: phone the patient",
        detail=f"{reminder.rule.name}: {reason.label}",
        now=now,
    )


def _about(task: CoordinatorTask) -> tuple[int, str] | None:
    """Visit and channel that a task is about; None where it is about no reminder."""
    _, _, rest = task.key.partition(":")
    visit_id, _, channel = rest.partition(":")
    return (int(visit_id), channel) if visit_id.isascii() and visit_id.isdigit() else None


def _stories(visits: Collection[int]) -> Mapping[tuple[int, str], tuple[str, str]]:
    """Title and detail of what was tried about each of these visits, by the channel that was planned."""
    rows = PlannedReminder.objects.filter(visit__in=visits, tries__isnull=False).distinct().order_by("pk")
    reminders = list(rows.select_related("rule", "message", "visit__schedule"))
    told = tries.of(reminders)
    found: dict[tuple[int, str], list[PlannedReminder]] = defaultdict(list)
    for reminder in reminders:
        found[reminder.visit_id, reminder.channel].append(reminder)
    return {key: _story(same, told) for key, same in found.items()}


def _story(reminders: Sequence[PlannedReminder], told: Mapping[int, Sequence[Told]]) -> tuple[str, str]:
    """What one task says: the worst of what became of `reminders`, and every try."""
    ends = [_end(reminder, told[reminder.pk][-1]) for reminder in reminders]
    first = reminders[0]
    noun = CHANNEL_WORDS[first.channel]
    title = f"A {noun} about the visit of {first.visit.on} did not arrive{next(filter(None, ends), _ANOTHER_WAY)}"
    if "" in ends:
        title = f"A {noun} about the visit of {first.visit.on} did not arrive{_ANOTHER_WAY}"
    lines = []
    for reminder in reminders:
        lines += [f"{reminder.rule.name}: {each}" for each in told[reminder.pk]]
        if reminder.reason:
            lines.append(f"{reminder.rule.name}: {Reason(reminder.reason).label}")
    return title, "\n".join(lines)


def _end(reminder: PlannedReminder, last: Told) -> str:
    """What the title says of a reminder that goes on or has arrived by another contact; empty where it has not."""
    if reminder.state == ReminderState.PLANNED:
        return ": another contact is next"
    if last.message.status in _TAKEN:
        return f"; it went as a {last.way} to {last.whom}"
    return ": another contact is being tried" if last.message.status in OPEN else ""
