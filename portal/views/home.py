"""The first page: the visits to come with their answers and checklists, and the ways on."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpResponse

from messaging import inbound
from messaging.inbound import Arrival
from messaging.models import InboundMessage
from portal import visits
from portal.access import patient_page
from portal.opened import Opened
from reminders.models import TickedTask, Visit
from reminders.services import confirm_visit, request_move

log = structlog.get_logger(__name__)

LONGEST_WORDS = 1000


@patient_page
def show(opened: Opened) -> HttpResponse:
    """The visits to come."""
    return page(opened, said=opened.request.GET.get("said", ""))


@patient_page
def answer(opened: Opened, visit: UUID) -> HttpResponse:
    """Confirm a visit, or ask for another time, as its form says."""
    if opened.request.method != "POST":
        return opened.go()
    found = visits.find(opened, visit)
    refusal = _refusal(opened, found)
    if found is None or refusal:
        return page(opened, said=refusal, faulty=True, typed=opened.form | {"visit": str(visit)}, status=409)
    try:
        said = _confirm(opened, found) if opened.form.get("act") == "confirm" else _ask_to_move(opened, found)
    except (OperationalError, InterfaceError) as error:
        log.error("page_answer_not_kept", visit=found.pk, error=type(error).__name__)
        return page(opened, said="trouble", faulty=True, typed=opened.form | {"visit": str(visit)}, status=503)
    except ValidationError:
        # Given, missed or cancelled in this very moment.
        return page(opened, said="gone", faulty=True, status=409)
    return opened.go(said=said)


@patient_page
def tick(opened: Opened, visit: UUID) -> HttpResponse:
    """Keep which lines of the checklist are ticked; the form says all of them."""
    found = visits.find(opened, visit) if opened.request.method == "POST" else None
    if found is None:
        return opened.go(said="gone" if opened.request.method == "POST" else "")
    asked = set(opened.request.POST.getlist("done"))
    own = [line for line, _ in visits.lines(found, opened.language)]
    done = [line for n, line in enumerate(own) if str(n) in asked]
    with transaction.atomic():
        found.ticked.exclude(task__in=done).delete()
        rows = [TickedTask(visit=found, task=line, ticked_at=opened.now) for line in done]
        TickedTask.objects.bulk_create(rows, ignore_conflicts=True)
    return opened.go(said="ticked")


def page(
    opened: Opened, *, said: str = "", faulty: bool = False, typed: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page itself, with what is to be said on top and what was typed and could not be taken."""
    shown, more = visits.cards(opened, everything="all" in opened.request.GET)
    context = {
        "cards": shown,
        "more": more,
        "typed": typed or {},
        "notice": opened.say["home"].get(f"said_{said}", ""),
        "faulty": faulty,
        "on_hold": not opened.patient.is_active,
        "longest": LONGEST_WORDS,
        "name": opened.patient.given_name if opened.known and opened.clinic.asks_birth_date else "",
    }
    if opened.request.method == "POST":
        context["here"] = opened.root
    return opened.page("home", context, status=status)


def _refusal(opened: Opened, found: Visit | None) -> str:
    """Why a form about this visit cannot be taken as it is; empty where it can."""
    if found is None:
        return "gone"
    if opened.form.get("sequence") != str(found.sequence):
        return "moved"
    if found.at <= opened.now:
        return "passed"
    if not opened.patient.is_active:
        return "held"
    if opened.form.get("act") not in ("confirm", "move"):
        return "again"
    return "too_long" if len(opened.form.get("words", "")) > LONGEST_WORDS else ""


def _confirm(opened: Opened, visit: Visit) -> str:
    confirm_visit(visit, now=opened.now)
    return "confirmed"


def _ask_to_move(opened: Opened, visit: Visit) -> str:
    """A coordinator's task; and the words are read like every text, for people write of pain where they can write."""
    words = opened.form.get("words", "").strip()
    disposition = _read(opened, visit, words) if words else None
    request_move(visit, words=words, now=opened.now)
    return "alert" if (disposition or "").startswith("alert") else "move_asked"


def _read(opened: Opened, visit: Visit, words: str) -> str | None:
    # The same words about the same visit are the same form, sent twice.
    mark = sha256(f"{visit.sequence}:{words}".encode()).hexdigest()[:16]
    return inbound.receive(
        Arrival(
            provider_id=f"page:{visit.uuid.hex}:{mark}",
            from_address=opened.link.address,
            to_address="",
            body=words,
            source=InboundMessage.Source.PAGE,
            on_behalf_of=str(opened.patient.pk),
        ),
        now=opened.now,
    )
