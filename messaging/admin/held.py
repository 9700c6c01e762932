"""What the flood guard holds, in the admin: by address and template, let through or dropped by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from messaging import guard, scope
from messaging.models import Message

MAY_DECIDE = "messaging.change_message"
#: Groups on one page; what is decided makes room for the next.
MOST = 200
DEEDS = {"let_through": guard.let_through, "drop": guard.drop}
TOLD = {"let_through": lazy("are let through"), "drop": lazy("are dropped")}


@dataclass(frozen=True, slots=True)
class Group:
    """What is held of one template for one address."""

    first: int
    last: int
    address: str
    template: str
    channel: str
    reason: str
    count: int
    since: datetime
    until: datetime

    @property
    def key(self) -> str:
        """Its name in the form. No address: that of its first message, and the last that was on the page."""
        return f"{self.first}-{self.last}"


def held_count(request: HttpRequest) -> str:
    """For the sidebar: how many messages wait for a decision."""
    return str(_holding(request).count())


def held_page(request: HttpRequest) -> HttpResponse:
    """The groups, and what becomes of those that were chosen."""
    if not request.user.has_perm("messaging.view_message"):
        raise PermissionDenied
    if request.method == "POST":
        return _decide(request)
    found = groups(_holding(request))
    context = {
        **admin.site.each_context(request),
        "title": _("Held messages"),
        "groups": found[:MOST],
        "more": max(len(found) - MOST, 0),
        "may_decide": request.user.has_perm(MAY_DECIDE),
    }
    return TemplateResponse(request, "admin/messaging/held.html", context)


def _holding(request: HttpRequest) -> QuerySet[Message]:
    """What is held of the messages that are this person's to see."""
    return scope.of_messages(guard.holding(), request.user)


def groups(holding: QuerySet[Message]) -> list[Group]:
    """Everything of `holding`, what ends soonest first."""
    rows = (
        holding.order_by()
        .values("address", "template", "channel")
        .annotate(
            first=Min("pk"),
            last=Max("pk"),
            reason=Max("reason"),
            count=Count("pk"),
            since=Min("due_at"),
            until=Min("expires_at"),
        )
    )
    return sorted((Group(**row) for row in rows), key=lambda group: (group.until, group.first))


def _decide(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY_DECIDE):
        raise PermissionDenied
    deed = request.POST.get("deed", "")
    chosen = _rows(request.POST.getlist("group"), _holding(request))
    if deed not in DEEDS:
        messages.error(request, _("deed: say whether they are let through or dropped."))
    elif not chosen:
        messages.error(request, _("group: nothing that is still held was chosen."))
    else:
        ids = [pk for rows in chosen for pk in rows.values_list("pk", flat=True)]
        count = DEEDS[deed](ids, by=request.user.get_username(), now=timezone.now())
        messages.success(
            request,
            _("%(count)s of %(count2)s messages %(deed)s.") % {"count": count, "count2": len(ids), "deed": TOLD[deed]},
        )
    return HttpResponseRedirect(reverse("admin:messaging_message_held"))


def _rows(keys: Sequence[str], holding: QuerySet[Message]) -> list[QuerySet[Message]]:
    """What each key of the form stands for, as far as it is still held; not what came after the page was made."""
    found = []
    for key in keys:
        first, _unused, last = key.partition("-")
        if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(key) < 40):
            continue
        like = holding.filter(pk=int(first)).values("address", "template", "channel").first()
        if like is not None:
            found.append(holding.filter(**like, pk__lte=int(last)))
    return found
