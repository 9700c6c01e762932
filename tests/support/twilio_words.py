"""What goes to Twilio in tests, and what it answers."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from messaging.channels.base import Outgoing
from messaging.domain.delivery import Channel

PHONE = "+12025550123"
CREATED = {
    "sid": "SM" + "1" * 32,
    "status": "queued",
    "error_code": None,
    "date_created": "Mon, 23 Nov 2026 15:00:00 +0000",
}


def outgoing(**changes: Any) -> Outgoing:
    """A text; it will do for a call as well."""
    plain: dict[str, Any] = {
        "uuid": uuid4(),
        "channel": Channel.SMS,
        "address": PHONE,
        "sender": "+12025550100",
        "body": "Your visit is tomorrow.",
        "callback_url": "https://clinic.example/webhooks/twilio/status/x/",
    }
    return Outgoing(**plain | changes)


def created(**changes: Any) -> str:
    """The carrier has taken it."""
    return json.dumps(CREATED | changes)


def refusal(code: int | None, status: int) -> str:
    """The carrier says no."""
    return json.dumps({"code": code, "message": f"about {PHONE}", "more_info": "", "status": status})
