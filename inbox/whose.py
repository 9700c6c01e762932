"""Whose conversation a text belongs to: the patients of its number, or the clinic that a stranger wrote to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from alerts.models import Responder
from messaging.domain.lanes import parse
from messaging.models import InboundMessage, Message
from patients.domain.profile import PatientStatus
from patients.models import Clinic, ContactPoint, Patient


@dataclass(frozen=True, slots=True)
class Place:
    """One conversation that a text stands in; without a patient it is a stranger's."""

    clinic: Clinic
    patient: Patient | None
    shared: bool


def places(message: InboundMessage) -> list[Place]:
    """Where a text belongs, patients in one order for all; empty only where there is no clinic at all."""
    named = _named(message.on_behalf_of)
    if named is not None:
        return [Place(named.clinic, named, shared=False)]
    found = patients_at([message.from_address])
    if found:
        return [Place(patient.clinic, patient, len(found) > 1) for patient in found]
    clinic = _clinic_of(message.from_address)
    return [Place(clinic, None, shared=False)] if clinic is not None else []


def patients_at(addresses: Collection[str]) -> list[Patient]:
    """Who may write from there; the dead only where nobody else has the number."""
    contacts = ContactPoint.objects.filter(address__in=addresses).select_related("patient__clinic")
    everybody = {contact.patient_id: contact.patient for contact in contacts}
    living = [patient for patient in everybody.values() if patient.status != PatientStatus.DECEASED]
    return sorted(living or everybody.values(), key=lambda patient: patient.pk)


def _named(on_behalf_of: str) -> Patient | None:
    """The patient whose own page it came by."""
    if not (on_behalf_of.isascii() and on_behalf_of.isdigit() and len(on_behalf_of) < 19):
        return None
    return Patient.objects.select_related("clinic").filter(pk=int(on_behalf_of)).first()


def _clinic_of(address: str) -> Clinic | None:
    """A colleague's own clinic; of a stranger's, who wrote to that number last; else the first clinic there is."""
    colleague = Responder.objects.filter(phone=address).select_related("clinic").first()
    if colleague is not None:
        return colleague.clinic
    lane = Message.objects.filter(address=address).order_by("-pk").values_list("lane", flat=True).first()
    written = parse(lane) if lane else None
    owner = written.owner if written else ""
    clinics = Clinic.objects.order_by("pk")
    wrote = clinics.filter(pk=int(owner)).first() if owner.isdecimal() and len(owner) < 19 else None
    return wrote or clinics.first()
