"""What reminders notice of patients: a change of status, zone or clinic re-plans every schedule at once."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from patients.models import Patient
from reminders.services import plan_patient


# A signal, because patients stand beneath reminders and cannot call up. Planning is idempotent, and the
# gate looks at the patient again before anything is sent, so a save that comes past it does no harm.
@receiver(post_save, sender=Patient, dispatch_uid="reminders.replan_patient")
def replan_patient(instance: Patient, created: bool, raw: bool, **_: Any) -> None:  # noqa: FBT001 - Django's shape
    """Bring the plans of a saved patient up to date, within the same transaction."""
    if not created and not raw:
        plan_patient(instance, now=timezone.now())
