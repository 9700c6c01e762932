"""Two beats and two workers by mistake: every message leaves once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.domain.delivery import Status
from messaging.models import Attempt, Message
from sandbox import testing
from tests.conftest import ALL_QUEUES
from tests.support.messages import draft, outbox_with
from tests.support.processes import Running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]), pytest.mark.slow]
COUNT = 40


def test_two_beats_and_two_workers_send_everything_once(live_app: str, start_process: Callable[..., Running]) -> None:
    now = timezone.now()
    numbers = [f"+1202555{n:04}" for n in range(COUNT)]
    times = {"due_at": now + timedelta(seconds=4), "expires_at": now + timedelta(hours=1)}
    outbox_with(*(draft(f"visit-{number}", address=number, **times) for number in numbers))

    addresses = {"PUBLIC_BASE_URL": live_app, "TWILIO_API_BASE_URL": f"{live_app}/sandbox/twilio"}
    for hostname in ("one", "two"):
        start_process(hostname, ALL_QUEUES.replace("worker@", f"{hostname}@"), **addresses)
        start_process("beat", **addresses)

    delivered = Message.objects.filter(status=Status.DELIVERED)
    eventually(lambda: delivered.count() == COUNT, 60, what="every message was delivered")
    assert Attempt.objects.count() == COUNT
    assert [len(testing.texts_to(number)) for number in numbers] == [1] * COUNT
