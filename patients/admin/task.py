"""Coordinators' tasks in the admin: what is open comes first, and is done with an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from patients.admin.acts import Act, ActForm, act_view, row_of
from patients.admin.clock import clock
from patients.admin.filters import DoneFilter
from patients.admin.show import chip, link, two_lines
from patients.models import CoordinatorTask
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnDropdownFilter
from staff.admin.paging import QuickPages


class OutcomeForm(ActForm):
    """What was done about it."""

    outcome = forms.CharField(
        max_length=200,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
        help_text=lazy("E.g. “Rebooked for Tuesday”, “Left a voicemail”."),
    )


def _finish(task: CoordinatorTask, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    done = CoordinatorTask.objects.filter(pk=task.pk, done_at__isnull=True).update(
        done_at=now, done_by=request.user.pk, outcome=data["outcome"]
    )
    if not done:
        raise ValidationError(_("Somebody has done this task already."))
    return _("Task done.")


def _task_facts(task: CoordinatorTask) -> list[tuple[str, str]]:
    opened = clock(task.opened_at, task.patient.clinic.zone)
    facts = [(_("Patient"), str(task.patient)), (_("Task"), task.get_kind_display()), (_("Opened"), opened)]
    return [*facts, (_("About"), task.title), (_("Details"), task.detail or "–")]


FINISH = Act(title=lazy("Task done"), submit=lazy("Mark as done"), do=_finish, form=OutcomeForm, facts=_task_facts)


@admin.register(CoordinatorTask)
class CoordinatorTaskAdmin(QuickPages, PageAdmin):
    """Tasks are opened by what happens, never by hand; people read and finish them."""

    clinic_path = "patient__clinic"
    list_display = ("shown_title", "shown_kind", "shown_patient", "shown_opened", "shown_state", "shown_do")
    list_filter = (DoneFilter, ("kind", ChoicesDropdownFilter), ("patient__clinic", OwnDropdownFilter))
    list_select_related = ("patient__clinic", "done_by")
    search_fields = ("title", "patient__family_name", "patient__given_name", "patient__mrn")
    search_help_text = lazy("Task, name or MRN")
    fields = ("title", "shown_kind", "shown_patient", "detail", "shown_opened", "shown_state", "outcome")
    readonly_fields = fields
    actions_detail = ("done",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CoordinatorTask | None = None) -> bool:
        """What was owed to a patient is kept."""
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Links to deeds only for those who may do them."""
        columns = list(super().get_list_display(request))
        return columns if self.has_change_permission(request) else [name for name in columns if name != "shown_do"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CoordinatorTask]:
        """With what a page of one shows."""
        queryset: QuerySet[CoordinatorTask] = super().get_queryset(request)
        return queryset.select_related("patient__clinic", "done_by")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """A task that is done offers nothing."""
        task = row_of(self, request, str(object_id))
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return offered if isinstance(task, CoordinatorTask) and task.done_at is None else []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One task; there is nothing to save but its outcome."""
        context = {"show_save": False, "show_save_and_continue": False} | (extra_context or {})
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @action(description=lazy("Mark as done"), url_path="done", permissions=["change"], icon="task_alt")
    def done(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the outcome, and keep who did it."""
        return act_view(self, request, row_of(self, request, object_id), FINISH)

    @display(description=lazy("Task"), ordering="title")
    def shown_title(self, task: CoordinatorTask) -> str:
        """What it is about."""
        return task.title

    @display(description=lazy("Kind"), ordering="kind")
    def shown_kind(self, task: CoordinatorTask) -> str:
        """What is asked for."""
        return task.get_kind_display()

    @display(description=lazy("Patient"), ordering="patient__family_name")
    def shown_patient(self, task: CoordinatorTask) -> str:
        """The patient, and the way there."""
        return link("patients_patient_change", task.patient_id, task.patient)

    @display(description=lazy("Opened"), ordering="opened_at")
    def shown_opened(self, task: CoordinatorTask) -> str:
        """When, by the clinic's clock."""
        return clock(task.opened_at, task.patient.clinic.zone)

    @display(description=lazy("State"), ordering="done_at")
    def shown_state(self, task: CoordinatorTask) -> str:
        """Open, or done by whom and when."""
        if task.done_at is None:
            return chip("warning", _("Open"))
        who = _(" by %(who)s") % {"who": task.done_by.get_username()} if task.done_by else ""
        return two_lines(chip("ok", _("Done")), f"{clock(task.done_at, task.patient.clinic.zone)}{who}")

    @display(description="")
    def shown_do(self, task: CoordinatorTask) -> str:
        """The next step."""
        if task.done_at is not None:
            return ""
        here = reverse("admin:patients_coordinatortask_changelist")
        address = reverse("admin:patients_coordinatortask_done", args=[task.pk])
        return format_html('<a class="bw-do" href="{}?next={}">Done…</a>', address, here)
