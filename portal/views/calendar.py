"""Calendar files: one visit, all visits for a calendar to follow, and the page that hands out that address."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from patients import links
from patients.domain.links import LinkScope
from portal import feeds, showing, visits
from portal.access import page_for, patient_page
from portal.opened import Opened

_KIND = "text/calendar; charset=utf-8"


@patient_page
def one(opened: Opened, visit: UUID) -> HttpResponse:
    """One visit as a file."""
    found = visits.find(opened, visit)
    if found is None:
        return opened.go(said="gone")
    text = feeds.of_visit(found, opened.clinic, opened.language, now=opened.now)
    response = showing.harden(HttpResponse(text, content_type=_KIND))
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


@page_for(LinkScope.CALENDAR)
def feed(opened: Opened) -> HttpResponse:
    """All visits, for a calendar that looks again by itself."""
    found = visits.upcoming(opened.patient, opened.now)[: visits.MOST_SHOWN] if opened.patient.is_active else []
    text = feeds.of_visits(found, opened.clinic, opened.patient.language, now=opened.now)
    return showing.harden(HttpResponse(text, content_type=_KIND))


@patient_page
def subscribe(opened: Opened) -> HttpResponse:
    """What a calendar that follows the visits is, and, once asked for, its address."""
    address = ""
    if opened.request.method == "POST" and opened.contact is not None:
        link = links.open_link(opened.patient, opened.contact, now=opened.now, scope=LinkScope.CALENDAR)
        address = f"{links.url(link)}visits.ics"
    webcal = "webcal://" + address.partition("://")[2] if address else ""
    return opened.page("calendar", {"address": address, "webcal": webcal})
