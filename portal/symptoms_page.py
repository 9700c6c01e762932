"""The page on which somebody says how she feels, by a picture of the body and by questions, and what follows."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from portal import showing, symptoms_answers, symptoms_outcome, symptoms_questions, symptoms_report, symptoms_trouble
from portal.access import patient_page
from portal.opened import Opened
from portal.symptoms_answers import Answers

log = structlog.get_logger(__name__)

PATH = "feel/"


# The gate's own form proof stands in for Django's; a wrapper has to say so again.
@csrf_exempt
def feel(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and take the answers. Whatever becomes of the database, what was typed stays on the page."""
    try:
        return _feel(request, token=token)
    except (OperationalError, InterfaceError) as error:
        log.error("symptoms_not_kept", error=type(error).__name__)
        return symptoms_trouble.page(request, token)


@patient_page
def _feel(opened: Opened) -> HttpResponse:
    if opened.request.method != "POST" or "numbers" not in opened.request.POST:
        # Without it, it is the form about the date of birth that came.
        return _page(opened, symptoms_answers.nothing_yet())
    answers = symptoms_answers.read(opened.request.POST, of_another=opened.is_caregiver)
    if answers.wrong:
        return _page(opened, answers, status=422)
    report = symptoms_report.send(opened, answers)
    return opened.go(f"{PATH}{report.form}/")


@patient_page
def sent(opened: Opened, report: UUID) -> HttpResponse:
    """What became of a report."""
    found = symptoms_report.find(opened, report)
    if found is None:
        return opened.go(PATH)
    outcome = symptoms_outcome.outcome_of(opened, found.inbound)
    say = opened.say["symptoms"]
    context = {
        "outcome": outcome,
        "title": say[f"{outcome.level}_title"],
        "text": say[outcome.level].format(when=outcome.when),
        "body": found.inbound.body,
    }
    return opened.page("symptoms_sent", context)


def _page(opened: Opened, answers: Answers, *, status: int = 200) -> HttpResponse:
    context = {
        "answers": answers,
        "ask": symptoms_questions.asked(opened.language, answers.filled),
        "error": answers.said_in(opened.say["symptoms"]),
        "numbers": symptoms_trouble.numbers(showing.lines(opened.clinic, opened.language), opened.language),
    }
    return opened.page("symptoms", context, status=status)
