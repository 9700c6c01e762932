"""Visits in the admin: a day's work list, and what can be done to each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from patients.admin.acts import Act, act_view, row_of
from patients.admin.clock import clock
from patients.admin.clock import day as day_in_words
from patients.admin.show import chip, link, two_lines, when
from reminders import services
from reminders.admin import visit_acts
from reminders.admin.filters import LocationFilter, VisitRouteFilter, WhenFilter
from reminders.domain.words import CHANNEL_WORDS
from reminders.models import PlannedReminder, Visit
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnAutocompleteFilter
from staff.admin.paging import QuickPages
from staff.looks import LooksAreNoted

#: Act → the words on its link.
LINKS = {
    "dose": lazy("Record dose"),
    "confirm": lazy("Confirm"),
    "move": lazy("Move"),
    "miss": lazy("Missed"),
    "cancel": lazy("Cancel"),
    "undo": lazy("Take dose back"),
}


def act_links(visit: Visit, *, back: str) -> str:
    """Links to what makes sense for the visit; each comes back to the page `back`."""
    names = visit_acts.offered(visit, timezone.now())
    words = LINKS if visit_acts.is_dose(visit) else LINKS | {"dose": _("Took place"), "undo": _("Did not take place")}
    links = format_html_join(
        " ",
        '<a class="bw-do" href="{}?next={}">{}</a>',
        [(reverse(f"admin:reminders_visit_{name}", args=[visit.pk]), back, words[name]) for name in names],
    )
    return format_html('<span class="bw-dos">{}</span>', links)


@admin.register(Visit)
class VisitAdmin(LooksAreNoted, QuickPages, PageAdmin):
    """Visits come from schedules; people record what happened to them."""

    shows_patient = "schedule.patient"
    clinic_path = "schedule__patient__clinic"
    list_display = ("shown_when", "shown_patient", "shown_treatment", "shown_place", "shown_status", "shown_do")
    list_filter = (
        WhenFilter,
        ("status", ChoicesDropdownFilter),
        ("schedule__treatment", OwnAutocompleteFilter),
        VisitRouteFilter,
        LocationFilter,
    )
    list_fullwidth = True
    list_select_related = ("schedule__patient__clinic", "schedule__treatment")
    ordering = ("at", "id")
    search_fields = (
        "schedule__patient__family_name",
        "schedule__patient__given_name",
        "schedule__patient__mrn",
        "schedule__treatment__name",
    )
    search_help_text = lazy("Name, MRN or treatment")
    fields = (
        ("shown_patient", "shown_treatment"),
        ("shown_when", "shown_place"),
        ("shown_status", "shown_window"),
        ("shown_answer", "status_reason"),
    )
    readonly_fields = (
        "shown_patient",
        "shown_treatment",
        "shown_when",
        "shown_place",
        "shown_status",
        "shown_window",
        "shown_answer",
        "status_reason",
    )
    actions = ("confirm_selected",)
    actions_detail = ("dose", "confirm", "move", "miss", "cancel", "undo")
    change_form_outer_after_template = "admin/reminders/visit_reminders.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand: schedules make visits."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Cancel instead: what was planned is kept."""
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Links to deeds only for those who may do them."""
        columns = list(super().get_list_display(request))
        return columns if self.has_change_permission(request) else [name for name in columns if name != "shown_do"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        """With everything that a row shows."""
        queryset: QuerySet[Visit] = super().get_queryset(request)
        return queryset.select_related("schedule__patient__clinic", "schedule__treatment")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Only what makes sense for the visit as it stands."""
        visit = row_of(self, request, str(object_id))
        names = visit_acts.offered(visit, timezone.now()) if isinstance(visit, Visit) else []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in offered if each.action_name.removeprefix(prefix) in names]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One visit with its reminders."""
        visit = row_of(self, request, object_id)
        context = {"show_save": False, "show_save_and_continue": False} | (extra_context or {})
        if isinstance(visit, Visit) and self.has_view_permission(request, visit):
            patient = visit.schedule.patient
            reminders = PlannedReminder.objects.filter(visit=visit).select_related("rule", "message")
            context["reminder_rows"] = [
                (
                    reminder,
                    when(reminder.send_at, patient.zone, patient.clinic.zone),
                    _(CHANNEL_WORDS[reminder.channel]),
                )
                for reminder in reminders
            ]
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @action(description=lazy("Record as given or done"), url_path="dose", permissions=["change"], icon="vaccines")
    def dose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The dose was given."""
        visit = row_of(self, request, object_id)
        dose = not isinstance(visit, Visit) or visit_acts.is_dose(visit)
        return act_view(self, request, visit, visit_acts.DOSE if dose else visit_acts.TOOK_PLACE)

    @action(description=lazy("Confirmed by phone"), url_path="confirm", permissions=["change"], icon="call")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The patient will come."""
        return self._act(request, object_id, visit_acts.CONFIRM)

    @action(description=lazy("Move"), url_path="move", permissions=["change"], icon="edit_calendar")
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Another day or time."""
        return self._act(request, object_id, visit_acts.MOVE)

    @action(description=lazy("Missed"), url_path="miss", permissions=["change"], icon="event_busy")
    def miss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The patient did not come."""
        return self._act(request, object_id, visit_acts.MISS)

    @action(description=lazy("Cancel visit"), url_path="cancel", permissions=["change"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It will not take place."""
        return self._act(request, object_id, visit_acts.CANCEL)

    @action(description=lazy("Take dose back"), url_path="undo", permissions=["change"], icon="undo")
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The dose was recorded by mistake."""
        return self._act(request, object_id, visit_acts.UNDO)

    def _act(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        return act_view(self, request, row_of(self, request, object_id), act)

    @admin.action(description=lazy("Confirmed by phone"), permissions=["change"])
    def confirm_selected(self, request: HttpRequest, queryset: QuerySet[Visit]) -> None:
        """Confirm all that are ticked; those that cannot be are named."""
        confirmed = 0
        for visit in queryset:
            try:
                services.confirm_visit(visit, now=timezone.now())
                confirmed += 1
            except ValidationError as error:
                messages.error(request, f"{visit.schedule.patient}: {' '.join(error.messages)}")
        if confirmed:
            messages.success(
                request,
                ngettext("%(count)s visit confirmed.", "%(count)s visits confirmed.", confirmed) % {"count": confirmed},
            )

    @display(description=lazy("When"), ordering="at")
    def shown_when(self, visit: Visit) -> str:
        """By the patient's clock, and the clinic's where it differs."""
        patient = visit.schedule.patient
        return when(visit.at, patient.zone, patient.clinic.zone)

    @display(description=lazy("Patient"), ordering="schedule__patient__family_name")
    def shown_patient(self, visit: Visit) -> str:
        """The patient, and the way there."""
        return link("patients_patient_change", visit.schedule.patient_id, visit.schedule.patient)

    @display(description=lazy("Treatment"), ordering="schedule__treatment__name")
    def shown_treatment(self, visit: Visit) -> str:
        """The treatment with the number of the visit, and the way to the schedule."""
        treatment = link("reminders_schedule_change", visit.schedule_id, visit.schedule.treatment.name)
        return two_lines(treatment, _("visit %(number)s") % {"number": visit.number})

    @display(description=lazy("Location"), ordering="schedule__location")
    def shown_place(self, visit: Visit) -> str:
        """Where."""
        return visit.schedule.location or "–"

    @display(description=lazy("State"), ordering="status")
    def shown_status(self, visit: Visit) -> str:
        """The state in its colour; a standing visit says what the patient answered."""
        if visit.status == "planned" and visit.move_requested_at:
            return chip("warning", _("Asks to move"))
        if visit.status == "planned" and visit.confirmed_at:
            return chip("ok", _("Confirmed"))
        if visit.given_on:
            return two_lines(
                chip("given", _("Given")), _("on %(day_in_words)s") % {"day_in_words": day_in_words(visit.given_on)}
            )
        return chip(visit.status, visit.get_status_display())

    @display(description=lazy("Overdue from"))
    def shown_window(self, visit: Visit) -> str:
        """The end of its late window."""
        return clock(visit.late_until, visit.schedule.patient.zone)

    @display(description=lazy("The patient's answer"))
    def shown_answer(self, visit: Visit) -> str:
        """Confirmed, asked to move, or nothing."""
        zone = visit.schedule.patient.zone
        if visit.move_requested_at:
            return _("Asked to move, %(move_requested_at)s") % {
                "move_requested_at": clock(visit.move_requested_at, zone)
            }
        return (
            _("Confirmed, %(confirmed_at)s") % {"confirmed_at": clock(visit.confirmed_at, zone)}
            if visit.confirmed_at
            else _("None yet")
        )

    @display(description=lazy("Do"))
    def shown_do(self, visit: Visit) -> str:
        """What can be done to it."""
        return act_links(visit, back=reverse("admin:reminders_visit_changelist"))
