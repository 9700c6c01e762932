"""Read by the history of a row: what pages of the admin wrote down about it, in a table that is Django's own."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_traces"), ("admin", "0003_logentry_add_action_flag_choices")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS act_of_object ON django_admin_log (content_type_id, object_id)",
            "DROP INDEX IF EXISTS act_of_object",
        )
    ]
