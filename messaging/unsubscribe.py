"""How a mail is stopped: by one click of a mail program (RFC 8058), or by its reader on a page with buttons.

Opening the address changes nothing: link scanners open everything. The key in it is all that is asked for, so that
no cookie and no login stands between a person and silence.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging import consent, mail_page, stop_links
from messaging.domain.delivery import CONSENT_PURPOSES, Purpose
from messaging.models import ConsentEvent, Message

log = structlog.get_logger(__name__)

#: What a mail program posts, and what is entered into the ledger for it.
ONE_CLICK = "List-Unsubscribe=One-Click"
EVERYTHING, REMINDERS, START = "everything", "reminders", "start"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The page, or what was asked on it, or by a mail program."""
    uuid = stop_links.uuid_of(token)
    mail = Message.objects.filter(uuid=uuid).first() if uuid else None
    if mail is None:
        return _answer(request, "mails/stop_unknown.html", {"words": mail_page.words(_language(request))}, status=404)
    if request.method != "POST":
        return _page(request, mail, done="")
    now = timezone.now()
    if request.POST.get("List-Unsubscribe") == "One-Click":
        silence(mail, wording=ONE_CLICK, now=now)
        return HttpResponse("OK", content_type="text/plain", headers=_HEADERS)
    return _page(request, mail, done=_do(request.POST.get("what", ""), mail, now=now))


def silence(mail: Message, *, wording: str, now: datetime) -> None:
    """No to everything that we write to this mailbox of our own accord.

    Not only to what the mail was for: who reports a mail or clicks "unsubscribe" in a mail program means all of it.
    """
    consent.revoke_everything(mail.address, wording=wording[:500], **_entry(mail, now))
    log.info("mails_stopped", message=str(mail.uuid), what=EVERYTHING)


def _do(what: str, mail: Message, *, now: datetime) -> str:
    said = mail_page.words(mail.language)
    if what == EVERYTHING:
        silence(mail, wording=said["page_everything"], now=now)
    elif what == REMINDERS:
        consent.record(
            mail.address, Purpose.REMINDERS, granted=False, wording=said["page_reminders"], **_entry(mail, now)
        )
        log.info("mails_stopped", message=str(mail.uuid), what=REMINDERS)
    elif what == START:
        _start_again(mail, wording=said["page_start"], now=now)
    else:
        return ""
    return what


def _start_again(mail: Message, *, wording: str, now: datetime) -> None:
    """What was agreed to before a stop to everything, and what this very mail was for, if that was agreed to ever."""
    with transaction.atomic():
        consent.restore(mail.address, wording=wording, **_entry(mail, now))
        purpose = Purpose(mail.purpose)
        if not consent.state(mail.address, purpose) and consent.was_granted(mail.address, purpose):
            consent.record(mail.address, purpose, granted=True, wording=wording, **_entry(mail, now))
    log.info("mails_started_again", message=str(mail.uuid))


def _entry(mail: Message, now: datetime) -> dict[str, Any]:
    """What every entry of the ledger says that a mail has led to."""
    return {"source": ConsentEvent.Source.MAIL, "now": now, "by": f"mail {mail.uuid}", "language": mail.language}


def _page(request: HttpRequest, mail: Message, *, done: str) -> HttpResponse:
    standing = {purpose for purpose in CONSENT_PURPOSES if consent.state(mail.address, purpose)}
    context = {
        "words": mail_page.words(mail.language),
        "language": mail.language,
        "done": done,
        "stopped": not standing,
        "reminders": Purpose.REMINDERS in standing,
        "others": standing - {Purpose.REMINDERS},
    }
    return _answer(request, "mails/stop.html", context)


def _answer(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    answer = render(request, template, context, status=status)
    for name, value in _HEADERS.items():
        answer[name] = value
    return answer


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", ""))[:2]
