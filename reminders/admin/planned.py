"""Planned reminders in the admin: what will be sent, what was, and why what was not was not."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from patients.admin.clock import clock, moment
from reminders.admin.filters import RouteFilter
from reminders.models import PlannedReminder

STATE_COLOURS = {"planned": "info", "released": "success", "skipped": "warning", "cancelled": "default"}


class ReminderRouteFilter(RouteFilter):
    """Reminders by the route of their treatment."""

    path = "visit__schedule__treatment__route"


@admin.register(PlannedReminder)
class PlannedReminderAdmin(ModelAdmin):
    """Read only: reminders follow from visits and rules."""

    list_display = (
        "shown_when",
        "shown_patient",
        "shown_rule",
        "shown_channel",
        "shown_state",
        "shown_reason",
        "shown_message",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ReminderRouteFilter,
        ("send_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    ordering = ("send_at", "id")
    search_fields = (
        "visit__schedule__patient__family_name",
        "visit__schedule__patient__given_name",
        "visit__schedule__patient__mrn",
    )
    search_help_text = "Name or MRN"
    fields = (
        ("shown_patient", "shown_visit"),
        ("shown_rule", "shown_channel"),
        ("shown_when", "shown_expiry"),
        ("shown_state", "shown_reason"),
        ("shown_message", "shown_settled"),
    )
    readonly_fields = tuple(name for row in fields for name in row)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was planned, and why it was not sent, is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlannedReminder]:
        """With everything that a row shows."""
        queryset: QuerySet[PlannedReminder] = super().get_queryset(request)
        return queryset.select_related(
            "rule", "message", "visit__schedule__treatment", "visit__schedule__patient__clinic"
        )

    @display(description="Send at", ordering="send_at")
    def shown_when(self, reminder: PlannedReminder) -> str:
        """By the patient's clock, and the clinic's where it differs."""
        patient = reminder.visit.schedule.patient
        return moment(reminder.send_at, patient.zone, patient.clinic.zone)

    @display(description="Patient", ordering="visit__schedule__patient__family_name")
    def shown_patient(self, reminder: PlannedReminder) -> str:
        """The patient, and the way there."""
        patient = reminder.visit.schedule.patient
        address = reverse("admin:patients_patient_change", args=[patient.pk])
        return format_html('<a class="bw-link" href="{}">{}</a>', address, patient)

    @display(description="Visit")
    def shown_visit(self, reminder: PlannedReminder) -> str:
        """The visit, and the way there."""
        visit = reminder.visit
        address = reverse("admin:reminders_visit_change", args=[visit.pk])
        words = f"{visit.schedule.treatment.name}, visit {visit.number}, "
        return format_html(
            '<a class="bw-link" href="{}">{}{}</a>', address, words, clock(visit.at, visit.schedule.patient.zone)
        )

    @display(description="Rule", ordering="rule__name", header=True)
    def shown_rule(self, reminder: PlannedReminder) -> list[str]:
        """The rule, and the treatment that it is about."""
        return [reminder.rule.name, reminder.visit.schedule.treatment.name]

    @display(description="By", ordering="channel")
    def shown_channel(self, reminder: PlannedReminder) -> str:
        """Text or mail."""
        return {"sms": "text", "email": "mail"}.get(reminder.channel, reminder.channel)

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def shown_state(self, reminder: PlannedReminder) -> tuple[str, str]:
        """The state in its colour."""
        return reminder.state, reminder.get_state_display()

    @display(description="Why not", ordering="reason")
    def shown_reason(self, reminder: PlannedReminder) -> str:
        """The reason in words."""
        return reminder.get_reason_display() or "–"

    @display(description="Message", ordering="message")
    def shown_message(self, reminder: PlannedReminder) -> str:
        """What became of it in the outbox."""
        if reminder.message is None:
            return "–"
        address = reverse("admin:messaging_message_change", args=[reminder.message.pk])
        return format_html('<a class="bw-link" href="{}">{}</a>', address, reminder.message.get_status_display())

    @display(description="Useful until")
    def shown_expiry(self, reminder: PlannedReminder) -> str:
        """After this it is not sent any more."""
        return clock(reminder.expires_at, reminder.visit.schedule.patient.zone)

    @display(description="Settled")
    def shown_settled(self, reminder: PlannedReminder) -> str:
        """When it was handed over, dropped or cancelled."""
        return clock(reminder.settled_at, reminder.visit.schedule.patient.zone)
