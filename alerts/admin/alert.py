"""Red flags in the admin: the board, the story of one, and the deeds of the responder who has it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from alerts import alarms
from alerts.admin import acts, board_rows, live, story
from alerts.admin.filters import RaisedFilter
from alerts.admin.who import HOW_TO_BECOME_ONE, responder_of
from alerts.admin.words import STAGES, TIERS
from alerts.alarm_scope import own
from alerts.domain.words import AlertState, Condition, Outcome, Tier
from alerts.models import Alert
from patients.admin.acts import Act, row_of
from patients.admin.clock import clock
from patients.admin.show import chip
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnDropdownFilter
from staff.looks import note


def every_alert(request: HttpRequest, model_admin: AlertAdmin) -> HttpResponse:
    """The list of all alerts, open and closed, with search and filters."""
    return model_admin.list_view(request)


@admin.register(Alert)
class AlertAdmin(PageAdmin):
    """Alerts are raised by what patients write, and move by what responders do; nothing is edited."""

    clinic_path = "clinic"
    list_display = ("shown_who", "shown_condition", "shown_tier", "shown_state", "shown_raised", "shown_outcome")
    list_display_links = ("shown_who",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("tier", ChoicesDropdownFilter),
        ("condition", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        RaisedFilter,
        ("clinic", OwnDropdownFilter),
    )
    list_select_related = ("patient", "clinic", "owner")
    ordering = ("-raised_at", "-id")
    search_fields = ("patient__family_name", "patient__given_name", "patient__mrn")
    search_help_text = lazy("Name or MRN")
    actions = None
    actions_detail = ("take", "hand_back", "spoke", "not_reached", "record")
    custom_urls = (("all/", "alerts_alert_all", every_alert),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand here: texts raise alerts, and the nurse's inbox can."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What happened is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """Without the canary's, which concern nobody."""
        queryset: QuerySet[Alert] = super().get_queryset(request)
        people = queryset.filter(is_canary=False)
        return people.select_related("patient", "clinic", "owner", "rule_version__rule")

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """Django's own list."""
        response: HttpResponse = super().changelist_view(request, {"title": _("All red flags")})
        return response

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The board; its live part alone where a browser that shows it already asks again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, me = timezone.now(), responder_of(request)
        alerts = list(self.scoped(request, board_rows.open_alerts()))
        grave = sum(alarm.grave for alarm in own(alarms.standing(), request.user))
        signature = board_rows.signature(alerts, me, grave)
        if live.knows(request, signature):
            return live.nothing_new(now)
        may_act = self.has_change_permission(request)
        rows = board_rows.rows(alerts, me, now=now)
        context = {
            **({} if live.asks(request) else self.admin_site.each_context(request)),
            "title": _("Red flags"),
            "opts": self.opts,
            "rows": rows,
            "closed": board_rows.closed_rows(self.scoped(request, Alert.objects.all()), now=now),
            "signature": signature,
            "unowned": sum(1 for alert in alerts if alert.owner_id is None),
            "ringing": [row.alert.pk for row in rows if row.rings],
            "grave_alarms": grave,
            "me": me,
            "may_act": may_act,
            "outcomes": list(Outcome),
            "how_to_become_one": HOW_TO_BECOME_ONE if may_act and me is None else "",
            "as_of": now,
        }
        return live.answer(request, "admin/alerts/board", context, now=now)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The story of one alert; its live part alone where a browser that shows it already asks again."""
        alert = row_of(self, request, object_id)
        if not isinstance(alert, Alert):
            raise Http404(_("There is no such red flag."))
        if not self.has_view_permission(request, alert):
            raise PermissionDenied
        now, me = timezone.now(), responder_of(request)
        signature = board_rows.signature([alert], me, story.mark(alert))
        if live.knows(request, signature):
            return live.nothing_new(now)
        if not live.asks(request):
            note(request, alert.patient, page="alert")
        may_act = self.has_change_permission(request, alert)
        context = {
            **({} if live.asks(request) else self.admin_site.each_context(request)),
            "title": Condition(alert.condition).title,
            "opts": self.opts,
            "alert": alert,
            "as_of": now,
            "signature": signature,
            "outcomes": list(Outcome),
            "row": board_rows.rows([alert], me, now=now)[0],
            "me": me,
            "may_act": may_act,
            "how_to_become_one": HOW_TO_BECOME_ONE if may_act and me is None and alert.is_open else "",
            "story": story.tell(alert, now=now),
        }
        return live.answer(request, "admin/alerts/story", context, now=now)

    @action(description=lazy("Take it"), url_path="take", permissions=["change"])
    def take(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """I phone her."""
        return self._act(request, object_id, acts.TAKE)

    @action(description=lazy("Hand back"), url_path="hand-back", permissions=["change"])
    def hand_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Somebody else must."""
        return self._act(request, object_id, acts.HAND_BACK)

    @action(description=lazy("Spoke with the patient"), url_path="spoke", permissions=["change"])
    def spoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """She was reached."""
        return self._act(request, object_id, acts.SPOKE)

    @action(description=lazy("Not reached"), url_path="not-reached", permissions=["change"])
    def not_reached(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """She was not."""
        return self._act(request, object_id, acts.NOT_REACHED)

    @action(description=lazy("Record outcome"), url_path="outcome", permissions=["change"])
    def record(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How it ended."""
        return self._act(request, object_id, acts.OUTCOME)

    def _act(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        return acts.press(self, request, row_of(self, request, object_id), act)

    @display(description=lazy("Patient"), ordering="patient__family_name")
    def shown_who(self, alert: Alert) -> str:
        """The name, or the number that nobody knows."""
        return board_rows.whose(alert)

    @display(description=lazy("Red flag"), ordering="condition")
    def shown_condition(self, alert: Alert) -> str:
        """The condition."""
        return Condition(alert.condition).title

    @display(description=lazy("Tier"), ordering="tier")
    def shown_tier(self, alert: Alert) -> str:
        """The tier in its colour."""
        return chip(f"tier-{alert.tier}", TIERS[Tier(alert.tier)])

    @display(description=lazy("Stage"), ordering="state")
    def shown_state(self, alert: Alert) -> str:
        """Where it stands, and with whom."""
        return str(STAGES[AlertState(alert.state)]) + (f": {alert.owner.name}" if alert.owner and alert.is_open else "")

    @display(description=lazy("Raised"), ordering="raised_at")
    def shown_raised(self, alert: Alert) -> str:
        """When, by the clinic's clock."""
        return clock(alert.raised_at, alert.clinic.zone)

    @display(description=lazy("Outcome"), ordering="outcome")
    def shown_outcome(self, alert: Alert) -> str:
        """How it ended."""
        return Outcome(alert.outcome).words if alert.outcome else "–"
