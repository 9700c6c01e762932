"""What has been tried to say one thing about one visit: the messages of a rung over all its channels, by contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from messaging.domain.delivery import Channel, Status
from messaging.models import Message
from reminders.domain.ways import Fate, Where, fate_of
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder, ReminderTry

#: Visit, rule and anchor: what the reminders of all channels have in common.
Key = tuple[int, int, datetime]


@dataclass(slots=True)
class Rung:
    """The reminders of one rung, and what became of each address that was tried."""

    reminders: list[PlannedReminder] = field(default_factory=list)
    tries: dict[Where, Fate] = field(default_factory=dict)

    @property
    def waiting(self) -> set[str]:
        """The channels whose reminder is still to be decided on."""
        return {reminder.channel for reminder in self.reminders if reminder.state == ReminderState.PLANNED}


def key_of(reminder: PlannedReminder) -> Key:
    """What makes two reminders one rung."""
    return reminder.visit_id, reminder.rule_id, reminder.anchor_at


def mates(reminders: Iterable[PlannedReminder]) -> QuerySet[PlannedReminder]:
    """The reminders of the same rungs, these among them; what was cancelled is none of them."""
    same = Q(pk__in=[])
    for visit_id, rule_id, anchor_at in {key_of(reminder) for reminder in reminders}:
        same |= Q(visit_id=visit_id, rule_id=rule_id, anchor_at=anchor_at)
    return PlannedReminder.objects.filter(same).exclude(state=ReminderState.CANCELLED)


def gather(reminders: Sequence[PlannedReminder], *, now: datetime) -> Mapping[Key, Rung]:
    """The rungs of `reminders`, which have their messages joined, with everything that was tried."""
    rungs: dict[Key, Rung] = defaultdict(Rung)
    before = past_tries((reminder.pk for reminder in reminders), set_aside=False)
    for reminder in reminders:
        rung = rungs[key_of(reminder)]
        rung.reminders.append(reminder)
        for message in before.get(reminder.pk, ()):
            rung.tries[message.channel, message.address] = Fate.LOST
    # What stands now speaks last: an address may have been tried before, and come right since.
    for reminder in reminders:
        present = reminder.message
        if present is not None:
            fresh = reminder.expires_at > now
            fate = fate_of(Status(present.status), Channel(present.channel), fresh=fresh)
            rungs[key_of(reminder)].tries[present.channel, present.address] = fate
    return rungs


def past_tries(reminder_ids: Iterable[int], *, set_aside: bool = True) -> Mapping[int, list[Message]]:
    """The messages of each reminder that were followed up, in order; `set_aside`: also those that count no more."""
    found: dict[int, list[Message]] = defaultdict(list)
    rows = ReminderTry.objects.filter(reminder__in=list(reminder_ids))
    rows = rows if set_aside else rows.filter(set_aside_at__isnull=True)
    for row in rows.select_related("message").order_by("pk"):
        found[row.reminder_id].append(row.message)
    return found
