"""What a yes changes for open alerts: who may be texted again need not be phoned for that reason."""

from __future__ import annotations

from datetime import datetime

from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts import cases
from alerts.models import Alert
from alerts.telling import OPTED_OUT
from messaging import consent


def hear(address: str, purpose: str, source: str, now: datetime) -> None:
    """A yes has been written down (settings.ON_OPT_IN). Other reasons to phone her stay."""
    if consent.opted_out(address):
        return
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    is_open = RawSQL("NOT (alerts_alert.state = 'closed')", [], output_field=BooleanField())
    waiting = Alert.objects.filter(is_open, phone=address, phone_her=OPTED_OUT)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        alert = cases.lock(pk)
        if alert is not None and alert.is_open and alert.phone_her == OPTED_OUT:
            alert.phone_her = ""
            alert.save(update_fields=["phone_her"])
