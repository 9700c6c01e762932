"""The canary on real parts: beat lets it go, the worker pages, the carrier delivers, the robot's phone answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from alerts import ledger
from alerts.models import Alert, CanaryRun
from tests.conftest import ALL_QUEUES
from tests.support import red_flags as flags
from tests.support.processes import Running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]


def test_it_comes_back_by_itself(live_app: str, start_process: Callable[..., Running]) -> None:
    flags.on_call(now=timezone.now())
    flags.sign_everything(now=timezone.now())
    env = {
        "PUBLIC_BASE_URL": live_app,
        "TWILIO_API_BASE_URL": f"{live_app}/sandbox/twilio",
        "ALERTS_CANARY_MINUTES": "15",
    }
    start_process("worker", ALL_QUEUES, **env)
    start_process("beat", **env)

    came_back = CanaryRun.objects.filter(finished_at__isnull=False)
    eventually(came_back.exists, 60, what="the canary came back")
    run = came_back.get()
    assert run.failure == ""
    assert run.paged_at is not None
    assert run.answered_at is not None
    assert run.started_at < run.paged_at < run.answered_at
    assert Alert.objects.get().outcome == "false_alarm"
    assert ledger.accounting(timezone.now()).is_whole
