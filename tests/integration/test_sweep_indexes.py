"""Each sweep of messaging reads the partial index that was made for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from messaging import budget, guard, inbound, outbox, poll, reconcile
from messaging.domain.delivery import Urgency
from tests.support.messages import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: reconcile._ended(NOW), "message_lease"),
        (lambda: reconcile._in_doubt().filter(lease_until__lte=NOW), "message_in_doubt"),
        (lambda: outbox.waiting(Urgency.ORDINARY, now=NOW), "message_due"),
        (lambda: guard.holding().filter(expires_at__lte=NOW), "message_held"),
        (lambda: guard.sent_to({"+12025550123"}, now=NOW), "message_sent_to"),
        (lambda: budget.routine_texts({"+12025550123"}, now=NOW), "message_routine"),
        (lambda: poll.due(NOW).order_by("next_look_at"), "message_next_look"),
        (lambda: inbound._unread().order_by("received_at"), "inbound_unhandled"),
    ],
)
def test_each_sweep_reads_its_own_partial_index(rows: Callable[[], QuerySet[Any]], index: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows().explain()
