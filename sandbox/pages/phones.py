"""The phones: all of them newest first, and one of them with its texts, its calls, and a box to type into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sandbox import exchange, owners, segments, telephone
from sandbox.lifecycle import TEXT_ENDINGS
from sandbox.models import Call, Phone, Text
from sandbox.pages.common import forms_and_scripts, posted, wants_json

PER_PAGE = 40
NEWEST = 200
LONGEST_REPLY = 1600
#: What a phone can be told to do with texts: value of the form → words.
HABITS = {
    "": "Works normally",
    "undelivered:30003": "Is switched off (undelivered, 30003)",
    "undelivered:30005": "Does not exist (undelivered, 30005)",
    "undelivered:30006": "Is a landline (undelivered, 30006)",
    "undelivered:30007": "Filters our texts (undelivered, 30007)",
    "undelivered:30008": "Unknown trouble (undelivered, 30008)",
    "failed:30001": "Queue overflows (failed, 30001)",
    "sent:": "Never gives a receipt (stays sent)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of phones."""

    phone: Phone
    owner: str
    preview: str
    unread: int


def _phones(words: str) -> QuerySet[Phone]:
    latest = Text.objects.filter(phone=OuterRef("pk")).order_by("-id")
    unread = Text.objects.filter(phone=OuterRef("pk"), seen=False).order_by().values("phone").annotate(n=Count("pk"))
    phones = Phone.objects.order_by("-last_at", "id").annotate(
        preview=Subquery(latest.values("body")[:1]), unread=Coalesce(Subquery(unread.values("n")[:1]), 0)
    )
    if words:
        digits = "".join(char for char in words if char.isdigit())
        found = Q(number__in=owners.addresses_of(words)) | Q(preview__icontains=words)
        phones = phones.filter(found | Q(number__contains=digits) if len(digits) >= 3 else found)
    return phones


def _rows(words: str, *, first: int) -> tuple[list[Row], bool]:
    phones: list[Any] = list(_phones(words)[first : first + PER_PAGE + 1])
    known = owners.of(phone.number for phone in phones)
    rows = [
        Row(phone, known[phone.number].name if phone.number in known else "", phone.preview or "Call", phone.unread)
        for phone in phones[:PER_PAGE]
    ]
    return rows, len(phones) > PER_PAGE


def _list(request: HttpRequest) -> dict[str, Any]:
    """What the left-hand list needs. The search words are posted: a number must not stand in an address."""
    words = (request.POST.get("q") or "").strip()[:80]
    page = request.GET.get("page") or "0"
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0
    rows, more = _rows(words, first=number * PER_PAGE)
    groups = [("New", [row for row in rows if row.unread]), ("Read", [row for row in rows if not row.unread])]
    return {
        "groups": [(title, members) for title, members in groups if members],
        "q": words,
        "page": number,
        "next_page": number + 1 if more else None,
        "previous_page": number - 1 if number else None,
        "tab": "phones",
    }


def _summary(row: Row) -> dict[str, Any]:
    return {
        "key": row.phone.key,
        "number": row.phone.number,
        "unread": row.unread,
        "last_at": row.phone.last_at,
        "last_text": row.preview,
        "url": reverse("sandbox:phone", args=[row.phone.key]),
    }


@forms_and_scripts
def index(request: HttpRequest) -> HttpResponse:
    """All phones. `?format=json` for scripts; a JSON post of `{"q": …}` searches."""
    if wants_json(request):
        data = posted(request) if request.method == "POST" else {}
        rows, more = _rows(str(data.get("q", "")), first=0)
        return JsonResponse({"phones": [_summary(row) for row in rows], "more": more})
    return render(request, "sandbox/phones.html", _list(request))


def _text_json(text: Text) -> dict[str, Any]:
    return {
        "sid": text.sid,
        "direction": text.direction,
        "sender": text.sender,
        "body": text.body,
        "segments": text.segments,
        "status": text.status,
        "error_code": text.error_code,
        "at": text.created_at,
    }


def _reply(request: HttpRequest, phone: Phone, senders: list[str]) -> str:
    """Take in what the person typed; the fault in words, or an empty string."""
    data = posted(request)
    body, sender = str(data.get("body", "")).strip(), str(data.get("sender") or senders[0])
    if not body:
        return "Type something to send."
    if len(body) > LONGEST_REPLY:
        return f"A text holds at most {LONGEST_REPLY} characters; this has {len(body)}."
    if sender not in senders:
        return "That is none of the clinic's numbers."
    exchange.receive(phone, sender=sender, body=body, now=timezone.now())
    return ""


def _senders(phone: Phone) -> list[str]:
    """The clinic's numbers that this phone can answer to, the latest first."""
    latest = Text.objects.filter(phone=phone).order_by("-id").values_list("sender", flat=True).first()
    return list(dict.fromkeys([*([latest] if latest else []), *exchange.senders()]))


@forms_and_scripts
def phone(request: HttpRequest, key: str) -> HttpResponse:
    """One phone. Posting `body` (and `sender`) texts the clinic, from the form or as JSON."""
    owner = get_object_or_404(Phone, key=key)
    senders = _senders(owner)
    fault = ""
    if request.method == "POST" and "q" not in request.POST:
        fault = _reply(request, owner, senders)
        if wants_json(request):
            return JsonResponse({"error": fault} if fault else {"sent": True}, status=400 if fault else 201)
        if not fault:
            return redirect("sandbox:phone", key=key)
    texts = list(owner.texts.order_by("-id")[:NEWEST])[::-1]
    if wants_json(request):
        return JsonResponse({"number": owner.number, "texts": [_text_json(text) for text in texts]})
    Text.objects.filter(phone=owner, seen=False).update(seen=True)
    context = (
        _list(request)
        | _thread(owner, texts)
        | {
            "senders": [(sender, exchange.lines().get(sender, "")) for sender in senders],
            "fault": fault,
            "typed": request.POST.get("body", "") if fault else "",
            "chosen": request.POST.get("sender", senders[0]),
        }
    )
    return render(request, "sandbox/phone.html", context, status=400 if fault else 200)


def _thread(phone: Phone, texts: list[Text]) -> dict[str, Any]:
    """The bubbles, texts and calls in the order of time, by the clock of the phone's owner."""
    calls: list[Call] = list(phone.calls.order_by("-id")[:NEWEST])
    owner = owners.of([phone.number]).get(phone.number)
    zone = owner.zone if owner else ZoneInfo("UTC")
    items: list[Text | Call] = sorted([*texts, *calls], key=attrgetter("created_at"))
    lines, bubbles, day = exchange.lines(), [], None
    for item in items:
        at: datetime = item.created_at.astimezone(zone)
        bubbles.append(
            {
                "item": item,
                "is_call": isinstance(item, Call),
                "at": at,
                "line": lines.get(item.sender, item.sender),
                "new_day": at.date() != day,
                "encoding": "" if isinstance(item, Call) else segments.encoding(item.body),
            }
        )
        day = at.date()
    habit = f"{phone.final_status}:{phone.error_code or ''}" if phone.final_status else ""
    return {
        "phone": phone,
        "owner": owner.name if owner else "",
        "zone": zone.key,
        "bubbles": bubbles,
        "habits": HABITS.items(),
        "habit": habit,
        "habit_words": HABITS.get(habit, habit) if habit else "",
        "stopped": list(phone.opt_outs.values_list("sender", flat=True)),
        "several_senders": len({item.sender for item in items}) > 1,
    }


@forms_and_scripts
@require_POST
def setting(request: HttpRequest, key: str) -> HttpResponse:
    """How texts to this phone end: `ending` as `status:code`, empty for normal."""
    status, _, code = str(posted(request).get("ending", "")).partition(":")
    if status not in {"", *TEXT_ENDINGS} or (code and not (code.isascii() and code.isdigit() and len(code) <= 6)):
        return JsonResponse({"error": "ending: use status:code, such as undelivered:30003"}, status=400)
    changes = {"final_status": status, "error_code": int(code) if code else None}
    if not Phone.objects.filter(key=key).update(**changes):
        raise Http404
    return JsonResponse({"ending": status}) if wants_json(request) else redirect("sandbox:phone", key=key)


@forms_and_scripts
@require_POST
def press(request: HttpRequest, key: str, sid: str) -> HttpResponse:
    """Press `digits` during a call that asks for them."""
    call = get_object_or_404(Call.objects.select_related("phone"), sid=sid, phone__key=key)
    digits = str(posted(request).get("digits", ""))
    good = bool(digits) and len(digits) <= 20 and all(char in "0123456789*#" for char in digits)
    pressed = good and telephone.press(call, digits, now=timezone.now())
    if wants_json(request):
        return JsonResponse({"pressed": pressed}, status=200 if pressed else 409)
    return redirect("sandbox:phone", key=key)
