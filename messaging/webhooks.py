"""What the carrier tells us over HTTP: texts of people, and what became of our own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse


def inbound_text(request: HttpRequest) -> HttpResponse:
    """Store one inbound text."""
    return HttpResponse(status=501)


def delivery_receipt(request: HttpRequest, message: UUID) -> HttpResponse:
    """Note one delivery receipt."""
    return HttpResponse(status=501)
