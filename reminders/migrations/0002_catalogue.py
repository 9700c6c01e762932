"""Loads the treatment catalogue and the default ladder. Data: reminders/catalogue/."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reminders.catalogue.loading import load, unload


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    load(apps, using=schema_editor.connection.alias)


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    unload(apps, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
