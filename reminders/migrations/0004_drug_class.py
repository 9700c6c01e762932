"""Treatments get their class, and what is on record already becomes dated facts of each patient's care."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Min
from django.utils import timezone

from reminders.catalogue.classes import DRUG_CLASS

_BATCH = 2000


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    treatments = apps.get_model("reminders", "Treatment").objects.using(using)
    for code, drug_class in DRUG_CLASS.items():
        treatments.filter(code=code).update(drug_class=drug_class.value)
    _tell_starts(apps, using)
    _tell_doses(apps, using)


def _tell_starts(apps: Apps, using: str) -> None:
    schedules = apps.get_model("reminders", "Schedule").objects.using(using).exclude(treatment__drug_class="")
    rows = schedules.annotate(first=Min("visits__given_on")).values_list(
        "pk", "patient_id", "treatment__drug_class", "status", "first_visit_on", "first"
    )
    starts = (
        (pk, "start", patient, drug_class, first or planned)
        for pk, patient, drug_class, status, planned, first in rows.iterator(chunk_size=_BATCH)
        if first or status in ("active", "finished")
    )
    _store(apps, using, "treatment_started", starts)


def _tell_doses(apps: Apps, using: str) -> None:
    visits = apps.get_model("reminders", "Visit").objects.using(using).filter(given_on__isnull=False)
    rows = visits.exclude(schedule__treatment__drug_class="").values_list(
        "schedule_id", "number", "schedule__patient_id", "schedule__treatment__drug_class", "given_on"
    )
    _store(apps, using, "dose_given", rows.iterator(chunk_size=_BATCH))


def _store(apps: Apps, using: str, kind: str, facts: Any) -> None:
    events = apps.get_model("patients", "CareEvent")
    now = timezone.now()
    rows = [
        events(
            patient_id=patient,
            kind=kind,
            drug_class=drug_class,
            on=on,
            key=f"schedule:{schedule}/{what}",
            source="reminders",
            changed_at=now,
        )
        for schedule, what, patient, drug_class, on in facts
    ]
    events.objects.using(using).bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("patients", "CareEvent").objects.using(schema_editor.connection.alias).filter(
        source="reminders"
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0002_care_events"),
        ("reminders", "0003_contact_changed"),
    ]

    operations = [
        migrations.AddField(
            model_name="treatment",
            name="drug_class",
            field=models.CharField(
                blank=True,
                choices=[
                    ("bisphosphonate", "Bisphosphonate"),
                    ("denosumab", "Denosumab"),
                    ("gnrh", "Hormone treatment (GnRH)"),
                    ("radioligand", "Radioactive medicine"),
                    ("radiation", "Radiation therapy"),
                    ("surgery", "Surgery, cement, ablation"),
                    ("other", "Other"),
                ],
                db_default="",
                help_text="What has to be watched for after it hangs on this; empty: nothing special.",
                max_length=16,
                verbose_name="class",
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
