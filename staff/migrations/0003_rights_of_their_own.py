"""Rights that belong to no rows of their own: exports, imports, signing off a treatment."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_members")]
    operations = [
        migrations.AlterModelOptions(
            name="membership",
            options={
                "permissions": (
                    ("export_rows", "Can take lists of the admin away as files"),
                    ("import_rows", "Can bring in rows from files"),
                    ("sign_treatment", "Can sign off a treatment of the catalogue"),
                ),
                "verbose_name": "clinic of a member of staff",
                "verbose_name_plural": "clinics of a member of staff",
            },
        )
    ]
