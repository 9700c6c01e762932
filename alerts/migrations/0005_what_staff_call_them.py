"""Red flags and the nurse's inbox carry the clinic's words in headings."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_no_room")]

    operations = [
        migrations.AlterModelOptions(
            name="alert",
            options={"ordering": ("-raised_at",), "verbose_name": "red flag", "verbose_name_plural": "red flags"},
        ),
        migrations.AlterModelOptions(
            name="nursereview",
            options={
                "ordering": ("done_at", "due_at"),
                "verbose_name": "text for a nurse",
                "verbose_name_plural": "nurse’s inbox",
            },
        ),
    ]
