"""Several reminders may have left as one message, and are followed up each; daily tablets are outside the budget."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: The rung as it is shipped: what a clinic has changed stays as it is.
_SHIPPED = {
    "code": "daily",
    "route": "tablet",
    "template": "tablet_daily",
    "channels": ["sms"],
    "offset_kind": "elapsed",
    "offset_minutes": 0,
    "expires_minutes": 180,
    "condition": "always",
}


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("reminders", "ReminderRule").objects.using(schema_editor.connection.alias)
    rules.filter(treatment=None, **_SHIPPED).update(counts=False)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0010_routine_texts"),
        ("reminders", "0007_replies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="remindertry",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="messaging.message"
            ),
        ),
        migrations.AddConstraint(
            model_name="remindertry",
            constraint=models.UniqueConstraint(fields=("message", "reminder"), name="try_followed_once"),
        ),
        migrations.AlterField(
            model_name="reminderrule",
            name="counts",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text=(
                    "Off: sent however many texts went out already. For what a patient asked for: daily tablets."
                ),
                verbose_name="counts towards the budget",
            ),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
