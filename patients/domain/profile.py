"""The words of a patient's profile: status, primary cancer, sites of metastases, kinds of address."""

from __future__ import annotations

from enum import StrEnum

from staff.domain.tongue import N_


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
    "breast": N_("Breast"),
    "prostate": N_("Prostate"),
    "lung": N_("Lung"),
    "kidney": N_("Kidney"),
    "thyroid": N_("Thyroid"),
    "bladder": N_("Bladder"),
    "other": N_("Other"),
    "unknown": N_("Unknown"),
}

#: Where bone metastases sit; the spine turns on the warnings about spinal cord compression.
METASTASIS_SITES: dict[str, str] = {
    "spine": N_("Spine"),
    "pelvis": N_("Pelvis"),
    "limbs": N_("Limbs (upper arm, upper leg)"),
    "ribs": N_("Rib cage"),
    "skull": N_("Skull"),
}

LESION_TYPES: dict[str, str] = {
    "lytic": N_("Osteolytic (eats bone away)"),
    "blastic": N_("Osteoblastic (hard but weak)"),
    "mixed": N_("Mixed"),
    "unknown": N_("Unknown"),
}
