"""What the carrier tells us over HTTP: texts of people, and what became of our own.

The signature is checked before anything is read; what has none is refused and leaves no trace but a
count. Everything that is signed is answered with 2xx, understood or not: a carrier that is told of an
error repeats itself or gives up, and neither helps.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging import inbound, receipts
from messaging.channels.twilio_client import signed_by_carrier
from messaging.domain.plain import storable
from messaging.metrics import WEBHOOKS_REFUSED

log = structlog.get_logger(__name__)

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@csrf_exempt
@require_POST
def inbound_text(request: HttpRequest) -> HttpResponse:
    """Store one text, once by its MessageSid, and let a worker read it. The answer says nothing."""
    if not signed(request):
        return refused("sms")
    form = request.POST
    if not form.get("MessageSid") or not form.get("From"):
        log.warning("inbound_without_name_or_sender")
    else:
        inbound.store(
            inbound.Arrival(
                provider_id=form["MessageSid"],
                from_address=form["From"],
                to_address=form.get("To", ""),
                body=form.get("Body", ""),
                media_count=form.get("NumMedia", "0"),
                opt_out_type=form.get("OptOutType", ""),
            ),
            now=timezone.now(),
        )
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


@csrf_exempt
@require_POST
def delivery_receipt(request: HttpRequest, message: UUID) -> HttpResponse:
    """Note one receipt for one of our messages."""
    if not signed(request):
        return refused("status")
    form = request.POST
    # Of a text or of a call: the carrier names the fields after what it reports.
    sid = storable(form.get("MessageSid") or form.get("CallSid", ""))
    word = storable(form.get("MessageStatus") or form.get("CallStatus", ""))
    code = storable(form.get("ErrorCode", ""))
    if sid and word:
        receipts.take(message, provider_id=sid[:200], word=word[:50], code=code[:20], now=timezone.now())
    else:
        log.warning("receipt_without_name_or_word")
    return HttpResponse(status=204)


def signed(request: HttpRequest) -> bool:
    """Whether the carrier has signed this call for our public address."""
    # The address that the carrier signed is the public one; behind a proxy ours looks different.
    url = settings.PUBLIC_BASE_URL.rstrip("/") + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    return bool(signature) and signed_by_carrier(url, request.POST, signature, settings.TWILIO_AUTH_TOKENS)


def refused(hook: str) -> HttpResponse:
    """The answer to a caller who is not the carrier; counted under `hook`."""
    WEBHOOKS_REFUSED.labels(hook=hook).inc()
    log.warning("webhook_without_valid_signature", hook=hook)
    return HttpResponse(status=403)
