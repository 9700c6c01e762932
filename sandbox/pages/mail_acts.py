"""What the reader of a mail, or the host of the mailbox, may do: each button posts where the real ones would."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from sandbox import mail_host, post
from sandbox.carrier import Answer
from sandbox.models import Mail
from sandbox.pages.common import forms_and_scripts, posted, wants_json

AWAY = "I am out of the office until Monday."
_DONE = {
    "answer": "The answer was brought to the clinic.",
    "away": "An automatic answer was brought to the clinic.",
    "bounce": "The mail was returned: there is no such mailbox.",
    "full": "The mail was returned: the mailbox is full.",
    "late": "The clinic was told that the mail is late.",
    "complain": "The mail was reported as unwanted.",
    "unsubscribe": "The mail program has posted the one click.",
}


def said(act: str) -> str:
    """What the page says after `act`."""
    return _DONE.get(act, "The clinic did not take it; see its log." if act else "")


@forms_and_scripts
def act(request: HttpRequest, key: str) -> HttpResponse:
    """One deed, from the form or as JSON `{"act": …, "text": …}`."""
    mail = get_object_or_404(Mail, key=key)
    data = posted(request) if request.method == "POST" else {}
    name, text = str(data.get("act", "")), str(data.get("text", "")).strip()
    if name not in _DONE or (name == "answer" and not text):
        problem = f"act: {name[:20]!r} is not one of {', '.join(_DONE)}" if name not in _DONE else "text: it is empty"
        return JsonResponse({"error": problem}, status=400)
    answer = do(name, mail, text=text, now=timezone.now())
    taken = 200 <= answer.status < 300
    if wants_json(request):
        return JsonResponse({"status": answer.status, "fault": answer.fault}, status=200 if taken else 502)
    query = urlencode({"done": name if taken else "not taken"})
    return redirect(f"{reverse('sandbox:letter', args=[mail.key])}?{query}")


def do(name: str, mail: Mail, *, text: str, now: datetime) -> Answer:
    """Let the reader or the host do it; the clinic's answer."""
    # Hosts write down to whom a mail comes back before they put it into a mailbox.
    raw = f"Return-Path: <{mail.envelope_from}>\r\n".encode() + bytes(mail.raw)
    if name == "unsubscribe":
        return post.click(mail_host.one_click(raw))
    reader = mail.recipients.values_list("address", flat=True).first() or ""
    match name:
        case "answer" | "away":
            came = mail_host.answer(raw, reader, text or AWAY, automatic=name == "away", now=now)
        case "complain":
            came = mail_host.complaint(raw, reader, now=now)
        case _:
            status, words = {
                "bounce": ("5.1.1", "No such mailbox"),
                "full": ("5.2.2", "Mailbox full"),
                "late": ("4.4.1", "No answer from host"),
            }[name]
            came = mail_host.bounce(raw, reader, status=status, said=words, now=now)
    tokens = settings.MAIL_WEBHOOK_TOKENS
    return post.bring(f"{settings.PUBLIC_BASE_URL}/webhooks/mail/", came, token=tokens[0] if tokens else "")
