"""How patients can be reached with reminders: contacts, consent, and what providers have said of their addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from messaging import consent, faults
from messaging.domain.address import consent_key
from messaging.domain.consent_ledger import OWN_WORD
from messaging.domain.delivery import Channel, Purpose
from messaging.models import AddressFault
from patients.domain.profile import ContactKind, Owner
from patients.models import ContactPoint
from reminders.domain import gate

#: Which kind of contact a channel reaches.
CONTACT_KINDS = {Channel.SMS: ContactKind.PHONE, Channel.EMAIL: ContactKind.EMAIL}
CHANNELS = {kind.value: channel for channel, kind in CONTACT_KINDS.items()}


@dataclass(frozen=True, slots=True)
class Reach:
    """Contact points of a batch of patients, in the order in which they are tried, and which may be used."""

    contacts: Mapping[int, Sequence[ContactPoint]]
    consented: Collection[str]
    silenced: Collection[str]
    faults: Mapping[tuple[Channel, str], AddressFault]

    def all(self, patient_id: int) -> list[gate.Contact]:
        """Every contact of the patient, over the channel that reaches it."""
        return [self._way(point) for point in self.contacts.get(patient_id, ())]

    def of(self, patient_id: int, channel: str) -> list[gate.Contact]:
        """The patient's contacts for `channel`."""
        return [contact for contact in self.all(patient_id) if contact.channel == channel]

    def reaches(self, patient_id: int, channels: Sequence[str]) -> bool:
        """Whether any of `channels` has a usable contact with consent."""
        return any(c.usable and c.consented for channel in channels for c in self.of(patient_id, channel))

    def _way(self, point: ContactPoint) -> gate.Contact:
        channel = CHANNELS[point.kind]
        works = point.is_usable and (channel, point.address) not in self.faults
        return gate.Contact(
            id=point.pk,
            address=point.address,
            usable=works,
            consented=point.address in self.consented,
            channel=channel,
            caregiver=point.owner == Owner.CAREGIVER,
            given_up=not works or consent_key(point.address) in self.silenced,
        )


def reach_of(patient_ids: Collection[int]) -> Reach:
    """How these patients can be reached at this moment."""
    contacts: dict[int, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(patient_id__in=patient_ids).order_by("position", "id"):
        contacts[point.patient_id].append(point)
    points = [point for known in contacts.values() for point in known]
    allowed = consent.allowed({(point.address, Purpose.REMINDERS) for point in points})
    consented = {address for address, _ in allowed}
    silent = {point.address for point in points} - consented
    return Reach(
        contacts,
        consented,
        silenced(silent) if silent else (),
        faults.standing({(CHANNELS[point.kind], point.address) for point in points}),
    )


def silenced(addresses: Collection[str]) -> set[str]:
    """Those of `addresses` (as the ledger writes them) that said no to reminders themselves, not on a form."""
    latest = consent.latest(addresses)
    return {
        address
        for (address, purpose), event in latest.items()
        if purpose == Purpose.REMINDERS and not event.granted and event.source in OWN_WORD
    }
