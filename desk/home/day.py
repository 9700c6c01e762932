"""A coordinator's day: what stands today and this week, what waits for a person, and how sending is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.admin.board_rows import open_alerts
from desk.calendar.pages import address
from desk.calendar.visits import Asked
from desk.domain.calendar import Shape
from desk.home import charts, sending
from desk.home.cards import Card
from messaging import scope
from messaging.domain import wall_time
from messaging.domain.delivery import Status
from messaging.models import Message
from messaging.queue import ended_badly
from patients.admin.clock import clock
from patients.admin.filters import usable_contacts
from patients.admin.show import when
from patients.domain.profile import PatientStatus
from patients.models import Clinic, CoordinatorTask, Patient
from reminders.admin.filters import coming, visits_of
from reminders.admin.visit import act_links
from reminders.domain.words import STANDING, VisitStatus
from reminders.models import Visit
from staff.scope import within

MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One of the coming seven days."""

    on: date
    visits: int
    unconfirmed: int
    address: str


@dataclass(frozen=True, slots=True)
class _Ahead:
    today: int
    unconfirmed: int
    week: Sequence[DayAhead]


def read(request: HttpRequest, clinics: Sequence[Clinic], *, now: datetime) -> dict[str, Any]:
    """Everything that the template shows."""
    if not clinics:
        return {}
    own = _Own(request.user, clinics)
    ahead = _ahead(own, now)
    may_act = request.user.has_perm("reminders.change_visit")
    home = reverse("admin:index")
    today = visits_of("today", own.visits(), clinics).select_related("schedule__patient__clinic", "schedule__treatment")
    return {
        "cards": _cards(own, ahead, now),
        "week": ahead.week,
        "visits": [
            (
                visit,
                when(visit.at, visit.schedule.patient.zone, visit.schedule.patient.clinic.zone),
                act_links(visit, back=home) if may_act else "",
            )
            for visit in today.order_by("at", "pk")[:MOST_ROWS]
        ],
        "tasks": [
            (task, clock(task.opened_at, task.patient.clinic.zone))
            for task in own.tasks().select_related("patient__clinic")[:MOST_ROWS]
        ],
        "sending": sending.read(request.user, now=now) if request.user.has_perm("messaging.view_message") else None,
        "charts": charts.read(clinics, now=now),
    }


@dataclass(frozen=True, slots=True)
class _Own:
    """The rows that this person may see."""

    user: Any
    clinics: Sequence[Clinic]

    def visits(self) -> QuerySet[Visit]:
        return within(Visit.objects.all(), self.user, "schedule__patient__clinic")

    def tasks(self) -> QuerySet[CoordinatorTask]:
        return within(CoordinatorTask.objects.filter(done_at__isnull=True), self.user, "patient__clinic")

    def messages(self) -> QuerySet[Message]:
        return scope.of_messages(Message.objects.all(), self.user)

    def patients(self) -> QuerySet[Patient]:
        return within(Patient.objects.filter(status=PatientStatus.ACTIVE), self.user, "clinic")


def _cards(own: _Own, ahead: _Ahead, now: datetime) -> list[Card]:
    visits = reverse("admin:reminders_visit_changelist")
    messages = reverse("admin:messaging_message_changelist")
    patients = reverse("admin:patients_patient_changelist")
    found = []
    if own.user.has_perm("alerts.view_alert"):
        flags = within(open_alerts(), own.user, "clinic").count()
        found.append(Card(_("open red flags"), flags, reverse("admin:alerts_alert_changelist"), presses=True))
    found += [
        Card(_("open tasks"), own.tasks().count(), reverse("admin:patients_coordinatortask_changelist") + "?state=open")
    ]
    asked = (
        ("today", _("visits today"), ahead.today, False),
        ("unconfirmed", _("unconfirmed in the next 7 days"), ahead.unconfirmed, False),
        ("move", _("ask to move"), visits_of("move", own.visits()).count(), True),
        ("overdue", _("overdue doses"), visits_of("overdue", own.visits()).count(), True),
    )
    for name, words, count, presses in asked:
        found.append(Card(words, count, f"{visits}?when={name}", presses=presses))
    if own.user.has_perm("messaging.view_message"):
        lost = scope.of_messages(ended_badly(now=now), own.user)
        held = own.messages().filter(status=Status.HELD)
        found.append(Card(_("messages lost since yesterday"), lost.count(), f"{messages}?trouble=lost", presses=True))
        found.append(Card(_("held messages"), held.count(), reverse("admin:messaging_message_held"), presses=True))
    unreachable = own.patients().filter(~usable_contacts()).count()
    unreached = f"{patients}?status__exact={PatientStatus.ACTIVE.value}&reachable=no"
    found.append(Card(_("patients with no working contact"), unreachable, unreached, presses=True))
    return found


def _ahead(own: _Own, now: datetime) -> _Ahead:
    """Today and the six days after it, by one query: how many come, and how many have not said so."""
    standing = Q(status__in=STANDING)
    unanswered = Q(status=VisitStatus.PLANNED, confirmed_at__isnull=True, at__gte=now)
    rows = coming(own.visits(), own.clinics).order_by().values_list("schedule__patient__clinic", "on")
    counted = rows.annotate(
        every=Count("pk"), standing=Count("pk", filter=standing), open=Count("pk", filter=unanswered)
    )
    dates = {clinic.pk: wall_time.local_date(now, clinic.zone) for clinic in own.clinics}
    visits: Counter[date] = Counter()
    unconfirmed: Counter[date] = Counter()
    today = 0
    for clinic, on, every, stand, unsaid in counted:
        today += every if on == dates[clinic] else 0
        visits[on] += stand
        unconfirmed[on] += unsaid
    first = min(dates.values())
    place = Asked(own.clinics[0])
    days = [first + timedelta(days=n) for n in range(7)]
    week = [DayAhead(on, visits[on], unconfirmed[on], address(Shape.DAY, on, place)) for on in days]
    return _Ahead(today, unconfirmed.total(), week)
