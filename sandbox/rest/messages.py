"""Messages over REST: create, fetch, list, redact, delete."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from sandbox import exchange
from sandbox.models import Mood, Text
from sandbox.rest import shapes
from sandbox.rest.desk import desk
from sandbox.rest.errors import MAGIC_FROM, MAGIC_TO, Refusal
from sandbox.rest.listing import dated_between, listed

E164 = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY = 1600
MAGIC_SENDER = "+15005550006"


def recipient(number: str, *, missing: int = 21604) -> str:
    """A number that can be written to, or a refusal."""
    if not number:
        raise Refusal(missing)
    compact = re.sub(r"[\s().-]", "", number)
    if not E164.fullmatch(compact):
        raise Refusal(21211)
    if compact in MAGIC_TO:
        raise Refusal(MAGIC_TO[compact])
    return compact


def own_number(number: str, *, missing: int = 21603) -> str:
    """One of the account's numbers, or a refusal."""
    if not number:
        raise Refusal(missing)
    if number in MAGIC_FROM:
        raise Refusal(MAGIC_FROM[number])
    if not E164.fullmatch(number):
        raise Refusal(21212)
    if number not in {*exchange.senders(), MAGIC_SENDER}:
        raise Refusal(21606)
    return number


def _sender(request: HttpRequest) -> tuple[str, str]:
    """The sending number, and the messaging service when one was named (in `From`, too, as clients do)."""
    service = request.POST.get("MessagingServiceSid") or ""
    number = request.POST.get("From") or ""
    if number.startswith("MG"):
        service, number = number, ""
    if not service:
        return own_number(number), ""
    if service not in {settings.TWILIO_FROM_REMINDERS, settings.TWILIO_FROM_ALERTS}:
        raise Refusal(21701)
    return own_number(number) if number else exchange.service_number(service), service


def _callback_url(request: HttpRequest) -> str:
    """The callback address; one that no carrier could call is ignored there with a warning, and here too."""
    url = request.POST.get("StatusCallback") or ""
    parts = urlsplit(url)
    return url if parts.scheme in {"http", "https"} and parts.hostname else ""


def _create(request: HttpRequest, mood: Mood) -> JsonResponse:
    to = recipient(request.POST.get("To") or "")
    sender, service_sid = _sender(request)
    body = request.POST.get("Body") or ""
    if not body:
        raise Refusal(21602)
    if len(body) > LONGEST_BODY:
        raise Refusal(21617)
    order = exchange.Order(
        to=to, sender=sender, service_sid=service_sid, body=body, callback_url=_callback_url(request)
    )
    try:
        text = exchange.take_on(order, mood=mood, now=timezone.now())
    except exchange.OptedOut as error:
        raise Refusal(21610) from error
    return JsonResponse(shapes.message(text), status=201)


def _filtered(request: HttpRequest) -> QuerySet[Text]:
    """The log, newest first. A text that has not left yet is dated by its creation, so that no filter hides it."""
    texts = Text.objects.select_related("phone").annotate(dated=Coalesce("sent_at", "created_at")).order_by("-id")
    to, sender = request.GET.get("To"), request.GET.get("From")
    if to:
        texts = texts.filter(~Q(direction=Text.INBOUND) & Q(phone__number=to) | Q(direction=Text.INBOUND, sender=to))
    if sender:
        mine = ~Q(direction=Text.INBOUND) & Q(sender=sender)
        texts = texts.filter(mine | Q(direction=Text.INBOUND, phone__number=sender))
    return dated_between(texts, request, "DateSent")


@desk
def collection(request: HttpRequest, mood: Mood) -> HttpResponse:
    """`Messages.json`: POST creates, GET lists."""
    if request.method == "POST":
        return _create(request, mood)
    return JsonResponse(listed(request, _filtered(request), key="messages", shape=shapes.message))


@desk
def member(request: HttpRequest, mood: Mood, sid: str) -> HttpResponse:
    """`Messages/<sid>.json`: GET fetches, POST with an empty Body redacts, DELETE forgets."""
    text = Text.objects.select_related("phone").filter(sid=sid).first()
    if text is None:
        raise Refusal(20404)
    if request.method == "DELETE":
        text.delete()
        return HttpResponse(status=204)
    if request.method == "POST" and request.POST.get("Body") == "":
        Text.objects.filter(pk=text.pk).update(body="", updated_at=timezone.now())
        text.refresh_from_db()
    return JsonResponse(shapes.message(text))
