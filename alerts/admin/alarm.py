"""What the service says about itself: alarms, the accounting, and how the canary fares."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from alerts import ledger
from alerts.admin.canary_figures import figures
from alerts.admin.words import span_in_words
from alerts.alarm_scope import own
from alerts.models import Alarm
from patients.admin.show import chip
from staff.admin.base import PageAdmin


def ledger_page(request: HttpRequest, model_admin: AlarmAdmin) -> HttpResponse:
    """Every book with its states and sums, what is lost, and the canary."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    now = timezone.now()
    accounting = ledger.accounting(now)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Ledger"),
        "opts": model_admin.opts,
        "accounting": accounting,
        "books": [(one, sorted(one.counts.items())) for one in accounting.accounts],
        "at": timezone.localtime(now),
        "canary": figures(since=now - timedelta(days=1)),
    }
    return TemplateResponse(request, "admin/alerts/ledger.html", context)


@admin.register(Alarm)
class AlarmAdmin(PageAdmin):
    """Alarms open and close by themselves; people read them."""

    list_display = ("shown_words", "shown_state", "shown_opened", "shown_lasted")
    list_display_links = ("shown_words",)
    list_filter = (("grave", BooleanRadioFilter),)
    ordering = ("-opened_at",)
    search_fields = ("words", "key")
    actions = None
    fields = ("words", ("shown_state", "grave"), ("opened_at", "seen_at"), ("told_at", "closed_at"), "key")
    custom_urls = (("ledger/", "alerts_alarm_ledger", ledger_page),)

    def scoped(self, request: HttpRequest, rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
        """Those of the service, and of rotas those of the person's clinics."""
        return own(rows, request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The service shouts by itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """It is over when what was wrong is mended."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was wrong is kept."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """All of it."""
        return ("shown_state",)

    @display(description=lazy("Alarm"), ordering="words")
    def shown_words(self, alarm: Alarm) -> str:
        """What is wrong."""
        return alarm.words

    @display(description=lazy("State"), ordering="closed_at")
    def shown_state(self, alarm: Alarm) -> str:
        """Open or over."""
        if alarm.closed_at:
            return chip("ok", "over")
        return chip("bad", _("open, grave")) if alarm.grave else chip("warning", _("open"))

    @display(description=lazy("Since"), ordering="opened_at")
    def shown_opened(self, alarm: Alarm) -> str:
        """When it began."""
        return date_format(timezone.localtime(alarm.opened_at), "D j M Y, H:i")

    @display(description=lazy("For"))
    def shown_lasted(self, alarm: Alarm) -> str:
        """How long it has been so, or was."""
        return span_in_words((alarm.closed_at or timezone.now()) - alarm.opened_at)
