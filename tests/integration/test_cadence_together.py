"""Several workers at once give a phone no more than it may get, and wait for each other without an end in sight."""

from __future__ import annotations

from collections import Counter
from datetime import time
from typing import Any

import pytest

from alerts.models import PlannedWarning
from alerts.warnings import release as warnings_release
from messaging.models import Message
from reminders import release
from reminders.domain.offsets import WallTime
from reminders.models import PlannedReminder, ReminderRule
from tests.integration.test_planner_together import calm, together
from tests.support import builders as make
from tests.support import warnings

pytestmark = pytest.mark.django_db(transaction=True)
DUE = make.ny("2026-06-16 09:00")
PHONES = [f"+1202555020{number}" for number in range(4)]


def one_by_one(worker: Any) -> Any:
    """A worker that takes one row at a time, so that those of one phone fall to different hands."""

    def work() -> int:
        return sum(worker(now=DUE, limit=1) for _ in range(6))

    return work


def test_workers_side_by_side_never_overdraw_a_phone() -> None:
    make.clinic(texts_a_day=1, texts_a_week=3)
    ReminderRule.objects.all().delete()
    make.rule("day_before", WallTime(-1, time(9)), expires_minutes=24 * 60)
    rule = warnings.only_rule()
    for phone in PHONES:
        for _ in range(3):
            owner = warnings.enrolled(phone)
            make.planned_schedule(owner, visits=1)
            PlannedWarning.objects.create(
                patient=owner, rule=rule, occasion="x", send_at=DUE, due_at=DUE, expires_at=DUE + make.DAY
            )
    workers = [one_by_one(release.release_due)] * 3 + [one_by_one(warnings_release.release_due)] * 2
    calm(together(*workers))
    release.release_due(now=DUE)
    warnings_release.release_due(now=DUE)
    assert Counter(Message.objects.values_list("address", flat=True)) == Counter(PHONES)
    assert not PlannedReminder.objects.filter(state="planned", due_at__lte=DUE).exists()
