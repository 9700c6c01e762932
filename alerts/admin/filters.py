"""Filters of red flags that are questions rather than columns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import DropdownFilter

from alerts.models import Alert

#: Name in the address → how far back.
SPANS = {"7": timedelta(days=7), "30": timedelta(days=30), "90": timedelta(days=90)}


class RaisedFilter(DropdownFilter):
    """Red flags of the last days."""

    title = lazy("raised")
    parameter_name = "raised"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """A week, a month, three months."""
        return [(name, _("In the last %(days)s days") % {"days": name}) for name in SPANS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """Those that are not older."""
        span = SPANS.get(self.value() or "")
        return queryset.filter(raised_at__gte=timezone.now() - span) if span else queryset
