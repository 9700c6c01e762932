"""A page by telephone: what the carrier says to the person, and what the key does that she presses.

Only a key is an acknowledgement. A mailbox that answers presses none; whoever says nothing has not taken it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alerts import cases, codes, rendering, services, twiml
from alerts.domain.codes import spelled
from alerts.domain.words import OWNED_STATES, EventKind
from alerts.models import Alert, AlertPage, Responder
from alerts.services import Answer, Verdict
from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.webhooks import refused, signed

TAKE, PASS_ON = "1", "2"


@csrf_exempt
@require_POST
def call(request: HttpRequest, page_uuid: UUID) -> HttpResponse:
    """What to say next in the call of one page."""
    if not signed(request):
        return refused("voice")
    pages = AlertPage.objects.select_related("alert__clinic", "alert__patient", "alert__owner", "responder", "message")
    page = pages.filter(uuid=page_uuid).first()
    digits = request.POST.get("Digits", "")
    if page is None or (page.responder is not None and not page.responder.is_active):
        said = _tell("voice_nothing", settings.MESSAGE_LANGUAGES[0])
    elif not page.alert.is_open:
        said = _tell("voice_closed", _language(page))
    elif page.responder is None:
        said = _on_the_line(page, digits, action=request.path, now=timezone.now())
    else:
        said = _to_a_person(page, page.responder, digits, action=request.path, now=timezone.now())
    return HttpResponse(said, content_type="text/xml; charset=utf-8")


def _to_a_person(page: AlertPage, person: Responder, digits: str, *, action: str, now: datetime) -> str:
    if digits == TAKE:
        return _answered(page, person, services.accept(page.alert_id, by=person, via="call", now=now))
    if digits == PASS_ON:
        return _answered(
            page,
            person,
            services.hand_back(page.alert_id, by=person, via="call", now=now, position=page.position),
        )
    alert = page.alert
    if alert.state in OWNED_STATES and alert.owner is not None and alert.owner_id != person.pk:
        return _tell("voice_taken", _language(page), owner=alert.owner.name)
    # The words as they were written down when the page was made: what the record says is what was said.
    return _ask(page.message.body, _language(page), action=action)


def _answered(page: AlertPage, person: Responder, answer: Answer) -> str:
    language = _language(page)
    if answer.verdict is Verdict.CLOSED:
        return _tell("voice_closed", language)
    if answer.verdict in (Verdict.TAKEN, Verdict.REFUSED):
        return _tell("voice_taken", language, owner=answer.owner.name if answer.owner else "")
    if answer.verdict is Verdict.DONE:
        return _tell("voice_handed_back", language)
    code = page.code or codes.known(page.alert, person)
    return _tell("voice_accepted", language, initials=rendering.initials(page.alert.patient), code=spelled(code))


def _on_the_line(page: AlertPage, digits: str, *, action: str, now: datetime) -> str:
    """The clinic's line: whoever lifts it there has no name here, so it can be heard but not taken."""
    alert, language = page.alert, _language(page)
    if alert.state in OWNED_STATES and alert.owner is not None:
        return _tell("voice_taken", language, owner=alert.owner.name)
    if digits == TAKE:
        _note_heard(alert, page, now=now)
        return _tell("voice_heard", language)
    minutes = max(int((now - alert.raised_at).total_seconds() // 60), 0)
    values = rendering.page_values(alert, None) | {"minutes": str(minutes)}
    return _ask(_words("page_voice_line", language, values), language, action=action)


def _note_heard(alert: Alert, page: AlertPage, *, now: datetime) -> None:
    with transaction.atomic():
        locked = cases.lock(alert.pk)
        if locked is not None:
            cases.note(locked, EventKind.NOTED, hand=cases.Hand("call"), now=now, what="line_heard", page=page.pk)


def _tell(template: str, language: str, **values: str) -> str:
    return twiml.tell(_words(template, language, values), language)


def _ask(words: str, language: str, *, action: str) -> str:
    return twiml.ask(words, _words("voice_silence", language, {}), language, action=action)


def _words(template: str, language: str, values: dict[str, str]) -> str:
    return wordings.load(template, language, Channel.VOICE).filled(values).body


def _language(page: AlertPage) -> str:
    wanted = page.responder.language if page.responder else page.alert.clinic.default_language
    return wanted if wanted in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])
