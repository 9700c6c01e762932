"""The history of a row in the admin: who did what and when, field by field, who looked, and what may be put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from staff.admin.history_words import Change, tell
from staff.looks import note
from staff.trace import Trace
from staff.undo import may_be_put_back, put_back

#: Entries on a page; words that acts have left about one row, at most.
PAGE, MOST_ACTS = 50, 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history."""

    at: datetime
    who: str
    what: str
    changes: Sequence[Change] = ()
    trace: Trace | None = None
    may_put_back: bool = False


class HistoryInWords:
    """For pages of the admin: the history of a row, and putting a change back."""

    model: Any
    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """And where a change is put back."""
        view = self.admin_site.admin_view(self.put_back_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_put_back"
        found: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("<path:object_id>/history/<int:trace>/put-back/", view, name=name), *found]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Newest first, a page at a time."""
        row = self._row(request, object_id)
        if self.opts.label_lower == "patients.patient":
            note(request, row, page="history")
        before = request.GET.get("before", "")
        start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
        traces = list((self._traces(row).filter(pk__lt=start) if start else self._traces(row))[: PAGE + 1])
        more = len(traces) > PAGE
        shown = traces[:PAGE]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(row)s") % {"row": row},
            "subtitle": None,
            "entries": self._entries(request, row, shown, first=start is None, last=not more),
            "older": shown[-1].pk if more else None,
            "is_first": start is None,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            "opts": self.opts,
            "put_back": f"admin:{self.opts.app_label}_{self.opts.model_name}_put_back",
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def put_back_view(self, request: HttpRequest, object_id: str, trace: int) -> HttpResponse:
        """Put one change back, or say why not."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self._row(request, object_id)
        found = self._traces(row).filter(pk=trace).first()
        if found is None:
            raise Http404(_("There is no such entry in the history."))
        if not self._may_change(request, row, found):
            raise PermissionDenied
        try:
            put_back(found)
        except ValidationError as error:
            messages.error(request, _("Not put back: %(why)s") % {"why": " ".join(error.messages)})
        else:
            messages.success(request, _("Put back as it was before."))
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[object_id])
        return HttpResponseRedirect(address)

    def _row(self, request: HttpRequest, object_id: str) -> Model:
        page: Any = self
        row: Model | None = page.get_object(request, object_id)
        if row is None:
            raise Http404(_("There is no such row, or it belongs to another clinic."))
        if not page.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return row

    def _traces(self, row: Model) -> QuerySet[Trace]:
        """Of a patient everything that is hers, looks included; of any other row its own."""
        traces = Trace.objects.select_related("actor", "content_type").order_by("-pk")
        if self.opts.label_lower == "patients.patient":
            mine: QuerySet[Trace] = traces.filter(patient_id=row.pk)
        else:
            mine = traces.filter(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)
        return mine

    def _entries(
        self, request: HttpRequest, row: Model, traces: Sequence[Trace], *, first: bool, last: bool
    ) -> list[Entry]:
        told = [
            Entry(
                one.trace.timestamp,
                one.who,
                one.what,
                one.changes,
                one.trace,
                may_be_put_back(one.trace) and self._may_change(request, row, one.trace),
            )
            for one in tell(traces)
        ]
        since = None if last or not traces else traces[-1].timestamp
        until = None if first or not traces else traces[0].timestamp
        return sorted([*told, *_acts(row, since=since, until=until)], key=lambda entry: entry.at, reverse=True)

    def _may_change(self, request: HttpRequest, row: Model, trace: Trace) -> bool:
        """Whether this person may change the row that the trace is about."""
        page: Any = self
        kind = trace.content_type
        may = request.user.has_perm(f"{kind.app_label}.change_{kind.model}")
        return bool(may and page.has_change_permission(request, row))


def _acts(row: Model, *, since: datetime | None, until: datetime | None) -> list[Entry]:
    """What pages of the admin wrote down in words of their own; what forms list is in the traces, field by field."""
    log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    log = log.exclude(change_message="").exclude(change_message__startswith="[")
    if since is not None:
        log = log.filter(action_time__gte=since)
    if until is not None:
        log = log.filter(action_time__lt=until)
    found = log.select_related("user").order_by("-action_time")[:MOST_ACTS]
    return [
        Entry(one.action_time, one.user.get_full_name() or one.user.get_username(), one.get_change_message())
        for one in found
    ]
