"""Pages that live: what a browser that shows one already gets when it asks again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

#: The server's own time, by which the clocks on the page run.
NOW = "X-Board-Now"


def asks(request: HttpRequest) -> bool:
    """Whether only the live part is asked for."""
    return "live" in request.GET


def knows(request: HttpRequest, signature: str) -> bool:
    """Whether whoever asks for the live part shows this already."""
    return asks(request) and request.GET.get("seen") == signature


def nothing_new(now: datetime) -> HttpResponse:
    """The cheap answer: alive, and nothing has changed."""
    return _fresh(HttpResponse(status=204), now)


def answer(request: HttpRequest, name: str, context: dict[str, Any], *, now: datetime) -> HttpResponse:
    """The page `name`, or its live part alone."""
    template = f"{name}_live.html" if asks(request) else f"{name}.html"
    return _fresh(TemplateResponse(request, template, context), now)


def _fresh(response: HttpResponse, now: datetime) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response[NOW] = now.isoformat()
    return response
