"""Receipts through the webhook of one web process: signed as the carrier signs, two for each text."""

from __future__ import annotations

import contextlib
import http.client
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.urls import reverse

from benchmarks import ours, outbox_rows
from benchmarks.figures import Figure, Findings, percentile, say
from messaging.domain.delivery import Status
from messaging.models import Message, Receipt
from sandbox.launch.ports import LOOPBACK
from tests.support.processes import live_environment, procfile, running
from tests.support.signing import signature
from tests.support.waiting import eventually

WORDS = ("sent", "delivered")
_TAKEN = """
UPDATE messaging_message SET status = 'accepted', attempts = 1, submitted_at = due_at, accepted_at = due_at,
    provider_id = 'SM' || lpad(id::text, 32, '0')
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Texts that the carrier has taken, and how many receipts it hands in at once."""

    texts: int
    hands: int


FULL = Sizes(texts=3_000, hands=16)
TINY = Sizes(texts=10, hands=2)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, signed."""

    path: str
    form: str
    headers: dict[str, str]


def run(*, now: datetime, rounds: int = 3, sizes: Sizes = FULL) -> Findings:
    """Flat out by all hands, and by one alone, `rounds` times."""
    rates, slowest, alone = [], [], []
    with tempfile.TemporaryDirectory() as folder, _web(Path(folder)):
        for number in range(rounds + 1):
            say(f"receipts: round {number} of {rounds}" if number else "receipts: warming up")
            seconds, waits = _round(now, sizes.texts, sizes.hands)
            one_by_one = _round(now, max(1, sizes.texts // 10), 1)[1]
            if number:
                rates.append(sizes.texts * len(WORDS) / seconds)
                slowest.append(percentile(99, waits) * 1000)
                alone.append(percentile(99, one_by_one) * 1000)
    ours.clear()
    return Findings(
        [
            Figure("receipts through the webhook, one web process", rates, " receipts/s", headline=True),
            Figure(f"a receipt answered, {sizes.hands} at a time, p99", slowest, " ms", 1, headline=True),
            Figure("a receipt answered, one at a time, p99", alone, " ms", 1),
        ]
    )


def _round(now: datetime, texts: int, hands: int) -> tuple[float, list[float]]:
    """Hand in every receipt; the seconds of all and of each. Every text must have been delivered by them."""
    ours.clear()
    outbox_rows.texts(range(texts), series="receipts", due_at=now)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN)
        cursor.execute(f"VACUUM ANALYZE {Message._meta.db_table}")
    rows = list(Message.objects.order_by("pk").values_list("uuid", "provider_id"))
    waits: list[float] = []
    seconds = 0.0
    for word in WORDS:
        calls = [_call(reverse("messaging:delivery-receipt", args=[name]), sid, word) for name, sid in rows]
        began = time.perf_counter()
        with ThreadPoolExecutor(hands) as pool:
            for some in pool.map(_hand_in, [calls[hand::hands] for hand in range(hands)]):
                waits += some
        seconds += time.perf_counter() - began
    delivered = Message.objects.filter(status=Status.DELIVERED).count()
    kept = Receipt.objects.filter(applied=True).count()
    if (delivered, kept) != (texts, texts * len(WORDS)):
        raise RuntimeError(f"of {texts} texts {delivered} are delivered, {kept} receipts are kept")
    return seconds, waits


def _call(path: str, sid: str, word: str) -> Call:
    form = {
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": settings.TWILIO_FROM_REMINDERS,
        "MessageSid": sid,
        "MessageStatus": word,
        "SmsSid": sid,
        "SmsStatus": word,
        "To": "+13035550100",
    }
    signed = signature(settings.PUBLIC_BASE_URL + path, form, settings.TWILIO_AUTH_TOKENS[0])
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signed}
    return Call(path, urlencode(form), headers)


def _hand_in(calls: list[Call]) -> list[float]:
    waits = []
    line = http.client.HTTPConnection(LOOPBACK, int(os.environ["PORT"]), timeout=60)
    with contextlib.closing(line):
        for call in calls:
            began = time.perf_counter()
            line.request("POST", call.path, call.form, call.headers)
            answer = line.getresponse()
            answer.read()
            waits.append(time.perf_counter() - began)
            if answer.status != 204:
                raise RuntimeError(f"a receipt was answered with {answer.status}")
    return waits


@contextlib.contextmanager
def _web(folder: Path) -> Iterator[None]:
    """The web server of the Procfile, with one process."""
    env = live_environment(WEB_CONCURRENCY="1")
    with running("web", procfile()["web"], env=env, folder=folder):
        eventually(_answers, 60, what="the web server answers")
        yield


def _answers() -> bool:
    line = http.client.HTTPConnection(LOOPBACK, int(os.environ["PORT"]), timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()
