"""The words of care that other rooms may build on: what happened, and of which class the treatment is."""

from __future__ import annotations

from enum import StrEnum

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class CareKind(StrEnum):
    """What happened."""

    TREATMENT_STARTED = "treatment_started"
    DOSE_GIVEN = "dose_given"


class DrugClass(StrEnum):
    """The classes of treatment after which something has to be watched for."""

    BISPHOSPHONATE = "bisphosphonate"
    DENOSUMAB = "denosumab"
    GNRH = "gnrh"
    RADIOLIGAND = "radioligand"
    RADIATION = "radiation"
    SURGERY = "surgery"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The class as staff read it."""
        return _(DRUG_CLASSES[self])


DRUG_CLASSES: dict[DrugClass, str] = {
    DrugClass.BISPHOSPHONATE: N_("Bisphosphonate"),
    DrugClass.DENOSUMAB: N_("Denosumab"),
    DrugClass.GNRH: N_("Hormone treatment (GnRH)"),
    DrugClass.RADIOLIGAND: N_("Radioactive medicine"),
    DrugClass.RADIATION: N_("Radiation therapy"),
    DrugClass.SURGERY: N_("Surgery, cement, ablation"),
    DrugClass.OTHER: N_("Other"),
}
