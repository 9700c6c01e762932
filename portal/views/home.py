"""The first page: the visits to come, and the ways on."""

from __future__ import annotations

from django.http import HttpResponse

from portal.access import patient_page
from portal.opened import Opened


@patient_page
def show(opened: Opened) -> HttpResponse:
    """The visits to come."""
    return opened.page("home")
