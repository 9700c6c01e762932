"""What reminders notice of patients: a change of status, zone or clinic re-plans, one of contacts takes back."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from patients.models import ContactPoint, Patient
from reminders.planner import readdress
from reminders.services import plan_patient


# A signal, because patients stand beneath reminders and cannot call up. Planning is idempotent, and the
# gate looks at the patient again before anything is sent, so a save that comes past it does no harm.
@receiver(post_save, sender=Patient, dispatch_uid="reminders.replan_patient")
def replan_patient(instance: Patient, created: bool, raw: bool, **_: Any) -> None:  # noqa: FBT001 - Django's shape
    """Bring the plans of a saved patient up to date, within the same transaction."""
    if not created and not raw:
        plan_patient(instance, now=timezone.now())


# A number that was mistyped belongs to a stranger: what waits for it must not leave.
@receiver((post_save, post_delete), sender=ContactPoint, dispatch_uid="reminders.readdress")
def readdress_waiting(instance: ContactPoint, **kwargs: Any) -> None:
    """Take back what waits for an address that was changed, removed or marked unusable."""
    if not kwargs.get("raw") and not kwargs.get("created"):
        readdress(instance.patient_id, now=timezone.now())
