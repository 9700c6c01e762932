"""Patients and schedules as the rows of the tables that can be imported: what is exported comes back unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import CONSENT_PURPOSES
from messaging.models import ConsentEvent
from patients.domain.profile import ContactKind, Owner
from patients.imports.store import SPINE
from patients.models import ContactPoint, Patient
from reminders.models import Schedule

Cells = dict[str, str]
_Ledger = Mapping[tuple[str, str], ConsentEvent]


def patient_cells(patients: Sequence[Patient]) -> list[Cells]:
    """A row for each patient, contacts prefetched."""
    kept = [_contacts(patient) for patient in patients]
    ledger = consent.latest({contact.address for found in kept for contact in found.values()})
    return [_patient(patient, found, ledger) for patient, found in zip(patients, kept, strict=True)]


def schedule_cells(schedules: Iterable[Schedule]) -> list[Cells]:
    """A row for each schedule, with patient and treatment at hand."""
    return [
        {
            "mrn": row.patient.mrn,
            "treatment": row.treatment.code,
            "first_visit": f"{row.first_visit_on.isoformat()}T{row.visit_time:%H:%M}",
            "interval_days": "" if row.interval_days is None else str(row.interval_days),
            "visits": "" if row.number_of_visits is None else str(row.number_of_visits),
            "location": row.location,
        }
        for row in schedules
    ]


def _contacts(patient: Patient) -> dict[str, ContactPoint]:
    """The first of each kind that a row has room for, by its column."""
    found: dict[str, ContactPoint] = {}
    for contact in sorted(patient.contacts.all(), key=lambda contact: (contact.position, contact.pk)):
        if contact.kind == ContactKind.EMAIL:
            column = "email" if contact.owner == Owner.PATIENT else ""
        else:
            column = "phone" if contact.owner == Owner.PATIENT else "caregiver_phone"
        if column:
            found.setdefault(column, contact)
    return found


def _patient(patient: Patient, contacts: Mapping[str, ContactPoint], ledger: _Ledger) -> Cells:
    caregiver = contacts.get("caregiver_phone")
    born = patient.date_of_birth
    return {
        "mrn": patient.mrn,
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "date_of_birth": born.isoformat() if born else "",
        "language": patient.language,
        "timezone": patient.timezone,
        "phone": contacts["phone"].address if "phone" in contacts else "",
        "email": contacts["email"].address if "email" in contacts else "",
        "caregiver_name": caregiver.owner_name if caregiver else "",
        "caregiver_phone": caregiver.address if caregiver else "",
        "sms_consent": _consent([contacts[name] for name in ("phone", "caregiver_phone") if name in contacts], ledger),
        "email_consent": _consent([contacts["email"]] if "email" in contacts else [], ledger),
        "spine_metastases": "yes" if SPINE in patient.metastasis_sites else "no",
    }


def _consent(contacts: Sequence[ContactPoint], ledger: _Ledger) -> str:
    """Yes or no where that is recorded for every address and purpose; a mixture, or nothing recorded, says nothing."""
    keys = [(consent_key(contact.address), purpose.value) for contact in contacts for purpose in CONSENT_PURPOSES]
    said = {None if key not in ledger else ledger[key].granted for key in keys}
    return "yes" if said == {True} else "no" if said == {False} else ""
