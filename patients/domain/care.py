"""The words of care that other rooms may build on: what happened, and of which class the treatment is."""

from __future__ import annotations

from enum import StrEnum


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
        return DRUG_CLASSES[self]


DRUG_CLASSES: dict[DrugClass, str] = {
    DrugClass.BISPHOSPHONATE: "Bisphosphonate",
    DrugClass.DENOSUMAB: "Denosumab",
    DrugClass.GNRH: "Hormone treatment (GnRH)",
    DrugClass.RADIOLIGAND: "Radioactive medicine",
    DrugClass.RADIATION: "Radiation therapy",
    DrugClass.SURGERY: "Surgery, cement, ablation",
    DrugClass.OTHER: "Other",
}
