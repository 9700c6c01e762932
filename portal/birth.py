"""The second factor: the patient's date of birth, with few tries, and what was typed meanwhile kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from messaging.domain import wall_time
from messaging.domain.plain import storable
from patients.domain.links import LinkScope, Standing, shut_for
from patients.models import PatientLink
from portal import proofs, showing
from portal.domain import birth
from portal.opened import Opened

PARTS = ("day", "month", "year")
_PREFIX = "birth_"


def is_asked(link: PatientLink) -> bool:
    """Whether the date of birth is asked for: a calendar program could not type it, and a feed names nothing."""
    return link.scope != LinkScope.CALENDAR and link.patient.clinic.asks_birth_date and not has_none(link)


def has_none(link: PatientLink) -> bool:
    """Whether the clinic has no date of birth on file to compare with."""
    return link.patient.date_of_birth is None


def ask(request: HttpRequest, opened: Opened) -> Opened | HttpResponse:
    """The form, or what its answer opens. A form that was sent too late goes on with what was typed in it."""
    if f"{_PREFIX}year" not in request.POST:
        said = "late" if request.method == "POST" else "no_cookie" if "kept" in request.GET else ""
        return _form(request, opened, said=said)
    verdict = _try(opened.link, _typed(request), now=opened.now)
    if verdict == "shut":
        return showing.closed(request, opened.link, Standing.SHUT, language=opened.language)
    if verdict != "right":
        return _form(request, opened, said=verdict)
    proven = replace(opened, just_proven=True)
    if carried(request):
        return proven
    return proven.go(request.path.removeprefix(opened.root) + "?kept=1")


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What another form of our own had in it when the date of birth had to be asked for again."""
    return [
        (name, storable(value))
        for name, values in request.POST.lists()
        if name != "proof" and not name.startswith(_PREFIX)
        for value in values
    ]


def _try(link: PatientLink, typed: dict[str, str], *, now: datetime) -> str:
    """right, wrong, unreadable or shut. The row is locked: a hundred tries at once are a hundred tries."""
    with transaction.atomic():
        row = PatientLink.objects.select_for_update().get(pk=link.pk)
        if row.shut_until is not None and row.shut_until > now:
            return "shut"
        days = birth.read(typed, today=wall_time.local_date(now, link.patient.zone))
        if not days:
            return "unreadable"
        own = str(link.patient.date_of_birth)
        if any(constant_time_compare(str(day), own) for day in days):
            row.wrong_births, row.shut_until = 0, None
            verdict = "right"
        else:
            row.wrong_births += 1
            span = shut_for(row.wrong_births)
            row.shut_until = now + span if span else None
            verdict = "shut" if span else "wrong"
        row.save(update_fields=["wrong_births", "shut_until"])
    return verdict


def _typed(request: HttpRequest) -> dict[str, str]:
    return {part: storable(request.POST.get(f"{_PREFIX}{part}", ""))[:20] for part in PARTS}


def _form(request: HttpRequest, opened: Opened, *, said: str) -> HttpResponse:
    """Nothing on it says whose page it is, or of which clinic: only a number to call."""
    words = opened.say["birth"]
    typed = _typed(request)
    context = showing.frame(opened.clinic, language=opened.language, named=False) | {
        "here": request.path,
        "proof": proofs.form_proof(opened.link.token),
        "carried": carried(request),
        "notice": words.get(said, ""),
        "faulty": said in ("wrong", "unreadable"),
        "parts": [(part, words[part], typed[part], words[f"{part}_hint"]) for part in words["order"].split()],
    }
    response = showing.page(request, "birth", context, status=422 if said in ("wrong", "unreadable") else 200)
    showing.keep_language(request, response, opened.root)
    return response
