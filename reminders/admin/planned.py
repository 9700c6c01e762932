"""Planned reminders in the admin: what will be sent, what was, and why what was not was not."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from patients.admin.clock import clock
from patients.admin.show import chip, link, two_lines, when
from reminders import tries
from reminders.admin.filters import RouteFilter
from reminders.domain.words import CHANNEL_WORDS
from reminders.models import PlannedReminder
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnAutocompleteFilter
from staff.admin.paging import QuickPages
from staff.looks import LooksAreNoted


class ReminderRouteFilter(RouteFilter):
    """Reminders by the route of their treatment."""

    path = "visit__schedule__treatment__route"


@admin.register(PlannedReminder)
class PlannedReminderAdmin(LooksAreNoted, QuickPages, PageAdmin):
    """Read only: reminders follow from visits and rules."""

    shows_patient = "visit.schedule.patient"
    clinic_path = "visit__schedule__patient__clinic"
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
        ("visit__schedule__patient", OwnAutocompleteFilter),
        ("send_at", RangeDateTimeFilter),
    )
    list_fullwidth = True
    show_full_result_count = False
    ordering = ("send_at", "id")
    search_fields = (
        "visit__schedule__patient__family_name",
        "visit__schedule__patient__given_name",
        "visit__schedule__patient__mrn",
    )
    search_help_text = lazy("Name or MRN")
    fields = (
        ("shown_patient", "shown_visit"),
        ("shown_rule", "shown_channel"),
        ("shown_when", "shown_expiry"),
        ("shown_state", "shown_reason"),
        ("shown_message", "shown_settled"),
        ("shown_tries",),
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
        # Fetched apart, not joined: a join of six tables would be sorted as a whole to show fifty rows.
        return queryset.prefetch_related(
            "rule", "message", "visit__schedule__treatment", "visit__schedule__patient__clinic"
        )

    @display(description=lazy("Send at"), ordering="send_at")
    def shown_when(self, reminder: PlannedReminder) -> str:
        """By the patient's clock, and the clinic's where it differs."""
        patient = reminder.visit.schedule.patient
        return when(reminder.send_at, patient.zone, patient.clinic.zone)

    @display(description=lazy("Patient"), ordering="visit__schedule__patient__family_name")
    def shown_patient(self, reminder: PlannedReminder) -> str:
        """The patient, and the way there."""
        patient = reminder.visit.schedule.patient
        return link("patients_patient_change", patient.pk, patient)

    @display(description=lazy("Visit"))
    def shown_visit(self, reminder: PlannedReminder) -> str:
        """The visit, and the way there."""
        visit = reminder.visit
        at = clock(visit.at, visit.schedule.patient.zone)
        return link(
            "reminders_visit_change",
            visit.pk,
            _("%(name)s, visit %(number)s, %(at)s")
            % {"name": visit.schedule.treatment.name, "number": visit.number, "at": at},
        )

    @display(description=lazy("Rule"), ordering="rule__name")
    def shown_rule(self, reminder: PlannedReminder) -> str:
        """The rule, and the treatment that it is about."""
        return two_lines(reminder.rule.name, reminder.visit.schedule.treatment.name)

    @display(description=lazy("By"), ordering="channel")
    def shown_channel(self, reminder: PlannedReminder) -> str:
        """Text or mail."""
        return _(CHANNEL_WORDS[reminder.channel])

    @display(description=lazy("State"), ordering="state")
    def shown_state(self, reminder: PlannedReminder) -> str:
        """The state in its colour."""
        return chip(reminder.state, reminder.get_state_display())

    @display(description=lazy("Why not"), ordering="reason")
    def shown_reason(self, reminder: PlannedReminder) -> str:
        """The reason in words."""
        return reminder.get_reason_display() or "–"

    @display(description=lazy("Message"), ordering="message")
    def shown_message(self, reminder: PlannedReminder) -> str:
        """What became of it in the outbox."""
        if reminder.message is None:
            return "–"
        return link("messaging_message_change", reminder.message.pk, reminder.message.get_status_display())

    @display(description=lazy("Tried"))
    def shown_tries(self, reminder: PlannedReminder) -> str:
        """Every contact that was tried, in order, and what became of it."""
        told = tries.of([reminder])[reminder.pk]
        lines = [
            format_html("{} to {}: {}", one.way, one.whom, link("messaging_message_change", one.message.pk, one.became))
            for one in told
        ]
        return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines)) or "–"

    @display(description=lazy("Useful until"))
    def shown_expiry(self, reminder: PlannedReminder) -> str:
        """After this it is not sent any more."""
        return clock(reminder.expires_at, reminder.visit.schedule.patient.zone)

    @display(description=lazy("Settled"))
    def shown_settled(self, reminder: PlannedReminder) -> str:
        """When it was handed over, dropped or cancelled."""
        return clock(reminder.settled_at, reminder.visit.schedule.patient.zone)
