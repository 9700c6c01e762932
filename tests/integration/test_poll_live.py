"""A carrier whose callbacks are all lost, asked over HTTP what became of a text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging import dispatch, outbox, poll
from messaging.domain.delivery import Status, Urgency
from messaging.models import Message, Receipt
from sandbox import testing as carrier
from tests.support.messages import agree, draft

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

OFF, ON = "+12025550171", "+12025550172"


def test_what_no_callback_tells_is_learnt_by_asking(live_app: str, eventually: Callable[..., Any]) -> None:
    carrier.misbehave(callback_lost_percent=100)
    carrier.switch_off(OFF, code=30005)
    now = timezone.now()
    agree(OFF, ON, now=now)
    times = {"due_at": now, "expires_at": now + timedelta(hours=1)}
    outbox.enqueue([draft("on", address=ON, **times), draft("off", address=OFF, **times)], now=now)
    dispatch.run(Urgency.ORDINARY, clock=timezone.now, worker="worker:1")
    assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}

    def ended() -> bool:
        Message.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
        poll.look(clock=timezone.now)
        return not Message.objects.filter(status__in=poll.OPEN).exists()

    eventually(ended, 30)
    rows = {row.key: (row.status, row.error_code) for row in Message.objects.all()}
    assert rows == {"on": (Status.DELIVERED, ""), "off": (Status.UNDELIVERED, "30005")}
    assert {"delivered", "undelivered"} <= set(Receipt.objects.filter(applied=True).values_list("word", flat=True))
