"""The calendar's pages: month, week, day, and the list of a day to print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from desk.calendar import visits
from desk.calendar.visits import Asked, Day
from desk.calendar.words import LOOKS, SHAPES
from desk.domain.calendar import Look, Shape, Span, span_of
from messaging.domain import wall_time
from patients.models import Clinic
from reminders import holidays
from staff.scope import within

_GREATEST_ID = 2**31


def month(request: HttpRequest) -> HttpResponse:
    """Six weeks at most, a cell for each day."""
    return _page(request, Shape.MONTH)


def week(request: HttpRequest) -> HttpResponse:
    """Seven days side by side, their visits in order."""
    return _page(request, Shape.WEEK)


def day(request: HttpRequest) -> HttpResponse:
    """One day, hour by hour, with what can be done."""
    return _page(request, Shape.DAY)


def printed(request: HttpRequest) -> HttpResponse:
    """The list of a day for paper, place by place."""
    clinic, asked, today = _asked(request)
    if clinic is None or asked is None:
        return _nobody(request)
    span = span_of(Shape.DAY, _on(request, today))
    days = visits.counted(asked, span)
    visits.named(asked, span, days, most=visits.ON_PAPER)
    entries = [entry for entry in days[span.on].entries if entry.look is not Look.CANCELLED]
    by_place: dict[str, list[Any]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.visit.schedule.location, entry.at)):
        by_place.setdefault(entry.visit.schedule.location, []).append(entry)
    context = {
        "clinic": clinic,
        "on": span.on,
        "holiday": holidays.named(clinic, span.on, span.on).get(span.on, ""),
        "places": [(place, _printed_lines(found)) for place, found in by_place.items()],
        "now": timezone.now().astimezone(clinic.zone),
        "more": days[span.on].more,
    }
    return TemplateResponse(request, "admin/desk/calendar_print.html", context)


def _printed_lines(entries: list[Any]) -> list[tuple[Any, str, str]]:
    phones = visits.phones([entry.visit.schedule.patient_id for entry in entries])
    return [(entry, str(LOOKS[entry.look][0]), phones.get(entry.visit.schedule.patient_id, "")) for entry in entries]


def _page(request: HttpRequest, shape: Shape) -> HttpResponse:
    clinic, asked, today = _asked(request)
    if clinic is None or asked is None:
        return _nobody(request)
    span = span_of(shape, _on(request, today))
    days = visits.counted(asked, span)
    most = {Shape.MONTH: visits.IN_MONTH, Shape.WEEK: visits.IN_WEEK, Shape.DAY: visits.IN_DAY}[shape]
    if shape is not Shape.MONTH or sum(day.total for day in days.values()) <= visits.NAMED:
        visits.named(asked, span, days, most=most)
    for on, name in holidays.named(clinic, span.first, span.last).items():
        days[on].holiday = name
    context = {
        **admin.site.each_context(request),
        "title": _("Calendar"),
        "shape": shape.value,
        "clinic": clinic,
        "clinics": list(within(Clinic.objects.order_by("name"), request.user, "pk")),
        "asked": asked,
        "places": visits.places(clinic),
        "treatments": visits.treatments(),
        "span": span,
        "heading": _heading(span),
        "today": today,
        "shapes": [(each.value, words, address(each, span.on, asked)) for each, words in SHAPES.items()],
        "addresses": {
            "before": address(shape, span.before, asked),
            "after": address(shape, span.after, asked),
            "today": address(shape, today, asked),
            "print": address(shape, span.on, asked, view="calendar_print"),
        },
        "weeks": [[_cell(days[on], span, asked, today) for on in row] for row in span.weeks()],
        "legend": [(look.value, *LOOKS[look]) for look in Look],
        "may_move": request.user.has_perm("reminders.change_visit"),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/desk/calendar.html", context)


def address(shape: Shape, on: date, asked: Asked, *, view: str = "") -> str:
    """Where the page of a day is found, for the same clinic, place and treatment."""
    query = {"on": on.isoformat(), "clinic": asked.clinic.pk, "location": asked.location, "treatment": asked.treatment}
    chosen = {name: value for name, value in query.items() if value}
    chosen |= {"tablets": 1} if asked.tablets else {}
    page = view or f"calendar_{shape.value}"
    return f"{reverse(f'desk:{page}')}?{urlencode(chosen)}"


def _cell(day: Day, span: Span, asked: Asked, today: date) -> dict[str, Any]:
    entries = [(entry, LOOKS[entry.look]) for entry in day.entries]
    return {
        "day": day,
        "outside": span.is_outside(day.on),
        "today": day.on == today,
        "weekend": day.on.weekday() > 4,
        "entries": entries,
        "hours": _by_hour(entries) if span.shape is Shape.DAY else [],
        "counts": [(*LOOKS[look], count) for look in Look if (count := day.counts[look])],
        "address": address(Shape.DAY, day.on, asked),
    }


def _by_hour(entries: list[tuple[Any, Any]]) -> list[tuple[str, list[tuple[Any, Any]]]]:
    hours: dict[str, list[tuple[Any, Any]]] = {}
    for entry in entries:
        hours.setdefault(f"{entry[0].at:%H}:00", []).append(entry)
    return sorted(hours.items())


def _heading(span: Span) -> str:
    if span.shape is Shape.MONTH:
        return date_format(span.on, "F Y")
    if span.shape is Shape.DAY:
        return date_format(span.on, "l j F Y")
    return f"{date_format(span.first, 'j M')} – {date_format(span.last, 'j M Y')}"


def _asked(request: HttpRequest) -> tuple[Clinic | None, Asked | None, date]:
    """The clinic and what of it is asked for; odd values, and clinics of others, count as none."""
    if not request.user.has_perm("reminders.view_visit"):
        raise PermissionDenied
    mine = within(Clinic.objects.order_by("name"), request.user, "pk")
    number = _number(request.GET, "clinic")
    clinic = (mine.filter(pk=number).first() if number else None) or mine.first()
    if clinic is None:
        return None, None, timezone.now().date()
    asked = Asked(
        clinic,
        location=request.GET.get("location", "")[:120].replace("\x00", ""),
        treatment=_number(request.GET, "treatment"),
        tablets="tablets" in request.GET,
    )
    return clinic, asked, wall_time.local_date(timezone.now(), clinic.zone)


def _on(request: HttpRequest, today: date) -> date:
    try:
        return parse_date(request.GET.get("on", "")) or today
    except ValueError:
        return today


def _number(data: Mapping[str, Any], name: str) -> int | None:
    text = str(data.get(name, ""))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    return number if 0 < number < _GREATEST_ID else None


def _nobody(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Calendar")}
    return TemplateResponse(request, "admin/desk/calendar_empty.html", context)
