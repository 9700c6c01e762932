"""How patients can be reached with warnings: contacts in their order, consent, what does not work, what was tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from alerts.domain.education import Way
from alerts.models import PlannedWarning, WarningTry
from messaging import consent, faults
from messaging.domain.delivery import Channel, Purpose
from patients.domain.profile import ContactKind
from patients.models import ContactPoint

CONTACT_KINDS = {Channel.SMS: ContactKind.PHONE, Channel.EMAIL: ContactKind.EMAIL}
_CHANNELS = {kind: channel for channel, kind in CONTACT_KINDS.items()}
#: A channel and an address.
Where = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A contact point, whether it agreed to warnings, and whether it is believed to work."""

    point: ContactPoint
    agreed: bool
    works: bool


#: A patient's contacts in the order in which they are tried.
Contacts = Sequence[Known]


def contacts_of(patients: Collection[int]) -> Mapping[int, Contacts]:
    """The contacts of each patient, by her id."""
    found: dict[int, list[Known]] = defaultdict(list)
    points = list(ContactPoint.objects.filter(patient__in=patients).order_by("position", "id"))
    agreed = consent.allowed({(point.address, Purpose.WARNINGS) for point in points})
    where = {point.pk: (_CHANNELS[ContactKind(point.kind)], point.address) for point in points}
    broken = faults.standing(set(where.values()))
    for point in points:
        works = point.is_usable and where[point.pk] not in broken
        found[point.patient_id].append(Known(point, (point.address, Purpose.WARNINGS) in agreed, works))
    return found


def ways_of(row: PlannedWarning, contacts: Contacts, tried: Collection[Where] = ()) -> list[Way]:
    """Her contacts over the rule's channels, in the rule's order, without those that were tried in vain."""
    return [
        Way(channel=channel, address=known.point.address, usable=known.works, consented=known.agreed)
        for channel in row.rule.channels
        for known in contacts
        if known.point.kind == CONTACT_KINDS[Channel(channel)] and (channel, known.point.address) not in tried
    ]


def tried_of(rows: Collection[int]) -> Mapping[int, set[Where]]:
    """To whom each of these warnings was sent in vain, by the warning's id."""
    found: dict[int, set[Where]] = defaultdict(set)
    tries = WarningTry.objects.filter(warning__in=rows)
    for pk, channel, address in tries.values_list("warning_id", "message__channel", "message__address"):
        found[pk].add((channel, address))
    return found
