"""Whose a message is stands in a column of its own: what one clinic sees is found without reading all lanes."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F, Max, Value
from django.db.models.functions import Reverse, Right, StrIndex

#: Rows of one step: other writers wait for no more than these.
_AT_ONCE = 20_000


def name_owners(apps: Any, schema_editor: Any) -> None:
    """The last part of the lane, as it stands behind the last separator."""
    rows = apps.get_model("messaging", "Message").objects.using(schema_editor.connection.alias)
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    owner = Right(F("lane"), StrIndex(Reverse(F("lane")), Value("|")) - 1)
    for first in range(1, last + 1, _AT_ONCE):
        some = rows.filter(pk__gte=first, pk__lt=first + _AT_ONCE, lane__contains="|", owner="")
        some.exclude(lane__endswith="|").update(owner=owner)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0010_routine_texts")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="owner",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Whose it is: the last part of its lane.",
                max_length=40,
            ),
        ),
        migrations.RunPython(name_owners, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["owner", "-id"], name="message_owner"),
        ),
    ]
