"""Which messages count towards the routine texts that a phone may get, and an index that counts them."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_consent_of_address")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="routine",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="One of the routine texts of which a phone gets only so many.",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=Q(routine=True), fields=["address", "wanted_at"], name="message_routine"),
        ),
    ]
