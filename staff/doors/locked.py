"""What somebody reads who has tried too often: how long it lasts, and whom to ask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(request: HttpRequest, original: HttpResponse | None, credentials: Any = None) -> HttpResponse:
    """The page in the place of the sign-in form; axes calls it. It says neither name nor address."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "admin/locked.html", {"minutes": minutes, "tries": settings.AXES_FAILURE_LIMIT}, status=429)
