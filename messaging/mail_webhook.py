"""Where a mail host brings what came in: a raw mail in the body of a request, and a token that only the host has."""

from __future__ import annotations

import hmac

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from messaging import clock, mail_in
from messaging.metrics import WEBHOOKS_REFUSED

log = structlog.get_logger(__name__)

#: A mail is read so far; its words come first in it, and photographs after them.
LARGEST_MAIL = 16 * 1024 * 1024


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    """Keep one mail. Any is answered with 204, understood or not; without the database it is to be brought again."""
    if not settings.MAIL_WEBHOOK_TOKENS:
        raise Http404
    if not _may(request.headers.get("Authorization", "")):
        WEBHOOKS_REFUSED.labels(hook="mail").inc()
        log.warning("webhook_without_valid_token", hook="mail")
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        raw = request.read(LARGEST_MAIL)
    except (UnreadablePostError, RequestDataTooBig):
        return HttpResponse(status=400)
    if not raw.strip():
        return HttpResponse("body: no mail in it", content_type="text/plain", status=400)
    try:
        mail_in.take(raw, now=clock.shared()())
    except (OperationalError, InterfaceError) as error:
        log.error("mail_not_kept", error=type(error).__name__)
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    return HttpResponse(status=204)


def _may(header: str) -> bool:
    scheme, _, shown = header.partition(" ")
    right = [hmac.compare_digest(shown.strip().encode(), token.encode()) for token in settings.MAIL_WEBHOOK_TOKENS]
    return scheme.lower() == "bearer" and any(right)
