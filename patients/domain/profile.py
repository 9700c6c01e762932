"""The words of a patient's profile: status, primary cancer, sites of metastases, kinds of address."""

from __future__ import annotations

from enum import StrEnum


class PatientStatus(StrEnum):
    """Where a patient stands with the clinic; only an active patient is sent routine messages."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    DISCHARGED = "discharged"
    DECEASED = "deceased"

    @property
    def ends_messages(self) -> bool:
        """Whether planned reminders go for good, rather than until resumed."""
        return self in (PatientStatus.DISCHARGED, PatientStatus.DECEASED)


class ContactKind(StrEnum):
    """What a contact point is."""

    PHONE = "phone"
    EMAIL = "email"


class Owner(StrEnum):
    """Whose phone or mailbox it is."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"


#: Primary cancers named by the patient page that the product grew from, and the two catch-alls.
PRIMARY_CANCERS: dict[str, str] = {
    "breast": "Breast",
    "prostate": "Prostate",
    "lung": "Lung",
    "kidney": "Kidney",
    "thyroid": "Thyroid",
    "bladder": "Bladder",
    "other": "Other",
    "unknown": "Unknown",
}

#: Where bone metastases sit; the spine turns on the warnings about spinal cord compression.
METASTASIS_SITES: dict[str, str] = {
    "spine": "Spine",
    "pelvis": "Pelvis",
    "limbs": "Limbs (upper arm, upper leg)",
    "ribs": "Rib cage",
    "skull": "Skull",
}

LESION_TYPES: dict[str, str] = {
    "lytic": "Osteolytic (eats bone away)",
    "blastic": "Osteoblastic (hard but weak)",
    "mixed": "Mixed",
    "unknown": "Unknown",
}
