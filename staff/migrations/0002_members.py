"""Whoever was on staff before clinics were told apart goes on seeing every clinic there is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations


def everybody_everywhere(apps: Any, schema_editor: Any) -> None:
    """A membership of each clinic for each member of staff."""
    membership = apps.get_model("staff", "Membership")
    clinics = list(apps.get_model("patients", "Clinic").objects.values_list("pk", flat=True))
    label, _, name = settings.AUTH_USER_MODEL.partition(".")
    for user in apps.get_model(label, name).objects.filter(is_staff=True).values_list("pk", flat=True):
        membership.objects.bulk_create(
            [membership(user_id=user, clinic_id=clinic) for clinic in clinics], ignore_conflicts=True
        )


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("patients", "0005_clinic_holiday_region"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [migrations.RunPython(everybody_everywhere, migrations.RunPython.noop)]
