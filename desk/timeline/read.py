"""Reading stretches of one patient's line: around now, earlier than a place, later than one; of chosen kinds or all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from desk.domain import timeline
from desk.domain.timeline import Entry, Kind, Place, Stretch
from desk.timeline import care, messages, said
from desk.timeline.keyset import Subject
from patients.models import ContactPoint, Patient
from reminders.tries import name_of

#: Entries of one stretch.
MOST = 30


class Reads(Protocol):
    """A source of entries of one kind."""

    @property
    def kind(self) -> Kind: ...

    def earlier(self, subject: Subject, place: Place, most: int) -> list[Entry]: ...

    def later(self, subject: Subject, place: Place, most: int) -> list[Entry]: ...


SOURCES: tuple[Reads, ...] = (*care.SOURCES, *messages.SOURCES, *said.SOURCES_OF_WORDS)


def subject_of(patient: Patient, *, now: datetime) -> Subject:
    """What every source needs to know of `patient`."""
    contacts = list(patient.contacts.all())
    addresses = [contact.address for contact in contacts]
    others = ContactPoint.objects.filter(address__in=addresses).exclude(patient=patient)
    return Subject(
        patient,
        now,
        contacts,
        frozenset(others.values_list("address", flat=True)),
        {contact.address: name_of(contact) for contact in contacts},
    )


def earlier(subject: Subject, place: Place, *, kinds: Collection[Kind] = (), most: int = MOST) -> Stretch:
    """What happened before `place`, the latest first; of all kinds where none is chosen."""
    return timeline.earlier((one.earlier(subject, place, most + 1) for one in _chosen(kinds)), most=most)


def later(subject: Subject, place: Place, *, kinds: Collection[Kind] = (), most: int = MOST) -> Stretch:
    """What comes after `place`, the farthest first."""
    return timeline.later((one.later(subject, place, most + 1) for one in _chosen(kinds)), most=most)


def _chosen(kinds: Collection[Kind]) -> list[Reads]:
    return [one for one in SOURCES if not kinds or one.kind in kinds]
