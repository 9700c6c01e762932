"""Calls over REST: create, fetch, list, hang up."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from sandbox import telephone
from sandbox.models import Call, Mood, Phone
from sandbox.rest import shapes
from sandbox.rest.desk import desk
from sandbox.rest.errors import Refusal
from sandbox.rest.listing import dated_between, listed
from sandbox.rest.messages import own_number, recipient
from sandbox.router import ALIAS


def _ending(phone: Phone) -> str:
    """A phone that cannot be texted is off, and nobody answers."""
    return "no-answer" if phone.final_status in {"undelivered", "failed"} else "completed"


def _create(request: HttpRequest, mood: Mood) -> HttpResponse:
    to = recipient(request.POST.get("To") or "", missing=21201)
    sender = own_number(request.POST.get("From") or "", missing=21213)
    url, twiml = request.POST.get("Url") or "", request.POST.get("Twiml") or ""
    if not url and not twiml:
        raise Refusal(21205)
    now = timezone.now()
    with transaction.atomic(using=ALIAS):
        phone, _ = Phone.objects.update_or_create(number=to, defaults={"last_at": now})
        call = Call.objects.create(
            phone=phone,
            sender=sender,
            status="queued",
            ending=_ending(phone),
            url=url,
            twiml="" if url else twiml,
            callback_url=(request.POST.get("StatusCallback") or "").partition("#")[0],
            callback_events=request.POST.getlist("StatusCallbackEvent"),
            serial=mood.turns,
            created_at=now,
            updated_at=now,
            next_at=now + timedelta(milliseconds=mood.step_ms),
        )
        telephone.tell(call, "initiated", mood=mood, now=now)
    return JsonResponse(shapes.call(call), status=201)


def _filtered(request: HttpRequest) -> QuerySet[Call]:
    """The log, newest first. A call that was not picked up is dated by its creation."""
    calls = Call.objects.select_related("phone").annotate(dated=Coalesce("answered_at", "created_at")).order_by("-id")
    for name, column in (("To", "phone__number"), ("From", "sender"), ("Status", "status")):
        if value := request.GET.get(name):
            calls = calls.filter(**{column: value})
    return dated_between(calls, request, "StartTime")


@desk
def collection(request: HttpRequest, mood: Mood) -> HttpResponse:
    """`Calls.json`: POST dials, GET lists."""
    if request.method == "POST":
        return _create(request, mood)
    return JsonResponse(listed(request, _filtered(request), key="calls", shape=shapes.call))


@desk
def member(request: HttpRequest, mood: Mood, sid: str) -> HttpResponse:
    """`Calls/<sid>.json`: GET fetches, POST with `Status=completed` or `canceled` hangs up."""
    call = Call.objects.select_related("phone").filter(sid=sid).first()
    if call is None:
        raise Refusal(20404)
    if request.method == "POST" and request.POST.get("Status") in {"completed", "canceled"}:
        telephone.hang_up(call, mood=mood, now=timezone.now())
    return JsonResponse(shapes.call(call))
