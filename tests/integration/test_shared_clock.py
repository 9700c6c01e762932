"""Workers on hosts whose clocks differ agree on when a lease ends: the database's clock is the one that counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messaging import clock, tasks
from messaging.domain.delivery import Status
from messaging.models import Attempt, Message
from tests.support.messages import draft, outbox_with

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)


@pytest.fixture(params=[300, -300], ids=["ahead", "behind"])
def wrong_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """This host's clock is minutes off."""
    wrong = timedelta(seconds=request.param)
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + wrong)
    return wrong


def being_sent(lease_until: datetime) -> Message:
    """A message that a worker of another host is asking the carrier to take."""
    now = lease_until - timedelta(seconds=90)
    (message,) = outbox_with(draft(due_at=now, expires_at=now + HOURS))
    Message.objects.filter(pk=message.pk).update(
        status=Status.SUBMITTING, claimed_by="another", attempts=1, submitted_at=now, lease_until=lease_until
    )
    Attempt.objects.create(message=message, number=1, worker="another", started_at=now)
    return message


def status_after_recovery(message: Message) -> str:
    tasks.recover_leases()
    message.refresh_from_db()
    return message.status


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one file is one host's")
class TestOnPostgres:
    def test_it_is_the_database_s_and_not_the_host_s(self, wrong_by: timedelta) -> None:
        assert abs(clock.shared()() - (timezone.now() - wrong_by)) < timedelta(seconds=5)

    def test_a_step_in_the_middle_of_a_run_does_not_move_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shared, right = clock.shared(), timezone.now
        monkeypatch.setattr(timezone, "now", lambda: right() + HOURS)
        assert abs(shared() - right()) < timedelta(seconds=5)

    @pytest.mark.usefixtures("wrong_by")
    @pytest.mark.parametrize(("left", "status"), [(60, Status.SUBMITTING), (-60, Status.IN_DOUBT)])
    def test_a_lease_ends_when_it_does_for_everybody(self, left: int, status: Status) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now = cursor.fetchone()[0]
        assert status_after_recovery(being_sent(now + timedelta(seconds=left))) == status


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="there the database's is asked")
def test_one_host_alone_goes_by_its_own(wrong_by: timedelta) -> None:
    assert abs(clock.shared()() - timezone.now()) < timedelta(seconds=5)
