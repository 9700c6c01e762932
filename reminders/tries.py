"""What was tried to say one thing about one visit, by contact, as staff read it. No address is written out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from messaging.models import Message
from patients.domain.profile import Owner
from patients.models import ContactPoint
from reminders import rungs
from reminders.domain.words import CHANNEL_WORDS
from reminders.models import PlannedReminder


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a reminder: by which way, to whom, and the message itself, which says what became of it."""

    way: str
    whom: str
    message: Message

    @property
    def became(self) -> str:
        """What became of it, and why where it did not arrive."""
        status = self.message.get_status_display()
        return f"{status} ({self.message.reason})" if self.message.reason else status

    def __str__(self) -> str:
        return _("%(way)s to %(whom)s: %(became)s") % {"way": self.way, "whom": self.whom, "became": self.became}


def of(reminders: Sequence[PlannedReminder]) -> Mapping[int, list[Told]]:
    """Every message of each of `reminders` (visit, schedule and message joined), in order, the present one last."""
    before = rungs.past_tries(reminder.pk for reminder in reminders)
    names = _names({reminder.visit.schedule.patient_id for reminder in reminders})
    found: dict[int, list[Told]] = {}
    for reminder in reminders:
        known = names[reminder.visit.schedule.patient_id]
        messages = {message.pk: message for message in before.get(reminder.pk, ())}
        if reminder.message is not None:
            messages[reminder.message.pk] = reminder.message
        found[reminder.pk] = [
            Told(_(CHANNEL_WORDS[message.channel]), known.get(message.address, _("a contact that is gone")), message)
            for message in messages.values()
        ]
    return found


def _names(patients: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """How each patient's contacts are called, by address."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for contact in ContactPoint.objects.filter(patient__in=list(patients)):
        found[contact.patient_id][contact.address] = name_of(contact)
    return found


def name_of(contact: ContactPoint) -> str:
    """Whose it is, and which one: `the patient's phone 1`, `the phone of Ana Luz`."""
    kind = contact.get_kind_display().lower()
    if contact.owner == Owner.CAREGIVER:
        return _("the %(kind)s of %(owner_name)s") % {"kind": kind, "owner_name": contact.owner_name}
    return _("the patient's %(kind)s %(position)s") % {"kind": kind, "position": contact.position}
