"""How the patient's pages are shown: the frame, the language, kind words where a link opens nothing, safe headers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from patients.domain.address import national
from patients.domain.links import Standing
from patients.models import Clinic, PatientLink
from portal import language as languages

_LANGUAGE = "bw_lang"


def chosen_language(request: HttpRequest, own: str) -> str:
    """What the reader chose on these pages; else the patient's own."""
    return languages.choose(request.GET.get("lang", ""), request.COOKIES.get(_LANGUAGE, ""), own)


def keep_language(request: HttpRequest, response: HttpResponse, root: str) -> None:
    """Keep the reader's choice on this phone, for these pages alone; messages go on as they are."""
    wanted = request.GET.get("lang", "")
    if wanted in languages.offered():
        response.set_cookie(
            _LANGUAGE, wanted, path=root, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def frame(clinic: Clinic | None, *, language: str, named: bool) -> dict[str, object]:
    """What every page shows: the words, the switch of languages, whom to call. The clinic only where `named`."""
    return {
        "say": languages.words(language),
        "language": language,
        "languages": languages.names(),
        "clinic": clinic if named else None,
        "lines": lines(clinic, language) if clinic else [],
    }


def lines(clinic: Clinic, language: str) -> list[tuple[str, str, str]]:
    """The clinic's numbers: what each is for, as a phone dials it, as people read it."""
    words = languages.words(language)["frame"]
    numbers = [
        (words["daytime"], str(clinic.daytime_line or "")),
        (words["emergency"], str(clinic.emergency_line or "")),
    ]
    return [(what, number, national(number)) for what, number in numbers if number]


def page(request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """`portal/<template>.html`, kept nowhere and running nothing."""
    nonce = secrets.token_urlsafe(12)
    response = render(request, f"portal/{template}.html", {**context, "nonce": nonce}, status=status)
    response["Content-Language"] = str(context["language"])
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    return harden(response)


def go(where: str) -> HttpResponse:
    """Look there instead; what a form sent is not sent again by a reload."""
    response = HttpResponseRedirect(where)
    response.status_code = 303
    return harden(response)


def harden(response: HttpResponse) -> HttpResponse:
    """Kept nowhere, found by no search, named to no other site, shown in no frame."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["X-Frame-Options"] = "DENY"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def unknown(request: HttpRequest) -> HttpResponse:
    """The address leads to no page: kind words, and nothing of any clinic or patient."""
    language = languages.choose(request.GET.get("lang", ""), languages.of_browser(request))
    context = frame(None, language=language, named=False) | {"here": request.path}
    return page(request, "unknown", context, status=404)


def closed(request: HttpRequest, link: PatientLink, stands: Standing, *, language: str) -> HttpResponse:
    """The link opens nothing now: whom to call, and nothing of the patient."""
    words = languages.words(language)["closed"]
    shut = stands is Standing.SHUT
    context = frame(link.patient.clinic, language=language, named=False) | {
        "here": request.path,
        "title": words["shut_title"] if shut else words["title"],
        "text": words["shut"] if shut else words["expired" if stands is Standing.EXPIRED else "text"],
    }
    return page(request, "closed", context, status=429 if shut else 410)


def refused(request: HttpRequest, link: PatientLink, *, language: str) -> HttpResponse:
    """A form that does not come from our page: nothing was done, and here is the way back."""
    context = frame(link.patient.clinic, language=language, named=False) | {
        "here": f"/p/{link.token}/",
        "title": languages.words(language)["closed"]["again_title"],
        "text": languages.words(language)["closed"]["again"],
        "back": f"/p/{link.token}/",
    }
    return page(request, "closed", context, status=403)
