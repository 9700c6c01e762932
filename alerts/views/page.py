"""The page behind the link of a text: GET shows, POST acts, and no login is needed.

The token in the address is the key, and whoever holds it acts as the person whom the page was sent to: a
nurse who forwards her text hands on her turn. A login adds name, words and number, and stands in the story.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.signing import Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts import services
from alerts.domain import nurse_words
from alerts.domain.reply import Act
from alerts.domain.words import Outcome
from alerts.models import AlertPage, Responder
from alerts.nurse_acts import perform
from alerts.services import Verdict
from alerts.views import showing
from messaging.domain.plain import storable

#: For so long after its end a page tells how it ended.
SHOWS_THE_END = timedelta(days=30)
LONGEST_NOTE = 2000
#: What the page says after a deed that its own state does not tell.
_SAID = {Act.HAND_BACK: "done_hand_back", Act.NOT_REACHED: "done_not_reached"}
_DEEDS = (Act.ACCEPT, Act.HAND_BACK, Act.REACHED, Act.NOT_REACHED, Act.CLOSE)


# Django's own proof that a form is ours is a cookie and an Origin header. A phone in private mode keeps no
# cookie, and a page that sends no referrer is left with "Origin: null": a nurse at night would read "forbidden".
# The proof here is a signature of the token inside the form: nobody has it who has not opened the page.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def nurse_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show one page, or do what its button says."""
    now = timezone.now()
    pages = AlertPage.objects.select_related(
        "alert__clinic", "alert__patient", "alert__owner", "alert__closed_by", "responder"
    )
    page = pages.filter(token=storable(token.partition("/")[0])[:40]).first()
    if page is None:
        return _harden(_show(request, "unknown", showing.nowhere(), status=404))
    if _is_gone(page, now):
        return _harden(_show(request, "gone", showing.gone(page), status=410))
    if request.method == "POST":
        return _harden(_act(request, page, now=now))
    return _harden(_page(request, page, now=now, said=request.GET.get("done", "")))


def form_proof(token: str) -> str:
    """What a form carries to show that its sender has opened the page."""
    return Signer(salt="alerts.nurse_page").signature(token)


def _act(request: HttpRequest, page: AlertPage, *, now: datetime) -> HttpResponse:
    person = page.responder
    if not constant_time_compare(request.POST.get("csrfmiddlewaretoken", ""), form_proof(page.token)):
        return _page(request, page, now=now, said="again", status=403)
    act = next((deed for deed in _DEEDS if deed == request.POST.get("act")), None)
    outcome = next((one for one in Outcome if one == request.POST.get("outcome")), None)
    if person is None or act is None or (act is Act.CLOSE and outcome is None):
        return _page(request, page, now=now, said="again", status=400)
    answer = perform(
        act,
        page.alert_id,
        by=person,
        via="link",
        now=now,
        outcome=outcome,
        note=storable(request.POST.get("note", "")).strip()[:LONGEST_NOTE],
        position=page.position,
        user=request.user if request.user.is_authenticated else None,
    )
    # Elsewhere than here, so that a reload of the page does nothing.
    return HttpResponseRedirect(f"{request.path}{_told(act, answer, person)}", status=303)


def _told(act: Act, answer: services.Answer, person: Responder) -> str:
    if answer.verdict in (Verdict.TAKEN, Verdict.REFUSED):
        return "?done=late"
    if answer.verdict is Verdict.CLOSED and (answer.owner is None or answer.owner.pk != person.pk):
        return "?done=late"
    return f"?done={act.value}" if answer.verdict is Verdict.DONE and act in _SAID else ""


def _is_gone(page: AlertPage, now: datetime) -> bool:
    if page.responder is not None and not page.responder.is_active:
        return True
    closed_at = page.alert.closed_at
    return closed_at is not None and closed_at < now - SHOWS_THE_END


def _page(request: HttpRequest, page: AlertPage, *, now: datetime, said: str = "", status: int = 200) -> HttpResponse:
    words = nurse_words.PAGE[showing.language_of(page)]
    context = showing.alert(page, request.user, now=now) | {
        "proof": form_proof(page.token),
        "notice": words.get(f"done_{said}", words.get(said) if said == "again" else None),
        "log_in": f"/admin/login/?next={request.path}",
    }
    response = _show(request, "page", context, status=status)
    if context["stage"] in ("open", "theirs", "line"):
        # Who has it may change at any moment; where something may be typed, the page stands still.
        response["Refresh"] = "30"
    return response


def _show(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    nonce = secrets.token_urlsafe(12)
    response = render(request, f"alerts/{template}.html", context | {"nonce": nonce}, status=status)
    response["Content-Language"] = str(context["language"])
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def _harden(response: HttpResponse) -> HttpResponse:
    """Kept nowhere, found by no search, named to no other site."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
