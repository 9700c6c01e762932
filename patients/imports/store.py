"""Storing judged rows: new patients, changed ones, and their contact points, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from patients.domain.profile import ContactKind, Owner
from patients.imports.patient_rows import PatientRow
from patients.imports.report import Outcome
from patients.imports.table import escaped, plain
from patients.models import Clinic, ContactPoint, Patient

_PATIENT_FIELDS = ("given_name", "family_name", "date_of_birth", "language", "timezone", "metastasis_sites")
_CONTACT_FIELDS = ("address", "owner", "owner_name", "verified_at", "unusable_since", "unusable_reason")
SPINE = "spine"


@dataclass(slots=True)
class Stored:
    """A row and the patient that it became."""

    row: PatientRow
    patient: Patient
    outcome: Outcome
    zone_changed: bool = False
    new_contacts: list[ContactPoint] = field(default_factory=list)
    changed_contacts: list[ContactPoint] = field(default_factory=list)


def store(clinic: Clinic, rows: Sequence[PatientRow]) -> list[Stored]:
    """Create or update a batch of patients by MRN; a blank cell changes nothing. Call it in a transaction."""
    known = {
        patient.mrn: patient
        for patient in Patient.objects.filter(clinic=clinic, mrn__in=[row.mrn for row in rows])
        .select_for_update()
        .prefetch_related("contacts")
    }
    stored = [_merge(row, known.get(row.mrn), clinic) for row in rows]
    Patient.objects.bulk_create([each.patient for each in stored if each.outcome is Outcome.CREATED])
    # One statement for the batch. bulk_update would spell out a CASE for every row and field.
    Patient.objects.bulk_create(
        [each.patient for each in stored if each.outcome is Outcome.UPDATED],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_PATIENT_FIELDS,
    )
    for each in stored:
        _merge_contacts(each, () if each.outcome is Outcome.CREATED else each.patient.contacts.all())
        if each.outcome is Outcome.UNCHANGED and (each.new_contacts or each.changed_contacts):
            each.outcome = Outcome.UPDATED
    ContactPoint.objects.bulk_create([contact for each in stored for contact in each.new_contacts])
    ContactPoint.objects.bulk_create(
        [contact for each in stored for contact in each.changed_contacts],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_CONTACT_FIELDS,
    )
    return stored


def _merge(row: PatientRow, patient: Patient | None, clinic: Clinic) -> Stored:
    outcome = Outcome.UNCHANGED
    if patient is None:
        patient = Patient(clinic=clinic, mrn=row.mrn, language=clinic.default_language, timezone=clinic.timezone)
        outcome = Outcome.CREATED
    zone = patient.timezone
    said = {
        "given_name": row.given_name,
        "family_name": row.family_name,
        "date_of_birth": row.date_of_birth,
        "language": row.language,
        "timezone": row.timezone,
        "metastasis_sites": _sites(patient.metastasis_sites, spine=row.spine),
    }
    for name, value in said.items():
        if value is not None and value != _as_read(getattr(patient, name)):
            setattr(patient, name, value)
            outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    return Stored(row, patient, outcome, zone_changed=outcome is Outcome.UPDATED and patient.timezone != zone)


def _as_read(value: Any) -> Any:
    """As a table would say it: a name with two blanks in it is none that a file has changed."""
    return plain(escaped(value)) if isinstance(value, str) else value


def _sites(sites: list[str], *, spine: bool | None) -> list[str]:
    if spine is None or spine == (SPINE in sites):
        return sites
    return [*sites, SPINE] if spine else [site for site in sites if site != SPINE]


def _merge_contacts(stored: Stored, existing: Iterable[ContactPoint]) -> None:
    row = stored.row
    contacts = sorted(existing, key=lambda contact: (contact.position, contact.pk))
    asked = (
        (ContactKind.PHONE, row.phone, Owner.PATIENT, ""),
        (ContactKind.EMAIL, row.email, Owner.PATIENT, ""),
        (ContactKind.PHONE, row.caregiver_phone, Owner.CAREGIVER, row.caregiver_name),
    )
    said = {address for _, address, _, _ in asked}
    for kind, address, owner, name in asked:
        if address:
            _merge_contact(
                stored, contacts, ContactPoint(kind=kind, address=address, owner=owner, owner_name=name), said
            )


def _merge_contact(stored: Stored, contacts: list[ContactPoint], wanted: ContactPoint, said: set[str]) -> None:
    alike = [contact for contact in contacts if contact.kind == wanted.kind]
    there = next((contact for contact in alike if contact.address == wanted.address), None)
    if there is None:
        # A new number takes the place of the person's old one, which may be somebody else's by now.
        there = next((c for c in alike if _same_person(c, wanted) and c.address not in said), None)
    if there is None:
        wanted.patient = stored.patient
        wanted.position = 1 + max((contact.position for contact in alike), default=0)
        contacts.append(wanted)
        stored.new_contacts.append(wanted)
        return
    if (there.address, there.owner, there.owner_name) == (wanted.address, wanted.owner, wanted.owner_name):
        return
    if there.address != wanted.address:
        there.verified_at = there.unusable_since = None
        there.unusable_reason = ""
    there.address, there.owner, there.owner_name = wanted.address, wanted.owner, wanted.owner_name
    stored.changed_contacts.append(there)


def _same_person(contact: ContactPoint, wanted: ContactPoint) -> bool:
    return contact.owner == wanted.owner and (contact.owner == Owner.PATIENT or contact.owner_name == wanted.owner_name)
