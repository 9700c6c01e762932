"""When a session ends: after an hour without a sign of life, after twelve hours whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.audit import tell

BEGAN, SEEN = "bonewatch_began", "bonewatch_seen"
#: Signs of life are written down this far apart: a page is not to cost a row each time.
WRITE_EVERY = timedelta(minutes=1)
#: Where anybody may knock, signed in or not.
SIGN_IN = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/")


class SessionEnd:
    """Middleware: signs out whoever was away for too long, and tells scripts so in a way that they understand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        now = timezone.now()
        if request.user.is_authenticated:
            if ends_at(request, now=now) <= now:
                logout(request)
            elif not asks_by_itself(request):
                _seen(request, now=now)
        if not request.user.is_authenticated and by_script(request) and not request.path_info.startswith(SIGN_IN):
            return signed_out()
        return self.get_response(request)


def ends_at(request: HttpRequest, *, now: datetime) -> datetime:
    """When this session ends unless somebody shows a sign of life; UTC. One from before this rule begins now."""
    began = _moment(request, BEGAN)
    if began is None:
        began = now
        _write(request, BEGAN, now)
    seen = _moment(request, SEEN) or began
    idle = seen + timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    return min(idle, began + timedelta(hours=settings.SESSION_HOURS))


def last_hour(request: HttpRequest, *, now: datetime) -> datetime:
    """When this session ends whatever happens; UTC."""
    return (_moment(request, BEGAN) or now) + timedelta(hours=settings.SESSION_HOURS)


def asks_by_itself(request: HttpRequest) -> bool:
    """Whether a page asks again on its own, which is no sign of life of anybody."""
    return request.method in ("GET", "HEAD") and (by_script(request) or "live" in request.GET)


def by_script(request: HttpRequest) -> bool:
    """Whether a script asks, which would put a sign-in page where a part of its own page belongs."""
    headers = request.headers
    return (
        headers.get("Sec-Fetch-Dest") == "empty"
        or headers.get("X-Requested-With") == "XMLHttpRequest"
        or (headers.get("HX-Request") == "true" and headers.get("HX-Boosted") != "true")
    )


def signed_out() -> JsonResponse:
    """What a script hears once nobody is signed in."""
    answer = JsonResponse({"signed_out": True, "words": _("You are signed out. Sign in again.")}, status=401)
    answer["Cache-Control"] = "no-store"
    return answer


def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Hears of somebody who has given name and password."""
    now = timezone.now()
    _write(request, BEGAN, now)
    _write(request, SEEN, now)
    tell(user, page="signed-in", actor=user)


def _seen(request: HttpRequest, *, now: datetime) -> None:
    seen = _moment(request, SEEN)
    if seen is None or now - seen >= WRITE_EVERY:
        _write(request, SEEN, now)


def _moment(request: HttpRequest, name: str) -> datetime | None:
    kept = request.session.get(name)
    return datetime.fromtimestamp(kept, tz=UTC) if isinstance(kept, int) else None


def _write(request: HttpRequest, name: str, moment: datetime) -> None:
    request.session[name] = int(moment.timestamp())


def listen() -> None:
    """Begin a session's clock whenever somebody signs in; called once, when the room opens."""
    user_logged_in.connect(begin, dispatch_uid="bonewatch_session_begins")
