"""What red flags notice of patients: a profile that was saved is looked at again by the warnings."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from alerts.warnings import planning
from patients.models import Patient


# A signal, because patients stand beneath alerts and cannot call up. A save that comes past it is seen
# by the daily look, and the release looks at the patient once more.
@receiver(post_save, sender=Patient, dispatch_uid="alerts.look_again")
def look_again(instance: Patient, created: bool, raw: bool, **_: Any) -> None:  # noqa: FBT001 - Django's shape
    """Plan her warnings anew with the next sweep."""
    if not created and not raw:
        planning.look_again([instance.pk], now=timezone.now())
