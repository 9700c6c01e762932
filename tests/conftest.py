"""Fixtures that any test may ask for; what they start lives in tests/support/."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings

from messaging import codes, standin
from messaging.words import active
from sandbox.launch.ports import LOOPBACK, wait_for_listener
from sandbox.launch.redis_server import RedisServer
from tests.support import members, pacing, starting
from tests.support.mailbox import SmtpSink
from tests.support.processes import Running, live_environment, procfile, running
from tests.support.waiting import eventually as wait_until

ALL_QUEUES = (
    "celery --quiet -A config worker --queues urgent,ordinary,housekeeping --concurrency 2 --hostname worker@%h"
    " --without-gossip --without-mingle"
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Nothing to add: tests/support/plugin.py gives each process databases of its own."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The databases of this process, made by migrations; what those put in comes back after every flush."""
    with django_db_blocker.unblock():
        starting.remember()


@pytest.fixture
def eventually() -> Callable[..., object]:
    """`eventually(predicate, timeout)`: poll until it answers truthily, or fail at the deadline."""
    return wait_until


@pytest.fixture(autouse=True)
def _staff_of_one_house(request: pytest.FixtureRequest) -> Iterator[None]:
    """Staff of tests belong to every clinic; a test marked `clinics_apart` makes its own memberships."""
    if request.node.get_closest_marker("clinics_apart"):
        yield
        return
    with members.everybody_belongs():
        yield


@pytest.fixture(autouse=True)
def _nobody_stands_in() -> Iterator[None]:
    """What this process still sends itself when a test ends is sent before the database is taken away."""
    yield
    standin.rest()


@pytest.fixture(autouse=True)
def _nobody_keeps_a_pace() -> Iterator[None]:
    """What a test made this process, or Redis, learn of paces and silences ends with it."""
    yield
    pacing.forget()


@pytest.fixture(autouse=True)
def _codes_by_default() -> Iterator[None]:
    """What a test has decided about a code ends with it."""
    yield
    codes.forget()


@pytest.fixture(autouse=True)
def _words_of_the_files() -> None:
    """What a test has made active ends with it."""
    active.take_files()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The Redis of this run, at the address that the settings already name; tests may kill and restart it."""
    port = urlsplit(os.environ["REDIS_URL"]).port
    server = RedisServer(Path(os.environ["BONEWATCH_VAR"]) / "redis", port=port)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """A real, running Redis, emptied for this test."""
    if not redis_server.running:
        redis_server.start()
    redis_server.flush()
    return redis_server.url


@pytest.fixture
def smtp_sink(settings: Any) -> Iterator[SmtpSink]:
    """A real SMTP server at the settings' mail host, which Django's own test backend makes way for.

    For one test only: the sandbox's mailbox listens at the same address in others.
    """
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    sink = SmtpSink(host=LOOPBACK, port=int(django_settings.EMAIL_PORT))
    controller = sink.start()
    yield sink
    controller.stop()


@pytest.fixture
def start_process(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """`start_process("beat", **environment)`: a process of the Procfile (or any command) on this test's database."""
    started: list[Running] = []
    with contextlib.ExitStack() as stack:

        def start(name: str, command: str | None = None, **extra: str) -> Running:
            line = command or procfile()[name]
            started.append(stack.enter_context(running(name, line, env=live_environment(**extra), folder=tmp_path)))
            return started[-1]

        yield start
        # All are asked at once: stopping one after the other takes the sum of their goodbyes.
        for one in started:
            one.ask_to_stop()


@pytest.fixture
def worker(redis_url: str, start_process: Callable[..., Running]) -> Running:
    """A real Celery worker process for every queue, on this test's database and Redis."""
    process = start_process("worker", ALL_QUEUES)
    process.says(" ready.")
    return process


@pytest.fixture
def live_app(redis_url: str, start_process: Callable[..., Running], settings: Any) -> str:
    """The web process and the sandbox carrier on this test's databases; answers the web's address.

    Settings of the test process point at it too: texts go to its carrier, webhooks are signed for it.
    """
    port = os.environ["PORT"]
    url = f"http://{LOOPBACK}:{port}"
    addresses = {"PUBLIC_BASE_URL": url, "TWILIO_API_BASE_URL": f"{url}/sandbox/twilio"}
    for name, value in addresses.items():
        setattr(settings, name, value)
    web = start_process("web", **addresses)
    start_process("sandbox_carrier", "python manage.py sandbox_carrier", **addresses).says("at work")
    assert wait_for_listener(int(port), timeout=30), web.output()
    return url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The machine's own Chromium where there is one, else the one that Playwright installed."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    arguments: dict[str, object] = {"args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}
    return arguments | ({"executable_path": found} if found else {})
