"""The suppression list in the admin: who said no, since when, in which words, and whose patients they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from messaging import scope, suppression
from messaging.models import ConsentEvent

#: Rows on one page; the search narrows it down.
MOST = 200
LONGEST_SEARCH = 100


def suppression_page(request: HttpRequest) -> HttpResponse:
    """The list. It is searched by POST: no address stands in a URL."""
    if not request.user.has_perm("messaging.view_consentevent"):
        raise PermissionDenied
    search = request.POST.get("search", "").strip()[:LONGEST_SEARCH] if request.method == "POST" else ""
    found = suppression.listed(search, only=scope.of_addresses(ConsentEvent.objects.all(), request.user))
    shown = found[:MOST]
    whose: Mapping[str, Sequence[tuple[str, str]]] = import_string(settings.ADDRESS_OWNERS)(
        [one.address for one in shown], request.user
    )
    context = {
        **admin.site.each_context(request),
        "title": _("Suppression list"),
        "search": search,
        "rows": [{"one": one, "patients": whose.get(one.address, ())} for one in shown],
        "more": len(found) - len(shown),
    }
    return TemplateResponse(request, "admin/messaging/suppression.html", context)
