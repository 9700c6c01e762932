"""Loads the starter rules (drafts that nobody has signed), the policies and the warnings. Data: alerts/starter/."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from alerts.starter.loading import load, unload


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    load(apps, now=timezone.now(), using=schema_editor.connection.alias)


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    unload(apps, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="plannedwarning",
            index=models.Index(
                fields=["expires_at"], name="warning_fresh", condition=models.Q(("state", "released"))
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
