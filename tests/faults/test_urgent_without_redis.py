"""Redis is dead, or hangs, and only the web process lives: an urgent answer leaves all the same, and nobody waits."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.utils import timezone

from messaging.models import InboundMessage, Message
from sandbox import testing as carrier
from sandbox.launch.ports import LOOPBACK, wait_for_listener
from sandbox.launch.redis_server import RedisServer
from tests.support import signing
from tests.support.paging import ANSWER
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
PHONE = "+12025550123"


@pytest.fixture
def web(start_process: Callable[..., Running], settings: Any, redis_server: RedisServer, redis_url: str) -> str:
    """The web process alone, answering every text urgently. No worker, no beat, no carrier's clockwork."""
    url = f"http://{LOOPBACK}:{os.environ['PORT']}"
    addresses = {"PUBLIC_BASE_URL": url, "TWILIO_API_BASE_URL": f"{url}/sandbox/twilio"}
    process = start_process("web", DJANGO_SETTINGS_MODULE="tests.support.paging_settings", **addresses)
    assert wait_for_listener(int(os.environ["PORT"]), timeout=30), process.output()
    return url


@pytest.fixture(params=["killed", "hanging"])
def outage(request: pytest.FixtureRequest, web: str, redis_server: RedisServer) -> Iterator[str]:
    pid = redis_server.pid
    assert pid is not None
    if request.param == "killed":
        redis_server.kill()
        yield request.param
        redis_server.start()
    else:
        os.kill(pid, signal.SIGSTOP)
        yield request.param
        os.kill(pid, signal.SIGCONT)


def text(web: str, number: int) -> float:
    """A text arrives; answers how long its request took."""
    form = {"MessageSid": f"SM{number:032}", "From": PHONE, "To": "+12025550101", "Body": f"my legs {number}"}
    path = "/webhooks/twilio/sms/"
    headers = {"X-Twilio-Signature": signing.signature(web + path, form, "sandbox-token")}
    before = time.monotonic()
    assert requests.post(web + path, form, headers=headers, timeout=20).status_code == 200
    return time.monotonic() - before


def test_the_answer_is_at_the_carrier_within_five_seconds(web: str, outage: str, eventually: Eventually) -> None:
    # Once with everything open and warm, so that it is the outage which is measured.
    requests.get(f"{web}/healthz", timeout=10)
    for number in range(6):
        before = timezone.now()
        assert text(web, number) < 1.5, outage
        eventually(lambda n=number: len(carrier.texts_to(PHONE)) == n + 1, 5)
        assert (timezone.now() - before).total_seconds() < 5
    assert set(carrier.bodies_to(PHONE)) == {ANSWER}
    assert set(InboundMessage.objects.values_list("disposition", flat=True)) == {"answered"}
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}
