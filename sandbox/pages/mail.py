"""The mailbox: every mail newest first, and one of them with its parts, attachments and headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from sandbox import agenda, mail_host, mailbox, owners
from sandbox.models import Mail
from sandbox.pages import mail_acts
from sandbox.pages.common import forms_and_scripts, posted, wants_json

PER_PAGE = 40


def _mails(words: str, *, first: int) -> tuple[list[Mail], bool]:
    mails = Mail.objects.defer("raw").prefetch_related("recipients").order_by("-received_at", "-id")
    if words:
        known = [address.lower() for address in owners.addresses_of(words)]
        to = Q(recipients__address__icontains=words) | Q(recipients__address__in=known)
        mails = mails.filter(to | Q(subject__icontains=words)).distinct()
    found = list(mails[first : first + PER_PAGE + 1])
    return found[:PER_PAGE], len(found) > PER_PAGE


def _list(request: HttpRequest) -> dict[str, Any]:
    words = (request.POST.get("q") or "").strip()[:80]
    page = request.GET.get("page") or "0"
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0
    mails, more = _mails(words, first=number * PER_PAGE)
    groups = [("New", [mail for mail in mails if not mail.seen]), ("Read", [mail for mail in mails if mail.seen])]
    return {
        "groups": [(title, members) for title, members in groups if members],
        "q": words,
        "page": number,
        "next_page": number + 1 if more else None,
        "previous_page": number - 1 if number else None,
        "tab": "mail",
    }


def _summary(mail: Mail) -> dict[str, Any]:
    return {
        "key": mail.key,
        "to": [recipient.address for recipient in mail.recipients.all()],
        "from": mail.sender,
        "subject": mail.subject,
        "at": mail.received_at,
        "attachments": mail.attachments,
        "url": reverse("sandbox:letter", args=[mail.key]),
    }


@forms_and_scripts
def index(request: HttpRequest) -> HttpResponse:
    """All mails. `?format=json` for scripts; a JSON post of `{"q": …}` searches."""
    if wants_json(request):
        data = posted(request) if request.method == "POST" else {}
        mails, more = _mails(str(data.get("q", "")), first=0)
        return JsonResponse({"mails": [_summary(mail) for mail in mails], "more": more})
    return render(request, "sandbox/mail.html", _list(request))


@forms_and_scripts
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One mail."""
    mail = get_object_or_404(Mail, key=key)
    parts = mailbox.read(bytes(mail.raw))
    if wants_json(request):
        files = [
            {"name": file.name, "type": file.content_type, "size": len(file.content)} for file in parts.attachments
        ]
        body = {"headers": parts.headers, "text": parts.text, "html": parts.html, "files": files}
        return JsonResponse(_summary(mail) | body)
    if not mail.seen:
        Mail.objects.filter(pk=mail.pk).update(seen=True)
    addresses = [recipient.address for recipient in mail.recipients.all()]
    names = [owner.name for owner in owners.of(addresses).values()]
    context = {
        "mail": mail,
        "letter": parts,
        "addresses": addresses,
        "names": names,
        "agendas": [(address, agenda.of_mails(_raws(address)).entries) for address in addresses],
        "one_click": mail_host.one_click(bytes(mail.raw)),
        "said": mail_acts.said(request.GET.get("done", "")),
    }
    return render(request, "sandbox/letter.html", _list(request) | context)


def _raws(address: str) -> Iterator[bytes]:
    """Every mail to `address`, oldest first."""
    rows = Mail.objects.filter(recipients__address=address, attachments__gt=0).order_by("id")
    return (bytes(row) for row in rows.values_list("raw", flat=True))


def raw(request: HttpRequest, key: str) -> HttpResponse:
    """The mail as it came over the socket."""
    mail = get_object_or_404(Mail, key=key)
    return _download(bytes(mail.raw), "mail.eml", "message/rfc822")


def attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One file of a mail, always as a download: it is somebody else's content."""
    mail = get_object_or_404(Mail, key=key)
    files = mailbox.read(bytes(mail.raw)).attachments
    if number >= len(files):
        raise Http404
    return _download(files[number].content, files[number].name, files[number].content_type)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    headers = {"X-Content-Type-Options": "nosniff"}
    response = HttpResponse(content, content_type=content_type, headers=headers)
    safe = "".join(char if char.isalnum() or char in "-_. " else "_" for char in name)
    response["Content-Disposition"] = f'attachment; filename="{safe.encode("ascii", "replace").decode()}"'
    return response
