"""A warning that a phone has no room for says so."""

from __future__ import annotations

from django.db import migrations, models

from alerts.domain.warning_words import WarningReason


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_what_followed")]

    operations = [
        migrations.AlterField(
            model_name="plannedwarning",
            name="reason",
            field=models.CharField(
                blank=True, choices=[(reason.value, reason.label) for reason in WarningReason], max_length=24
            ),
        ),
    ]
