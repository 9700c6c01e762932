"""A red flag through the whole product: from the carrier's webhook to the page in the carrier's hands.

Real web server, real workers, real Redis and PostgreSQL; the carrier takes everything at once. Measured
idle, while 300,000 ordinary reminders are being sent, and in a burst of 200.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils import timezone

from alerts import services
from alerts.domain.words import AlertState, Outcome
from alerts.models import Alert, AlertPage, Responder
from benchmarks import clinic, crowd
from benchmarks.figures import Figure, Findings, percentile, say
from messaging.domain.delivery import Status, Urgency
from messaging.models import InboundMessage, Message
from patients.models import Clinic
from sandbox.launch.ports import LOOPBACK, free_port
from tests.support import red_flags as flags
from tests.support.processes import Running, live_environment, procfile, running
from tests.support.signing import signature
from tests.support.waiting import eventually

#: Said by each patient once; English, a misspelling, Spanish, and mixed with a visit.
TEXTS = (
    "my legs feel numb since this morning, prob nothing",
    "cant feal my feet and i keep falling",
    "cant pee and my legs went numb",
    "yes ill come Tuesday but my legs are jelly",
)
_PATH = "/webhooks/twilio/sms/"
#: Red flags before the first that is measured: every process has then read its lexicon and opened its connections.
_WARMING = 24


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many red flags idle, loaded and in the burst, seconds between two, and ordinary reminders waiting."""

    idle: int
    loaded: int
    burst: int
    pause: float
    ordinary: int
    burst_hands: int = 100


FULL = Sizes(idle=200, loaded=200, burst=200, pause=0.15, ordinary=300_000)
TINY = Sizes(idle=3, loaded=3, burst=4, pause=0.05, ordinary=20)


@dataclass(slots=True)
class Sent:
    """One text handed to our webhook."""

    sid: str
    at: float
    answered: float


def run(*, now: datetime, sizes: Sizes = FULL) -> Findings:
    """Idle, loaded, burst."""
    clinic.empty()
    place = flags.on_call(now=now).clinic
    # Texts and calls alone: the carrier is what is measured, and there is no mail host here.
    Responder.objects.update(email="")
    flags.sign_everything(now=now)
    total = sizes.idle + sizes.loaded + sizes.burst
    phones = crowd.patients(total, place)
    with _at_work() as desk:
        desk.hops(_burst(crowd.patients(_WARMING, place), _WARMING))
        say(f"red flags: {sizes.idle} idle")
        idle = _one_by_one(phones[: sizes.idle], sizes.pause)
        idle_hops = desk.hops(idle)
        say(f"red flags: {sizes.loaded} while {sizes.ordinary:,} reminders are sent")
        crowd.remind(sizes.ordinary, now=timezone.now())
        eventually(lambda: crowd.sent() > 0, 60, what="ordinary reminders are being sent")
        began, before = time.time(), crowd.sent()
        loaded = _one_by_one(phones[sizes.idle : sizes.idle + sizes.loaded], sizes.pause)
        loaded_hops = desk.hops(loaded)
        rate = (crowd.sent() - before) / (time.time() - began)
        crowd.take_back()
        _close_all(place)
        say(f"red flags: a burst of {sizes.burst}")
        burst = _burst(phones[sizes.idle + sizes.loaded :], sizes.burst_hands)
        burst_hops = desk.hops(burst)
    return Findings(_figures(sizes, (idle, idle_hops), (loaded, loaded_hops, rate), (burst, burst_hops)))


def _close_all(place: Clinic) -> None:
    """The red flags so far have been seen to: else their ladders, which nobody answers, climb beside the burst."""
    nurse = Responder.objects.filter(clinic=place).earliest("pk")
    still_open = Alert.objects.exclude(state=AlertState.CLOSED)
    for pk in still_open.values_list("pk", flat=True):
        services.close(pk, by=nurse, outcome=Outcome.FALSE_ALARM, via="admin", now=timezone.now())
    unsent = Message.objects.filter(urgency=Urgency.URGENT, status__in=[Status.PLANNED, Status.CLAIMED])
    eventually(lambda: not unsent.exists(), 120, interval=1, what="the outbox is empty")


@dataclass(slots=True)
class Hop:
    """Seconds from a text to the instruction and to the first page in the carrier's hands."""

    instruction: float
    page: float


class Desk:
    """What the carrier has taken, read from its journal."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def hops(self, sent: list[Sent]) -> list[Hop]:
        """The hops of each text; waits until all have been made, looking seldom: looking costs what is measured."""
        found: dict[str, Hop] = {}

        def all_made() -> bool:
            found.update(self._made(sent))
            return len(found) == len(sent)

        eventually(all_made, 120, interval=2, what="every red flag instructed and paged")
        return [found[one.sid] for one in sent]

    def _made(self, sent: list[Sent]) -> dict[str, Hop]:
        taken = self._taken()
        told, paged = _names([one.sid for one in sent])
        made = {}
        for one in sent:
            instruction, page = taken.get(told.get(one.sid, "")), taken.get(paged.get(one.sid, ""))
            if instruction and page:
                made[one.sid] = Hop(instruction - one.at, page - one.at)
        return made

    def _taken(self) -> dict[str, float]:
        taken: dict[str, float] = {}
        for line in self._journal.read_text().splitlines():
            at, _, name = line.split()
            taken.setdefault(name, float(at))
        return taken


def _names(sids: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Our names for the instruction and for the first page that each text led to, where they are there."""
    texts = dict(InboundMessage.objects.filter(provider_id__in=sids).values_list("pk", "provider_id"))
    told = {}
    for key, name in Message.objects.filter(template="instruction").values_list("key", "uuid"):
        sid = texts.get(int(key.split(":")[1]))
        if sid:
            told[sid] = str(name)
    paged: dict[str, str] = {}
    pages = AlertPage.objects.filter(channel="sms", alert__reports__inbound__in=texts).order_by("pk")
    for text, name in pages.values_list("alert__reports__inbound", "message__uuid"):
        if text in texts:
            paged.setdefault(texts[text], str(name))
    return told, paged


@contextlib.contextmanager
def _at_work() -> Iterator[Desk]:
    """Every process of the Procfile, and the carrier."""
    commands = procfile()
    port = free_port()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        journal = folder / "journal"
        journal.touch()
        settings.TWILIO_API_BASE_URL = f"http://{LOOPBACK}:{port}"
        settings.PUBLIC_BASE_URL = f"http://{LOOPBACK}:{os.environ['PORT']}"
        env = live_environment(LOG_LEVEL="INFO", GUNICORN_LOG_LEVEL="info")

        def start(name: str, command: str) -> Running:
            return stack.enter_context(running(name, command, env=env, folder=folder))

        start("carrier", f"{sys.executable} -m benchmarks.carrier {port} {journal}").says("carrier is open")
        for worker in ("worker-urgent", "worker-ordinary"):
            start(worker, commands[worker]).says(" ready.", timeout=60)
        start("beat", commands["beat"])
        start("watchdog", commands["watchdog"])
        start("web", commands["web"])
        eventually(_web_answers, 60, what="the web server answers")
        yield Desk(journal)


def _web_answers() -> bool:
    try:
        connection = http.client.HTTPConnection(urlsplit(settings.PUBLIC_BASE_URL).netloc, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _one_by_one(phones: list[str], pause: float) -> list[Sent]:
    connection = http.client.HTTPConnection(urlsplit(settings.PUBLIC_BASE_URL).netloc, timeout=30)
    sent = []
    for number, phone in enumerate(phones):
        sent.append(_text(connection, phone, TEXTS[number % len(TEXTS)]))
        Event().wait(pause)
    return sent


def _burst(phones: list[str], hands: int) -> list[Sent]:
    def one(numbered: tuple[int, str]) -> Sent:
        connection = http.client.HTTPConnection(urlsplit(settings.PUBLIC_BASE_URL).netloc, timeout=30)
        return _text(connection, numbered[1], TEXTS[numbered[0] % len(TEXTS)])

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(one, enumerate(phones)))


def _text(connection: http.client.HTTPConnection, phone: str, body: str) -> Sent:
    sid = f"SM{os.urandom(16).hex()}"
    form = {"MessageSid": sid, "From": phone, "To": "+12025550100", "Body": body, "NumMedia": "0"}
    url = settings.PUBLIC_BASE_URL + _PATH
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature(url, form, settings.TWILIO_AUTH_TOKENS[0]),
    }
    at = time.time()
    connection.request("POST", _PATH, urlencode(form), headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"the webhook answered {response.status}")
    return Sent(sid, at, time.time() - at)


def _figures(
    sizes: Sizes,
    idle: tuple[list[Sent], list[Hop]],
    loaded: tuple[list[Sent], list[Hop], float],
    burst: tuple[list[Sent], list[Hop]],
) -> list[Figure]:
    under = f"while {sizes.ordinary:,} reminders are sent"
    return [
        Figure("red flag → page at the carrier, idle, p50", [_at(50, idle[1])], " ms"),
        Figure("red flag → page at the carrier, idle, p99", [_at(99, idle[1])], " ms", at_most=300, headline=True),
        Figure("webhook answered, idle, p99", [_answer(99, idle[0])], " ms", at_most=200, headline=True),
        Figure(f"red flag → page at the carrier, {under}, p50", [_at(50, loaded[1])], " ms"),
        Figure(
            f"red flag → page at the carrier, {under}, p99", [_at(99, loaded[1])], " ms", at_most=1000, headline=True
        ),
        Figure("reminders handed to the carrier meanwhile", [loaded[2]], " per second"),
        Figure(
            f"burst of {sizes.burst} red flags: the last one instructed and paged after its text",
            [max(max(hop.instruction, hop.page) for hop in burst[1])],
            " s",
            2,
            at_most=5,
            headline=True,
        ),
        Figure(f"the {sizes.burst} texts of the burst came within", [_spread(burst[0])], " s", 2),
    ]


def _at(percent: int, hops: list[Hop]) -> float:
    return percentile(percent, [hop.page * 1000 for hop in hops])


def _answer(percent: int, sent: list[Sent]) -> float:
    return percentile(percent, [one.answered * 1000 for one in sent])


def _spread(sent: list[Sent]) -> float:
    return max(one.at for one in sent) - min(one.at for one in sent)
