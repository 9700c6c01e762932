"""Knows the form fields of the carrier's requests to the product: receipts, inbound texts, call scripts."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from sandbox.models import Call, Text

API_VERSION = "2010-04-01"
#: Statuses of a call → the event that StatusCallbackEvent asks for.
CALL_EVENTS = {
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
    "completed": "completed",
    "busy": "completed",
    "no-answer": "completed",
    "failed": "completed",
    "canceled": "completed",
}


def inbound_url() -> str:
    """Where the account's numbers send what people text."""
    return f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/sms/"


def receipt(text: Text, *, status: str, at: datetime) -> dict[str, str]:
    """A status callback: `text` has just become `status`."""
    fields = {
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "ApiVersion": API_VERSION,
        "From": text.sender,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
        "To": text.phone.number,
    }
    if text.service_sid:
        fields["MessagingServiceSid"] = text.service_sid
    if text.ending_code and status in {"undelivered", "failed"}:
        fields["ErrorCode"] = str(text.ending_code)
    if status in {"delivered", "undelivered"}:
        fields["RawDlrDoneDate"] = at.astimezone(UTC).strftime("%y%m%d%H%M")
    return fields


def inbound(text: Text, *, opt_out_type: str) -> dict[str, str]:
    """What the product is told about a text that a person wrote."""
    fields = {
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "ApiVersion": API_VERSION,
        "Body": text.body,
        "From": text.phone.number,
        "MessageSid": text.sid,
        "NumMedia": "0",
        "NumSegments": str(text.segments),
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "To": text.sender,
        "ToCountry": "US",
    }
    fields |= {f"From{place}": "US" if place == "Country" else "" for place in ("City", "State", "Zip", "Country")}
    if text.service_sid:
        fields["MessagingServiceSid"] = text.service_sid
        if opt_out_type:
            fields["OptOutType"] = opt_out_type
    return fields


def call(made: Call, *, status: str) -> dict[str, str]:
    """What every request about a call carries."""
    return {
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "ApiVersion": API_VERSION,
        "CallSid": made.sid,
        "CallStatus": status,
        "Called": made.phone.number,
        "Caller": made.sender,
        "Direction": "outbound-api",
        "From": made.sender,
        "To": made.phone.number,
    }
