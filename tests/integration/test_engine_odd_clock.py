"""Whoever writes urgent messages goes by the clock of those who send them: nothing waits for a host that is ahead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from alerts import alarm_pages, canary, sweeps, telling_others
from alerts import tasks as of_alerts
from alerts.rota import keeping
from messaging import inbound, limits
from messaging import tasks as of_messages
from tests.support.signing import call

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one file is one host's"),
]
ROOMS = {
    of_alerts.advance: [
        (sweeps, "advance"),
        (sweeps, "check_receipts"),
        (sweeps, "check_instructions"),
        (telling_others, "tell_others"),
    ],
    of_alerts.chase_reviews: [(sweeps, "chase_reviews")],
    of_alerts.keep_shifts: [(keeping, "keep")],
    of_alerts.walk_canary: [(canary, "walk"), (canary, "look")],
    of_alerts.tell_managers: [(alarm_pages, "tell")],
    of_messages.handle_inbound: [(inbound, "sweep")],
    of_messages.look_after_limits: [(limits, "look_after")],
}


@pytest.mark.parametrize("task", ROOMS, ids=lambda task: task.name)
def test_a_host_that_is_minutes_ahead_dates_nothing_ahead(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(minutes=5))
    seen: list[datetime] = []
    for room, name in ROOMS[task]:
        monkeypatch.setattr(room, name, lambda *, now: seen.append(now))
    task()
    assert len(seen) == len(ROOMS[task])
    assert all(abs(now - right()) < timedelta(seconds=5) for now in seen)


def test_a_red_flag_that_the_web_process_reads_is_dated_alike(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(minutes=5))
    seen: list[datetime] = []
    monkeypatch.setattr(inbound, "receive", lambda _, *, now: seen.append(now))
    form = {"MessageSid": "SM1", "From": "+12025550123", "To": "+12025550100", "Body": "my jaw hurts"}
    path = reverse("messaging:inbound-text")
    call(path, form, base=settings.PUBLIC_BASE_URL.rstrip("/"), token=settings.TWILIO_AUTH_TOKENS[0])
    assert abs(seen[0] - right()) < timedelta(seconds=5)
