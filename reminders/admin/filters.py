"""Filters of the reminders' lists that are questions rather than columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import DropdownFilter

from messaging.domain import wall_time
from patients.models import Clinic
from reminders.domain.words import STANDING, Route, VisitStatus
from reminders.models import Schedule, Visit
from staff.scope import within

WEEK = 7


class WhenFilter(DropdownFilter):
    """The visits that a coordinator works through; the tabs above the list choose among them."""

    title = lazy("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The questions."""
        return [
            ("today", _("Today")),
            ("week", _("Next 7 days")),
            ("unconfirmed", _("Unconfirmed, next 7 days")),
            ("move", _("Asked to move")),
            ("overdue", _("Overdue")),
            ("unrecorded", _("Past, dose not recorded")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
        """The visits that answer the question."""
        return visits_of(self.value() or "", queryset, within(Clinic.objects.all(), request.user, "pk"))


def visits_of(
    question: str, visits: QuerySet[Visit] | None = None, clinics: Iterable[Clinic] | None = None
) -> QuerySet[Visit]:
    """Those of `visits` (all, when none are given) that answer one of WhenFilter's questions.

    `clinics`: all to which the visits belong; each has a day of its own.
    """
    queryset = Visit.objects.all() if visits is None else visits
    standing = Q(status__in=STANDING)
    # Nobody comes to the clinic for a tablet taken at home.
    comes = ~Q(schedule__treatment__route=Route.TABLET)
    match question:
        case "today":
            return queryset.filter(_days(0, 0, clinics), comes).exclude(status=VisitStatus.CANCELLED)
        case "week":
            return queryset.filter(_days(0, WEEK - 1, clinics), standing, comes)
        case "unconfirmed":
            unanswered = Q(status=VisitStatus.PLANNED, confirmed_at__isnull=True, at__gte=timezone.now())
            return queryset.filter(_days(0, WEEK - 1, clinics), unanswered, comes)
        case "move":
            return queryset.filter(standing, move_requested_at__isnull=False)
        case "overdue":
            return queryset.filter(status=VisitStatus.OVERDUE)
        case "unrecorded":
            return queryset.filter(standing, at__lt=timezone.now(), schedule__treatment__tracks_doses=True)
    return queryset


def coming(visits: QuerySet[Visit], clinics: Iterable[Clinic]) -> QuerySet[Visit]:
    """Those of today and the six days after it to which somebody comes, however they stand, but for cancelled ones."""
    comes = visits.exclude(schedule__treatment__route=Route.TABLET).exclude(status=VisitStatus.CANCELLED)
    return comes.filter(_days(0, WEEK - 1, clinics))


def _days(first: int, last: int, clinics: Iterable[Clinic] | None) -> Q:
    """Visits from `first` to `last` days from today, today being the one of each visit's clinic."""
    now = timezone.now()
    places: dict[date, list[Clinic]] = defaultdict(list)
    for clinic in Clinic.objects.all() if clinics is None else clinics:
        places[wall_time.local_date(now, clinic.zone)].append(clinic)
    days = Q(pk__in=[])
    for today, here in places.items():
        span = _on(today + timedelta(days=first), today + timedelta(days=last))
        days |= span if len(places) == 1 else span & Q(schedule__patient__clinic__in=here)
    return days


def _on(first: date, last: date) -> Q:
    """Visits on these days; by their instants as well, of which there is an index: no zone is 15 hours from UTC."""
    margin = timedelta(hours=15)
    since = datetime.combine(first, time(), tzinfo=UTC) - margin
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC) + margin
    return Q(on__range=(first, last), at__gte=since, at__lt=until)


class LocationFilter(DropdownFilter):
    """Visits by the place where they are held."""

    title = lazy("location")
    parameter_name = "location"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The places that schedules name."""
        own = within(Schedule.objects.exclude(location=""), request.user, "patient__clinic")
        places = own.order_by("location").values_list("location", flat=True)
        return [(place, place) for place in places.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
        """Those at one place."""
        return queryset.filter(schedule__location=self.value()) if self.value() else queryset


class RouteFilter(DropdownFilter):
    """Rows by the route of their treatment."""

    title = lazy("route")
    parameter_name = "route"
    path = "treatment__route"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The routes."""
        return [(route.value, route.name.capitalize()) for route in Route]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of one route."""
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class VisitRouteFilter(RouteFilter):
    """Visits by route."""

    path = "schedule__treatment__route"


class SignOffFilter(DropdownFilter):
    """Treatments that a clinician still has to sign."""

    title = lazy("sign-off")
    parameter_name = "sign_off"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Waiting, signed, or not needed."""
        return [("waiting", _("Waits for sign-off")), ("signed", _("Signed off")), ("free", _("Needs none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in one of the three."""
        match self.value():
            case "waiting":
                return queryset.filter(needs_sign_off=True, signed_off_at__isnull=True)
            case "signed":
                return queryset.filter(signed_off_at__isnull=False)
            case "free":
                return queryset.filter(needs_sign_off=False)
        return queryset
