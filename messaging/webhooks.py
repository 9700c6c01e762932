"""What the carrier tells us over HTTP: texts of people, and what became of our own.

The signature is checked before anything is read; what has none is refused and leaves no trace but a
count. Everything that is signed is answered with 2xx, understood or not: a carrier that is told of an
error repeats itself or gives up, and neither helps. Only when a text could not even be kept, for want of
the database, does the carrier hear of an error, and bring it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging import clock, inbound, receipts
from messaging.channels.twilio_client import signed_by_carrier
from messaging.domain.plain import storable
from messaging.metrics import WEBHOOKS_REFUSED

log = structlog.get_logger(__name__)

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
#: A signed form of this many bytes is still read, and its text cut; what is larger was written by no carrier.
LARGEST_FORM = 16 * 1024 * 1024
#: The same for the number of fields; carriers add some without notice.
MOST_FIELDS = 20_000

View = Callable[..., HttpResponse]


def from_carrier(hook: str) -> Callable[[View], View]:
    """Wrap a view: `view(request, form, **kwargs)` is called for what bears the carrier's signature."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @require_POST
        @wraps(view)
        def received(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            form = _form(request)
            if form is None:
                log.warning("webhook_too_large", hook=hook)
                return HttpResponse(status=413)
            if not signed(request, form):
                return refused(hook)
            return view(request, form, **kwargs)

        return received

    return wrap


@from_carrier("sms")
def inbound_text(request: HttpRequest, form: QueryDict) -> HttpResponse:
    """Keep one text, once by its MessageSid, and read it. The answer says nothing."""
    if form.get("From") or form.get("Body"):
        arrival = inbound.Arrival(
            provider_id=_name(form),
            from_address=form.get("From", ""),
            to_address=form.get("To", ""),
            body=form.get("Body", ""),
            media_count=form.get("NumMedia", "0"),
            opt_out_type=form.get("OptOutType", ""),
        )
        # By the clock of those who will send what follows from it.
        inbound.receive(arrival, now=clock.shared()())
    else:
        log.warning("inbound_without_sender_and_words")
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


@from_carrier("status")
def delivery_receipt(request: HttpRequest, form: QueryDict, message: UUID) -> HttpResponse:
    """Note one receipt for one of our messages."""
    # Of a text or of a call: the carrier names the fields after what it reports.
    sid = storable(form.get("MessageSid") or form.get("CallSid", ""))
    word = storable(form.get("MessageStatus") or form.get("CallStatus", ""))
    code = storable(form.get("ErrorCode", ""))
    if sid and word:
        receipts.take(message, provider_id=sid[:200], word=word[:50], code=code[:20], now=timezone.now())
    else:
        log.warning("receipt_without_name_or_word")
    return HttpResponse(status=204)


def _form(request: HttpRequest) -> QueryDict | None:
    """What was posted, also where it is more than Django reads by itself; None where it is more than we do."""
    as_carriers_post = request.content_type == "application/x-www-form-urlencoded"
    try:
        return request.POST
    except RequestDataTooBig:
        return _parsed(request.read(LARGEST_FORM + 1)) if as_carriers_post else None
    except TooManyFieldsSent:
        return _parsed(request.body) if as_carriers_post else None


def _parsed(raw: bytes) -> QueryDict | None:
    if not 0 < len(raw) <= LARGEST_FORM:
        return None
    try:
        fields = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    form = QueryDict(mutable=True)
    for name, value in fields:
        form.appendlist(name, value)
    return form


def _name(form: QueryDict) -> str:
    """The carrier's name for a text. One that came without gets a name from what it says, the same each time."""
    given = (storable(form.get(field, "")).strip() for field in ("MessageSid", "SmsMessageSid", "SmsSid"))
    return next(filter(None, given), "") or f"unnamed-{hashlib.sha256(form.urlencode().encode()).hexdigest()[:40]}"


def signed(request: HttpRequest, form: QueryDict | None = None) -> bool:
    """Whether the carrier has signed this request, by any of our tokens."""
    # The address that the carrier signed is the public one; behind a proxy ours looks different.
    url = settings.PUBLIC_BASE_URL.rstrip("/") + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    return bool(signature) and signed_by_carrier(
        url, request.POST if form is None else form, signature, settings.TWILIO_AUTH_TOKENS
    )


def refused(hook: str) -> HttpResponse:
    """The answer to what bears no valid signature."""
    WEBHOOKS_REFUSED.labels(hook=hook).inc()
    log.warning("webhook_without_valid_signature", hook=hook)
    return HttpResponse(status=403)
