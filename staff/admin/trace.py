"""The audit: every change and every look, newest first, of the clinics that the reader sees; nothing to edit."""

from __future__ import annotations

from typing import Any

import auditlog.admin  # noqa: F401 - it registers a page of its own first, which makes way for this one
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as lazy
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from staff import scope
from staff.admin.base import PageAdmin
from staff.admin.history_words import Change, Told, tell
from staff.admin.paging import QuickPages
from staff.trace import Trace

#: Fields of one entry that the list shows; the history of the row has them all.
SHOWN = 4

admin.site.unregister(Trace)
# Their pages show the secrets of everybody's second factor.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


class KindFilter(admin.SimpleListFilter):
    """What kind of row."""

    title = lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those that leave traces."""
        kinds = ContentType.objects.get_for_models(*_traced()).items()
        return sorted(((str(kind.pk), str(model._meta.verbose_name)) for model, kind in kinds), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Trace]) -> QuerySet[Trace]:
        """Rows of that kind; whatever is no kind finds all."""
        asked = self.value() or ""
        return queryset.filter(content_type=int(asked)) if asked.isascii() and asked.isdigit() else queryset


@admin.register(Trace)
class TraceAdmin(QuickPages, PageAdmin):
    """Who did what, and who looked at whom."""

    list_display = ("shown_at", "shown_who", "shown_what", "shown_changes")
    list_display_links = None
    list_filter = (
        ("actor", AutocompleteSelectFilter),
        ("patient", AutocompleteSelectFilter),
        ("action", ChoicesDropdownFilter),
        KindFilter,
        ("timestamp", RangeDateFilter),
    )
    list_select_related = ("actor", "content_type")
    ordering = ("-id",)
    sortable_by = ()
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are written by what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What happened has happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """See the command `forget_traces`."""
        return False

    def scoped(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of the reader's clinics; of what belongs to no clinic everything but people who work elsewhere."""
        ids = scope.clinic_ids(request.user)
        if ids is None:
            return rows
        people = ContentType.objects.get_for_model(get_user_model())
        colleagues = get_user_model()._default_manager.filter(memberships__clinic_id__in=ids).values("pk")
        nobodys = Q(clinic__isnull=True) & (~Q(content_type=people) | Q(object_id__in=colleagues))
        if not scope.sees_every_clinic(request.user):
            nobodys &= ~Q(content_type__in=_of_addresses())
        return rows.filter(Q(clinic_id__in=ids) | nobodys)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """There is no page of one entry: the history of its row says more."""
        return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, put into words with one query for each kind of row that is named; this lasts for one request."""
        changes = super().get_changelist_instance(request)
        shown = list(changes.result_list)
        for row, told in zip(shown, tell(shown), strict=True):
            row.told = told
        changes.result_list = shown
        return changes

    @display(description=lazy("When"))
    def shown_at(self, trace: Trace) -> Any:
        """By the clinic's clock."""
        return trace.timestamp

    @display(description=lazy("Who"))
    def shown_who(self, trace: Any) -> str:
        """The person, or the door."""
        return str(trace.told.who)

    @display(description=lazy("What"))
    def shown_what(self, trace: Any) -> SafeString | str:
        """What was done, to which row."""
        told: Told = trace.told
        if trace.action != Trace.Action.ACCESS:
            return told.what
        return format_html("{}<br>{}", told.what, trace.object_repr)

    @display(description=lazy("Fields"))
    def shown_changes(self, trace: Any) -> SafeString | str:
        """The first fields, before and after."""
        changes: list[Change] = list(trace.told.changes)
        lines = [(one.name, one.before or "–", one.after) for one in changes[:SHOWN]]
        told = format_html_join(SafeString("<br>"), "{}: {} → {}", lines)
        return told + SafeString(" …") if len(changes) > SHOWN else told or "–"


def _of_addresses() -> list[ContentType]:
    """Kinds of rows that name somebody's address and no clinic: for those who see every clinic."""
    models = [apps.get_model(label) for label in settings.TRACE_ADDRESSES]
    return list(ContentType.objects.get_for_models(*models).values())


def _traced() -> list[Any]:
    return [apps.get_model(label) for label in settings.TRACE_CONCERNS]
