"""What shows that a form is our own, and that a phone has given the date of birth: signed, never stored."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from patients.domain.links import PROVEN_FOR
from patients.models import PatientLink

_FORM = "portal.form"
_BIRTH = "portal.birth"


def form_proof(token: str) -> str:
    """What a form carries to show that its sender has opened the page."""
    return Signer(salt=_FORM).sign(_digest(token))


def is_own_form(given: str, token: str) -> bool:
    """Whether a form carries the proof; one that was signed by a key since retired is taken too."""
    try:
        return Signer(salt=_FORM).unsign(given) == _digest(token)
    except BadSignature:
        return False


def remember(response: HttpResponse, link: PatientLink, *, now: datetime) -> None:
    """Let the phone that gave the date of birth keep that for a while, for this link alone."""
    until = int((now + PROVEN_FOR).timestamp())
    response.set_cookie(
        _cookie(link),
        Signer(salt=_BIRTH).sign_object({"link": link.pk, "until": until, "born": _born(link)}),
        max_age=PROVEN_FOR,
        path=f"/p/{link.token}/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_remembered(request: HttpRequest, link: PatientLink, *, now: datetime) -> bool:
    """Whether this phone has given the date of birth that is on file, lately, for this link."""
    try:
        kept = Signer(salt=_BIRTH).unsign_object(request.COOKIES.get(_cookie(link), ""))
    except (BadSignature, ValueError):
        return False
    said = isinstance(kept, dict) and kept.get("link") == link.pk and kept.get("born") == _born(link)
    return said and isinstance(kept.get("until"), int) and kept["until"] > now.timestamp()


def _cookie(link: PatientLink) -> str:
    return f"bw_{_digest(link.token)[:12]}"


def _born(link: PatientLink) -> str:
    """Changes with the date of birth on file: an answer to the one before is none. The day itself is not in it."""
    return _digest(f"{link.token}{link.patient.date_of_birth}{settings.SECRET_KEY}")[:16]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
