"""Answers every path of the API that the stand-in does not have."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from sandbox.models import Mood
from sandbox.rest.desk import desk
from sandbox.rest.errors import Refusal


@desk
def missing(request: HttpRequest, mood: Mood, rest: str) -> HttpResponse:
    """404 in the carrier's own words."""
    raise Refusal(20404)
