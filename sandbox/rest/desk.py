"""The reception desk of every REST request: who asks, how the carrier is disposed, and how an answer is cut off."""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import hmac
import socket
import threading
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox import mood as moods
from sandbox.models import Mood
from sandbox.rest.errors import Refusal

View = Callable[..., HttpResponseBase]


def _socket_of(environ: Mapping[str, Any]) -> socket.socket | None:
    """The connection behind a request. Gunicorn names it; Django's own server hides it behind the request's body."""
    named = environ.get("gunicorn.socket")
    body = getattr(getattr(environ.get("wsgi.input"), "_read", None), "__self__", None)
    found = named or getattr(getattr(body, "raw", None), "_sock", None)
    return found if isinstance(found, socket.socket) else None


def _hang_up(environ: Mapping[str, Any]) -> bytes:
    connection = _socket_of(environ)
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise BrokenPipeError(errno.EPIPE, "the carrier hung up")


class HangUp(StreamingHttpResponse):
    """An answer that never comes: the line is cut, and the server meets a broken pipe before the first byte."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(map(_hang_up, (request.META,)))


def _knows_the_password(request: HttpRequest, account: str) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    known = [token for token in settings.TWILIO_AUTH_TOKENS if hmac.compare_digest(token.encode(), password.encode())]
    return scheme.lower() == "basic" and user == settings.TWILIO_ACCOUNT_SID == account and bool(known)


def _misfortune(mood: Mood) -> HttpResponseBase | None:
    """Wait, then answer with a 429 or a 5xx if luck says so."""
    if mood.latency_ms:
        threading.Event().wait(mood.latency_ms / 1000)
    if moods.strikes(mood, "too_many", serial=mood.turns):
        response = Refusal(20429).response()
        response["Retry-After"] = str(mood.retry_after_s)
        return response
    if moods.strikes(mood, "error", serial=mood.turns):
        return Refusal(20500 if mood.turns % 2 else 20503).response()
    return None


def _attend(request: HttpRequest, account: str, view: View, kwargs: dict[str, Any]) -> HttpResponseBase:
    if not _knows_the_password(request, account):
        response = Refusal(20003).response()
        response["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        return response
    mood = moods.take_turn()
    spoiled = _misfortune(mood)
    if spoiled is not None:
        return spoiled
    try:
        answer = view(request, mood, **kwargs)
    except Refusal as refusal:
        return refusal.response()
    created = request.method == "POST" and answer.status_code == 201
    return HangUp(request) if created and moods.strikes(mood, "drop", serial=mood.turns) else answer


def desk(view: View) -> View:
    """Wrap a view: `view(request, mood, **kwargs)` after the password and the mood have had their say."""

    @csrf_exempt
    @wraps(view)
    def received(request: HttpRequest, account: str, **kwargs: Any) -> HttpResponseBase:
        answer = _attend(request, account, view, kwargs)
        # Django would log a refused request with its whole address, and the carrier's log is asked for by number.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer

    return received
