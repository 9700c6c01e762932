"""A responder's shifts as a calendar that her phone subscribes to (iCalendar, RFC 5545). Nothing about patients."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, vDuration

from alerts.domain import rota as pure
from alerts.models import Responder, Rota
from alerts.rota.loading import load
from alerts.rota.texts import language_of, role_words
from messaging.domain.plain import storable

PAST, AHEAD = timedelta(days=14), timedelta(days=120)
#: How often a calendar should look again; most look less often than they are asked to.
REFRESH = timedelta(minutes=30)
_SUMMARY = {"en": "On call: {role} ({clinic})", "es": "Guardia: {role} ({clinic})"}


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The feed behind a token; the token is the only key, and is renewed in the admin."""
    person = Responder.objects.select_related("clinic").filter(calendar_token=storable(token), is_active=True).first()
    if person is None:
        raise Http404("There is no such calendar.")
    response = HttpResponse(feed(person, now=timezone.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="on-call.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def feed(person: Responder, *, now: datetime) -> bytes:
    """The text of the .ics file: every shift of hers in every rota of her clinic; times in UTC."""
    made = Calendar()
    made.add("prodid", "-//Bonewatch//On call//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _summary(person, None))
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    for rota in Rota.objects.filter(clinic=person.clinic).select_related("clinic"):
        for shift in _shifts(rota, now):
            if shift.person == person.pk:
                made.add_component(_event(person, rota, shift, now))
    return bytes(made.to_ical())


def _shifts(rota: Rota, now: datetime) -> list[pure.Shift]:
    """Turn by turn and whole, also those that reach beyond what the feed looks at."""
    start, end = now - PAST, now + AHEAD
    plan = load(rota, start)
    found = pure.shifts(plan, start, end)
    return [
        (pure.on_call(plan, shift.start) or shift) if shift.start == start or shift.end == end else shift
        for shift in found
    ]


def _event(person: Responder, rota: Rota, shift: pure.Shift, now: datetime) -> Event:
    event = Event()
    # The same shift keeps its name from one look to the next, so that calendars change it in place.
    event.add("uid", f"{rota.pk}-{person.pk}-{int(shift.start.timestamp())}@bonewatch")
    event.add("dtstamp", now)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", _summary(person, rota))
    event.add("transp", "TRANSPARENT")
    return event


def _summary(person: Responder, rota: Rota | None) -> str:
    language = language_of(person)
    role = role_words(rota, language) if rota else person.name
    return _SUMMARY.get(language, _SUMMARY["en"]).format(role=role, clinic=person.clinic.short_name)
