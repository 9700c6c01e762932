"""Texts and calls that were on their way before anybody asked what became of them are asked about once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.db.models import F

WAIT = timedelta(minutes=10)


def give_next_look(apps: Any, schema_editor: Any) -> None:
    """As the engine gives it to what it hands over now."""
    message = apps.get_model("messaging", "Message")
    rows = message.objects.filter(status__in=["accepted", "sent"], channel__in=["sms", "voice"])
    rows.filter(next_look_at__isnull=True, accepted_at__isnull=False).update(next_look_at=F("accepted_at") + WAIT)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_sending_engine")]

    operations = [migrations.RunPython(give_next_look, migrations.RunPython.noop, elidable=True)]
