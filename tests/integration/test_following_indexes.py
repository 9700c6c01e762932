"""The sweeps that follow up what was lost read partial indexes, not the history of all that was ever sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from alerts.warnings import following as warnings_following
from messaging import watch
from reminders import following
from tests.support.messages import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: watch.ended_badly(NOW), "message_ended_badly"),
        (lambda: following.refused(NOW), "reminder_fresh"),
        (lambda: warnings_following.refused(NOW), "warning_fresh"),
    ],
)
def test_each_reads_the_index_that_was_made_for_it(rows: Callable[[], QuerySet[Any]], index: str) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("plans of nearly empty tables say nothing on PostgreSQL; see benchmarks/due.py")
    plan = rows().explain()
    assert index in plan, plan
