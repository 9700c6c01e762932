"""Giving codes out: one for each alert and phone, and never the same one twice on a phone within 30 days."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from alerts.domain import codes
from alerts.domain.words import AlertState
from alerts.models import Alert, ReplyCode, Responder, RotaQuestion

#: How long a code that was given out means that alert and nothing else.
RESTS = timedelta(days=30)
#: Two pages written at once may draw the same code; the second of them draws again.
TRIES = 10
_CHANCE = random.SystemRandom()


class CodesExhausted(RuntimeError):
    """No free code for a phone: thousands were given out to it within 30 days."""


def issue(alert: Alert, responder: Responder, phone: str, *, now: datetime) -> str:
    """The code by which `phone` answers for `alert`; the one that it has already, where there is one."""
    for _ in range(TRIES):
        given = ReplyCode.objects.filter(alert=alert, phone=phone).first()
        if given is not None:
            # Given out again: its rest is counted from now, and its bearer is who is paged now.
            given.responder, given.issued_at = responder, now
            given.save(update_fields=["responder", "issued_at"])
            return given.code
        try:
            with transaction.atomic():
                return _write(alert, responder, phone, now=now).code
        except IntegrityError:
            continue
    raise CodesExhausted(CodesExhausted.__doc__)


def known(alert: Alert, responder: Responder) -> str:
    """The code that she has for `alert` on her present phone; empty where she has none."""
    row = ReplyCode.objects.filter(alert=alert, phone=responder.phone).first()
    return row.code if row else ""


def meant_by(phone: str, code: str) -> ReplyCode | None:
    """What `code` means when it comes from `phone`, however long ago it was given out; None: nothing."""
    rows = ReplyCode.objects.select_related("alert__clinic", "alert__patient", "alert__owner", "alert__closed_by")
    return rows.filter(phone=phone, code=code).first()


def is_worn_out(row: ReplyCode, *, now: datetime) -> bool:
    """Whether its alert is over for so long that the code may soon mean another one."""
    return row.alert.state == AlertState.CLOSED and row.issued_at <= now - RESTS


def _write(alert: Alert, responder: Responder, phone: str, *, now: datetime) -> ReplyCode:
    taken = set(ReplyCode.objects.filter(phone=phone).values_list("code", flat=True))
    # What the rota asked her is answered by code too, and a reply must mean one thing.
    taken |= set(RotaQuestion.objects.filter(phone=phone, asked_at__gt=now - RESTS).values_list("code", flat=True))
    for _ in range(1000):
        code = codes.make(_CHANCE)
        if code in taken:
            continue
        return ReplyCode.objects.create(phone=phone, code=code, alert=alert, responder=responder, issued_at=now)
    # Nearly all are taken: the oldest that has rested long enough is given out anew.
    rested = ReplyCode.objects.filter(phone=phone, issued_at__lte=now - RESTS, alert__state=AlertState.CLOSED)
    oldest = rested.order_by("issued_at").first()
    if oldest is None:
        raise CodesExhausted(CodesExhausted.__doc__)
    oldest.delete()
    return ReplyCode.objects.create(phone=phone, code=oldest.code, alert=alert, responder=responder, issued_at=now)
