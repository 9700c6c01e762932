"""A nurse's page as a test opens it and presses its buttons."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from alerts.models import Alert, AlertReport, Responder
from messaging.models import InboundMessage
from tests.support import builders as make
from tests.support.nurses import Ward, page_of

WORDS = "my legs feel funny <script>alert(1)</script>"


def raised(ward: Ward, **changes: Any) -> Alert:
    made = ward.alert(now=timezone.now() - timedelta(minutes=2), **changes)
    text = InboundMessage.objects.create(
        provider_id=f"SM{made.pk}", from_address=make.PHONE, body=WORDS, received_at=made.raised_at
    )
    AlertReport.objects.create(alert=made, inbound=text, tier="red", at=made.raised_at)
    return made


def path(alert: Alert, person: Responder) -> str:
    return f"/a/{page_of(alert, person).token}/"


def look(where: str, client: Client | None = None, status: int = 200) -> str:
    response = (client or Client()).get(where)
    assert response.status_code == status
    return response.content.decode()


def press(where: str, act: str, client: Client | None = None, **fields: str) -> Any:
    """Open the page and press one of its buttons, as a browser that checks for forgery would have to."""
    client = client or Client(enforce_csrf_checks=True)
    proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', look(where, client))
    assert proof
    return client.post(where, {"act": act, "csrfmiddlewaretoken": proof[1], **fields})


def buttons(html: str) -> list[str]:
    return re.findall(r'<button[^>]*value="([a-z_]+)"', html)
