"""Parts of the product die in the middle of a red flag: the page goes out all the same, found and mended within 30 s.

Real web, workers, beat, watchdog, Redis and the carrier of the sandbox; the carrier's own record of what it was
given is the witness. Never no page, and at most one too many.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.utils import timezone

from alerts import ledger
from alerts.domain.policy import Role
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alarm, Alert, AlertPage
from config.models import Heartbeat
from config.tasks import pulse_urgent
from messaging.domain.delivery import Status
from messaging.models import InboundMessage, Message
from sandbox import exchange
from sandbox import testing as carrier
from sandbox.launch.ports import LOOPBACK, wait_for_listener
from sandbox.launch.redis_server import RedisServer
from tests.support import builders as make
from tests.support import red_flags as flags
from tests.support.processes import Running
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
    pytest.mark.slow,
    pytest.mark.timeout(240),
]
LEGS = "my legs feel funny and weak since this morning, prob nothing"
WITHIN = 30.0
URGENT_ONLY = (
    "celery --quiet -A config worker --queues urgent --concurrency 2 --hostname urgent@%h"
    " --without-gossip --without-mingle"
)
#: What has not left, as far as we know.
UNSETTLED = Message.objects.filter(status__in=["planned", "claimed", "submitting", "in_doubt"])
Start = Callable[..., Running]


@dataclass
class Scene:
    """A clinic on call, the web and the carrier at work, and whatever else a test starts."""

    team: flags.OnCall
    start: Start
    url: str
    began: float = 0.0
    web: Running | None = None

    def run(self, name: str, command: str | None = None) -> Running:
        return self.start(name, command, PUBLIC_BASE_URL=self.url, TWILIO_API_BASE_URL=f"{self.url}/sandbox/twilio")

    def open_web(self) -> None:
        self.web = self.run("web")
        assert wait_for_listener(int(self.url.rpartition(":")[2]), timeout=30), self.web.output()

    def worker(self) -> Running:
        worker = self.run("urgent", URGENT_ONLY)
        worker.says(" ready.")
        return worker

    def watchdog(self) -> Running:
        watchdog = self.run("watchdog")
        watchdog.says("watchdog_at_work")
        return watchdog

    def she_texts(self, body: str = LEGS) -> None:
        """On her own phone: the carrier brings it to the web process."""
        self.began = time.monotonic()
        sender = exchange.senders()[0]
        exchange.receive(carrier.phone(make.PHONE), sender=sender, body=body, now=timezone.now())

    def alert(self) -> Alert:
        eventually(Alert.objects.exists, 15, interval=0.005, what="the alert is raised")
        return Alert.objects.get()

    def pages(self) -> list[str]:
        """What lies on the nurse's phone, as the carrier has it."""
        return carrier.bodies_to(self.team.nurse.phone)

    def paged_within(self, seconds: float = WITHIN) -> float:
        """Wait for page and instruction; how many seconds it took from her text."""
        left = seconds - (time.monotonic() - self.began)
        eventually(self.pages, left, what="the page on the nurse's phone")
        took = time.monotonic() - self.began
        eventually(lambda: carrier.bodies_to(make.PHONE), seconds - took, what="the instruction on her phone")
        return took

    def nothing_is_lost(self) -> None:
        """One page, at most one too many, and the books add up."""
        assert 1 <= len(self.pages()) <= 2
        assert 1 <= len(carrier.bodies_to(make.PHONE)) <= 2
        assert Alert.objects.count() == 1
        seen = ledger.accounting(timezone.now())
        assert seen.is_whole, seen.to_json()


@pytest.fixture
def scene(redis_url: str, start_process: Start, settings: Any) -> Iterator[Scene]:
    """Web and carrier are up; workers, beat and watchdog are for the tests to start."""
    now = timezone.now()
    team = flags.on_call(Role.NURSE, Role.BACKUP, Role.MANAGER, now=now)
    flags.sign_everything(now=now)
    make.patient(make.PHONE)
    made = Scene(team, start_process, f"http://{LOOPBACK}:{os.environ['PORT']}")
    # Her text is brought to the web process, not to this one.
    settings.PUBLIC_BASE_URL = made.url
    made.open_web()
    made.run("sandbox_carrier", "python manage.py sandbox_carrier").says("at work")
    yield made
    carrier.behave()


def test_the_urgent_worker_is_dead_before_she_texts(scene: Scene) -> None:
    scene.worker().kill()
    scene.watchdog()
    scene.she_texts()
    took = scene.paged_within()
    assert took < 10, "three seconds of patience, a round of one second, and the sending"
    scene.nothing_is_lost()


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.1])
def test_the_urgent_worker_dies_while_it_asks_the_carrier(scene: Scene, moment: float) -> None:
    """The carrier takes its time, so that the worker is killed with the question in the air."""
    carrier.misbehave(latency_ms=700)
    worker = scene.worker()
    scene.watchdog()
    scene.she_texts()
    in_the_air = Message.objects.filter(status=Status.SUBMITTING, address=scene.team.nurse.phone)
    eventually(in_the_air.exists, 10, interval=0.005, what="the carrier is being asked")
    Event().wait(moment)
    worker.kill()
    carrier.behave()
    scene.paged_within()
    eventually(lambda: not UNSETTLED.exists(), WITHIN, what="nothing is left in doubt")
    scene.nothing_is_lost()


def test_the_urgent_worker_freezes_while_it_asks_and_comes_round_when_all_is_over(scene: Scene) -> None:
    """It holds its rows, answers nobody, and believes afterwards that no time has passed."""
    carrier.misbehave(latency_ms=2000)
    worker = scene.worker()
    scene.watchdog()
    scene.she_texts()
    in_the_air = Message.objects.filter(status=Status.SUBMITTING, address=scene.team.nurse.phone)
    eventually(in_the_air.exists, 20, interval=0.005, what="the carrier is being asked")
    # By then all its hands wait for the carrier: SQLite would let nobody write whom it froze in the middle of writing.
    Event().wait(1)
    os.killpg(worker.process.pid, signal.SIGSTOP)
    try:
        carrier.behave()
        scene.paged_within()
        eventually(lambda: not UNSETTLED.exists(), WITHIN, what="nothing is left in doubt")
    finally:
        os.killpg(worker.process.pid, signal.SIGCONT)
    pulse_urgent.delay()
    eventually(Heartbeat.objects.filter(name="urgent").exists, 30, what="the worker has come round")
    scene.nothing_is_lost()


def test_the_urgent_worker_dies_after_the_carrier_has_taken_the_page(scene: Scene) -> None:
    worker = scene.worker()
    scene.watchdog()
    scene.she_texts()
    eventually(scene.pages, WITHIN, interval=0.01, what="the page at the carrier")
    worker.kill()
    scene.paged_within()
    arrived = Message.objects.filter(address=scene.team.nurse.phone, status=Status.DELIVERED)
    eventually(arrived.exists, WITHIN, what="its receipt was taken although no worker is left")
    scene.nothing_is_lost()


def test_redis_is_away_for_the_whole_journey(scene: Scene, redis_server: RedisServer) -> None:
    """From her text to the recorded outcome without any Redis: instruction and page within five seconds."""
    worker = scene.worker()
    redis_server.stop()
    scene.watchdog()
    scene.she_texts()
    took = scene.paged_within()
    assert took < 5
    alert = scene.alert()
    code = AlertPage.objects.filter(alert=alert, responder=scene.team.nurse).values_list("code", flat=True)[0]
    for words, state in ((code, AlertState.ACCEPTED), (f"spoke {code}", AlertState.REACHED), (f"ER {code}", "closed")):
        exchange.receive(
            carrier.phone(scene.team.nurse.phone), sender=exchange.senders()[0], body=words, now=timezone.now()
        )
        eventually(Alert.objects.filter(state=state).exists, 15, what=f"{words} → {state}")
    eventually(lambda: len(carrier.bodies_to(make.PHONE)) >= 2, 15, what="she is told that a nurse will call")
    assert worker.process.poll() is None


def test_beat_is_dead_and_the_ladder_goes_on(scene: Scene) -> None:
    """Nobody wakes the sweeps: the watchdog lets the clock strike, and the second nurse is paged."""
    flags.red_policy().steps.update(wait_seconds=15)
    scene.worker()
    scene.watchdog()
    scene.she_texts()
    scene.paged_within()
    eventually(lambda: carrier.bodies_to(scene.team.backup.phone), 2 * 15 + WITHIN, what="the page on the second phone")
    alert = scene.alert()
    struck = alert.events.get(via="watchdog", kind=EventKind.STEP_TIMED_OUT, detail__position=0)
    late = struck.at - alert.raised_at - timedelta(seconds=15)
    assert timedelta(0) < late < timedelta(seconds=10)
    eventually(
        lambda: Alarm.objects.filter(key="watchdog:processes:beat").exists(), 90, what="the silence of beat is an alarm"
    )
    managers = Message.objects.filter(template="alarm", address=scene.team.people[Role.MANAGER].phone)
    eventually(managers.exists, 10, what="the manager is told")


def test_the_web_dies_right_after_it_has_written_the_alert_down(scene: Scene) -> None:
    """kill -9 between the commit and everything that would have followed it; no worker was there to be woken."""
    scene.watchdog()
    scene.she_texts()
    scene.alert()
    assert scene.web is not None
    scene.web.kill()
    scene.open_web()  # the carrier's doors are in this process, too
    scene.paged_within()
    scene.nothing_is_lost()


def test_nothing_but_web_and_watchdog_is_alive(scene: Scene, redis_server: RedisServer) -> None:
    """No Redis, no worker, no beat: the whole first step within half a minute, in the right order of things."""
    redis_server.kill()
    scene.watchdog()
    scene.she_texts()
    assert scene.paged_within() < 10
    assert InboundMessage.objects.get(from_address=make.PHONE).disposition == "alert_raised"
    scene.nothing_is_lost()
