"""Knows the JSON shapes of the resources, field by field, and the page around a list of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from sandbox.models import Call, Text
from sandbox.notices import API_VERSION


def date(at: datetime | None) -> str | None:
    """RFC 2822, in UTC, as the carrier writes dates."""
    return format_datetime(at) if at else None


def path(resource: str) -> str:
    """The path of a resource of the account, relative to the API's host."""
    return f"/{API_VERSION}/Accounts/{settings.TWILIO_ACCOUNT_SID}/{resource}"


def message(text: Text) -> dict[str, Any]:
    """A Message resource."""
    fresh = text.status in {"accepted", "queued", "scheduled"}
    number = None if text.status == "accepted" else text.sender
    return {
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": date(text.created_at),
        "date_sent": date(text.sent_at),
        "date_updated": date(text.updated_at),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": text.phone.number if text.is_inbound else number,
        "messaging_service_sid": text.service_sid or None,
        "num_media": "0",
        "num_segments": "0" if fresh and text.service_sid else str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": path(f"Messages/{text.sid}/Media.json")},
        "to": text.sender if text.is_inbound else text.phone.number,
        "uri": path(f"Messages/{text.sid}.json"),
    }


def call(made: Call) -> dict[str, Any]:
    """A Call resource."""
    lasted = int((made.ended_at - made.answered_at).total_seconds()) if made.ended_at and made.answered_at else None
    parts = ("notifications", "recordings", "events", "payments", "siprec", "streams", "transcriptions")
    return {
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "annotation": None,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": date(made.created_at),
        "date_updated": date(made.updated_at),
        "direction": "outbound-api",
        "duration": None if lasted is None else str(lasted),
        "end_time": date(made.ended_at),
        "forwarded_from": None,
        "from": made.sender,
        "from_formatted": made.sender,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": made.sid,
        "start_time": date(made.answered_at),
        "status": made.status,
        "subresource_uris": {part: path(f"Calls/{made.sid}/{part.capitalize()}.json") for part in parts},
        "to": made.phone.number,
        "to_formatted": made.phone.number,
        "trunk_sid": None,
        "uri": path(f"Calls/{made.sid}.json"),
    }


def page(
    key: str, rows: list[dict[str, Any]], *, query: Mapping[str, str], number: int, size: int, next_token: str
) -> dict[str, Any]:
    """A page of a list; `next_token` is empty on the last one."""

    def uri(**changes: str) -> str:
        kept = {name: value for name, value in query.items() if name not in {"Page", "PageToken", "PageSize"}}
        return path(f"{key.capitalize()}.json?{urlencode(kept | {'PageSize': str(size)} | changes)}")

    return {
        key: rows,
        "end": number * size + max(len(rows) - 1, 0),
        "first_page_uri": uri(Page="0"),
        "next_page_uri": uri(Page=str(number + 1), PageToken=next_token) if next_token else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": None,
        "start": number * size,
        "uri": uri(Page=str(number)),
    }
