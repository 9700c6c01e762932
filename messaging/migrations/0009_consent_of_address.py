"""The consent ledger is read by address alone: a word about everything decides beside the one about a purpose."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_patients_side")]

    operations = [
        migrations.AddIndex(
            model_name="consentevent",
            index=models.Index(fields=["address", "-recorded_at", "-id"], name="consent_of_address"),
        ),
        migrations.RemoveIndex(model_name="consentevent", name="consent_latest"),
    ]
