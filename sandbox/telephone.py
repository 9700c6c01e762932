"""Knows how a call rings, is answered, reads its TwiML aloud, takes digits and ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urljoin

from sandbox import lifecycle, notices, twiml
from sandbox import mood as moods
from sandbox.models import Call, Callback, Mood

#: How long a call that asks for digits stays open on the phone page: people click slower than they press.
#: Shorter than the minute after which the product takes a call without an end for a lost one.
WAITS_FOR_DIGITS = timedelta(seconds=45)
TALKS = timedelta(seconds=2)
RINGS = timedelta(seconds=1)


def step(call: Call, *, mood: Mood, now: datetime) -> None:
    """Move `call` to its next status and owe what the product asked to be told."""
    call.status = lifecycle.after(call.status, ending=call.ending)
    call.updated_at = now
    call.next_at = now + RINGS if lifecycle.after(call.status, ending=call.ending) else None
    if call.status == "in-progress":
        call.answered_at = now
        _begin_script(call, now)
    if call.next_at is None:
        call.ended_at, call.asks = now, False
    call.save()
    tell(call, call.status, mood=mood, now=now)


def tell(call: Call, status: str, *, mood: Mood, now: datetime) -> None:
    """Owe the product the news that `call` is now `status`, if it asked for that and luck lets it hear."""
    wanted = call.callback_events or ["completed"]
    if not call.callback_url or notices.CALL_EVENTS[status] not in wanted:
        return
    if not moods.strikes(mood, "callback_lost", serial=call.serial, detail=status):
        due = now + timedelta(milliseconds=mood.callback_delay_ms)
        fields = notices.call(call, status=status)
        Callback.objects.create(kind=Callback.STATUS, call=call, url=call.callback_url, fields=fields, due_at=due)


def _begin_script(call: Call, now: datetime) -> None:
    if call.url:
        call.next_at = now + WAITS_FOR_DIGITS
        _ask(call, call.url, {}, now)
    else:
        _apply(call, call.twiml, now)


def _ask(call: Call, url: str, extra: dict[str, str], now: datetime) -> None:
    fields = notices.call(call, status="in-progress") | extra
    Callback.objects.create(kind=Callback.SCRIPT, call=call, url=url, fields=fields, due_at=now)


def _apply(call: Call, text: str, now: datetime) -> None:
    script = twiml.script(text)
    said = script.said if script else "(application error)"
    call.said = f"{call.said}\n{said}".strip()
    call.asks = bool(script and script.asks)
    call.action = urljoin(call.url, script.action) if script and script.asks else ""
    call.next_at = now + (WAITS_FOR_DIGITS if call.asks else TALKS)


def read_script(call: Call, text: str, *, now: datetime) -> None:
    """The product answered with TwiML: read it, then wait for digits or hang up soon."""
    if call.status == "in-progress":
        _apply(call, text, now)
        call.save(update_fields=("said", "asks", "action", "next_at"))


def press(call: Call, digits: str, *, now: datetime) -> bool:
    """The person pressed `digits`. False when the call does not wait for any."""
    if not call.asks or call.status != "in-progress":
        return False
    call.asks, call.pressed, call.next_at = False, digits, now + TALKS
    call.save(update_fields=("asks", "pressed", "next_at"))
    if call.action or call.url:
        _ask(call, call.action or call.url, {"Digits": digits}, now)
    return True


def hang_up(call: Call, *, mood: Mood, now: datetime) -> None:
    """End a call that is still open, and say so."""
    if call.ended_at is None:
        call.status = "completed" if call.status == "in-progress" else "canceled"
        call.asks, call.ended_at, call.updated_at, call.next_at = False, now, now, None
        call.save(update_fields=("status", "asks", "ended_at", "updated_at", "next_at"))
        tell(call, call.status, mood=mood, now=now)
