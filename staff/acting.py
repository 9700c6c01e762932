"""Who acts at this moment: the request that is being answered, for whatever writes down who did something."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

from staff.addresses import client_address

_asked: ContextVar[HttpRequest | None] = ContextVar("bonewatch_request", default=None)
#: First part of a path → the door that a change came in by, for those who do not sign in.
DOORS = {"p": "patient", "u": "patient", "a": "nurse", "webhooks": "message"}


class Acting:
    """Middleware: remembers the request while it is answered. Stands after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _asked.set(request)
        try:
            return self.get_response(request)
        finally:
            _asked.reset(token)


def person() -> Any | None:
    """The member of staff who acts; None: nobody who signed in."""
    request = _asked.get()
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def person_address() -> str | None:
    """The network address of whoever acts, in the database only: never in a log."""
    request = _asked.get()
    return client_address(request) if request is not None and person() is not None else None


def door() -> str:
    """How a change came in that nobody signed in for: patient, nurse, message; empty: by staff, or by itself."""
    request = _asked.get()
    if request is None or person() is not None:
        return ""
    return DOORS.get(request.path_info.strip("/").split("/", 1)[0], "")
