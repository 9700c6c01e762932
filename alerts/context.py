"""What is known of a patient beside her text, as triage reads it: her metastases, and what she was given and when."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max

from alerts.domain.triage import Context
from messaging.domain import wall_time
from patients.domain.care import CareKind, DrugClass
from patients.models import CareEvent, Patient


def context_of(patient: Patient, at: datetime) -> Context:
    """The facts about `patient` at `at` (aware), days counted by her own calendar. They only ever add suspicion."""
    today = wall_time.local_date(at, patient.zone)
    events = CareEvent.objects.filter(patient=patient, stands=True, on__lte=today)
    latest: dict[tuple[str, str], date] = {
        (kind, drug_class): on
        for kind, drug_class, on in events.order_by().values_list("kind", "drug_class").annotate(latest=Max("on"))
    }

    def days(drug_class: DrugClass, *kinds: CareKind) -> int | None:
        found = [latest[kind, drug_class] for kind in kinds if (kind, drug_class) in latest]
        return (today - max(found)).days if found else None

    # A start without a recorded dose counts as a dose: somebody may have forgotten to record it.
    return Context(
        spine_metastases="spine" in patient.metastasis_sites,
        days_since_denosumab=days(DrugClass.DENOSUMAB, CareKind.DOSE_GIVEN, CareKind.TREATMENT_STARTED),
        days_since_bisphosphonate=days(DrugClass.BISPHOSPHONATE, CareKind.DOSE_GIVEN, CareKind.TREATMENT_STARTED),
        days_since_gnrh_start=days(DrugClass.GNRH, CareKind.TREATMENT_STARTED),
        language=patient.language,
    )
