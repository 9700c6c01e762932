"""Which class each entry of the catalogue belongs to: what has to be watched for after it hangs on that."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from patients.domain.care import DrugClass

_CODES: dict[DrugClass, str] = {
    DrugClass.BISPHOSPHONATE: "zol_q4w zol_q12w zol_hcm pam_q4w iban_iv iban_po clod_po",
    DrugClass.DENOSUMAB: "dmab_q4w dmab_gctb",
    # Those after which symptoms may flare at first; degarelix has no flare.
    DrugClass.GNRH: "leup_1 leup_3 leup_4 leup_6 gos_1 gos_3 trip_1 trip_3 trip_6",
    DrugClass.RADIOLIGAND: "ra223 lu177 sr89 sm153",
    DrugClass.RADIATION: "rt_8x1 rt_20x5 rt_24x6 rt_30x10",
    DrugClass.SURGERY: "surgery ablation cement",
}

#: By the entry's code; after what is not named nothing special is watched for.
DRUG_CLASS: Mapping[str, DrugClass] = MappingProxyType(
    {code: drug_class for drug_class, codes in _CODES.items() for code in codes.split()}
)
