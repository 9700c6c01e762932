"""The first page of the admin: what a coordinator's day holds, each figure a way into its list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import scope
from messaging.domain.delivery import Status
from messaging.models import Message
from patients.admin.clock import clock
from patients.admin.show import when
from patients.models import CoordinatorTask
from reminders.admin.filters import visits_of
from reminders.admin.visit import act_links
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder, Visit
from staff.scope import within

MOST_ROWS = 12
TROUBLE = (Status.FAILED, Status.UNDELIVERED, Status.IN_DOUBT)


def today(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The template's context; who may not see visits gets the plain list of pages."""
    if not request.user.has_perm("reminders.view_visit"):
        return context
    now = timezone.now()
    may_act = request.user.has_perm("reminders.change_visit")

    def links(visit: Visit) -> str:
        return act_links(visit, back=reverse("admin:index")) if may_act else ""

    return context | {
        "title": _("Today"),
        "cards": _cards(request.user, now),
        "visits": [
            (visit, when(visit.at, visit.schedule.patient.zone, visit.schedule.patient.clinic.zone), links(visit))
            for visit in visits_of("today", _visits(request.user)).select_related(
                "schedule__patient__clinic", "schedule__treatment"
            )[:MOST_ROWS]
        ],
        "tasks": [
            (task, clock(task.opened_at, task.patient.clinic.zone))
            for task in _tasks(request.user).select_related("patient__clinic")[:MOST_ROWS]
        ],
    }


def _visits(user: Any) -> QuerySet[Visit]:
    return within(Visit.objects.all(), user, "schedule__patient__clinic")


def _tasks(user: Any) -> QuerySet[CoordinatorTask]:
    return within(CoordinatorTask.objects.filter(done_at__isnull=True), user, "patient__clinic")


def _cards(user: Any, now: datetime) -> list[tuple[str, int, str]]:
    """Words, a figure, and where it leads."""
    visits = reverse("admin:reminders_visit_changelist")
    tomorrow = now + timedelta(days=1)
    planned = within(
        PlannedReminder.objects.filter(state=ReminderState.PLANNED, due_at__lt=tomorrow),
        user,
        "visit__schedule__patient__clinic",
    )
    trouble = scope.of_messages(Message.objects.all(), user).filter(
        status__in=TROUBLE, due_at__gte=now - timedelta(days=1)
    )
    cards = [
        (
            _("open tasks"),
            _tasks(user).count(),
            reverse("admin:patients_coordinatortask_changelist") + "?state=open",
        )
    ]
    for name, words in (
        ("today", _("visits today")),
        ("unconfirmed", _("unconfirmed in the next 7 days")),
        ("move", _("ask to move")),
        ("overdue", _("overdue")),
    ):
        cards.append((words, visits_of(name, _visits(user)).count(), f"{visits}?when={name}"))
    return [
        *cards,
        (
            _("messages in the next 24 hours"),
            planned.count(),
            reverse("admin:reminders_plannedreminder_changelist") + "?state__exact=planned",
        ),
        (
            _("messages in trouble since yesterday"),
            trouble.count(),
            reverse("admin:messaging_message_changelist") + f"?status__in={','.join(TROUBLE)}",
        ),
    ]
