"""The one gate of the patient's pages: finds the link, asks for the date of birth, checks that a form is ours.

The token in the address is the key. GET shows and POST acts, so that a scanner of links changes nothing. No cookie is
needed but where the clinic asks for the date of birth: that answer is kept by the phone for half an hour.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging.domain.plain import storable
from patients import links
from patients.domain.links import LINK_LIVES, LinkScope, Standing
from patients.models import PatientLink
from portal import birth, proofs, showing
from portal.opened import Opened

#: What a phone may add to an address that it found in a text.
_TRAILING = ".,;:!?)]}>\"'’”»…"
#: Not every look is written down: who reloads a page all day writes one row a minute.
_SEEN_AGAIN = timedelta(minutes=1)
_PAGES = (LinkScope.PAGE, LinkScope.CAREGIVER)


def opened(
    request: HttpRequest, token: str, now: datetime, *, scopes: Collection[LinkScope] = _PAGES
) -> Opened | HttpResponse:
    """The page's key turned: what it opens, or the kind page to show instead."""
    link = find(token)
    if link is None:
        return showing.unknown(request)
    stands = links.standing_of(link, now=now)
    spoken = showing.chosen_language(request, link.patient.language)
    if stands is not Standing.OPEN:
        return showing.closed(request, link, stands, language=spoken)
    if LinkScope(link.scope) not in scopes:
        # Of another scope: its holder learns no more than that there is nothing for her here.
        return showing.unknown(request)
    if request.method == "POST" and not proofs.is_own_form(request.POST.get("proof", ""), link.token):
        return showing.refused(request, link, language=spoken)
    known = not (link.patient.clinic.asks_birth_date and birth.has_none(link))
    found = Opened(request=request, link=link, now=now, language=spoken, known=known)
    if birth.is_asked(link) and not proofs.is_remembered(request, link, now=now):
        return birth.ask(request, found)
    _note_opening(link, now)
    return found


def patient_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of `(opened, **path)` behind the gate: `path/<token>/…` with its own form proof in place of Django's."""
    return page_for(*_PAGES)(view)


def page_for(*scopes: LinkScope) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """The same, for links of these scopes alone."""

    def gate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def gated(request: HttpRequest, token: str = "", **path: object) -> HttpResponse:
            found = opened(request, token, timezone.now(), scopes=scopes)
            return view(found, **path) if isinstance(found, Opened) else found

        return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(gated))

    return gate


def find(token: str) -> PatientLink | None:
    """The link of a token, as it may stand in an address that a phone has cut off or run together."""
    plain = storable(token.partition("/")[0]).strip().rstrip(_TRAILING)[:41]
    found = PatientLink.objects.select_related("patient__clinic", "contact").filter(token=plain)
    return found.first() if plain else None


def _note_opening(link: PatientLink, now: datetime) -> None:
    """When it was opened last. A calendar that is still being read goes on: its visits may yet move."""
    if link.opened_at is not None and link.opened_at > now - _SEEN_AGAIN:
        return
    changes: dict[str, object] = {"opened_at": now}
    if link.scope == LinkScope.CALENDAR:
        changes["expires_at"] = now + LINK_LIVES
    PatientLink.objects.filter(pk=link.pk).update(**changes)
