"""The three pages for operators tell the truth about database, broker, due work and processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from config import heartbeat, vitals
from config.heartbeat import BEAT, WATCHDOG
from config.models import Heartbeat
from config.queues import HOUSEKEEPING, ORDINARY, URGENT
from messaging import breakers, guard, outbox
from messaging.domain.delivery import Channel, Purpose, Urgency

pytestmark = pytest.mark.django_db


def everybody_at_work(now: datetime) -> None:
    for name in (BEAT, URGENT, ORDINARY, HOUSEKEEPING, WATCHDOG):
        heartbeat.mark(name, now=now)


def due(key: str, at: datetime, urgency: Urgency) -> outbox.Draft:
    return outbox.Draft(
        key=key, channel=Channel.SMS, purpose=Purpose.REMINDERS, urgency=urgency, address="+12025550123",
        body="Your visit is tomorrow.", due_at=at, expires_at=at + timedelta(days=1),
    )  # fmt: skip


def test_ready_when_everything_works(redis_url: str, client: Client) -> None:
    everybody_at_work(timezone.now())
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["problems"] == []
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.parametrize("name", [BEAT, URGENT, ORDINARY, HOUSEKEEPING, WATCHDOG])
def test_not_ready_when_a_process_is_silent(redis_url: str, client: Client, name: str) -> None:
    everybody_at_work(timezone.now())
    heartbeat.mark(name, now=timezone.now() - timedelta(seconds=61))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == [f"heartbeat of {name}"]


@pytest.mark.parametrize(("urgency", "late"), [(Urgency.URGENT, 31), (Urgency.ORDINARY, 301)])
def test_not_ready_when_due_work_is_left_lying(redis_url: str, client: Client, urgency: Urgency, late: int) -> None:
    now = timezone.now()
    everybody_at_work(now)
    outbox.enqueue([due("late", now - timedelta(seconds=late), urgency)], now=now)
    outbox.enqueue([due("future", now + timedelta(days=3), urgency)], now=now)
    assert client.get("/readyz").json()["problems"] == [f"oldest due {urgency.value} message"]


def test_a_pause_and_a_held_sender_are_reported_and_make_nothing_unready(redis_url: str, client: Client) -> None:
    now = timezone.now()
    everybody_at_work(now)
    outbox.enqueue([due("late", now - timedelta(hours=1), Urgency.ORDINARY)], now=now)
    outbox.enqueue([due("page", now - timedelta(hours=1), Urgency.URGENT)], now=now)
    guard.pause(by="Ana", reason="import", now=now)
    breakers.trip(Channel.SMS, "", code="20003", words="no credentials", whole_account=True, now=now)
    answer = client.get("/readyz")
    report = answer.json()
    assert (answer.status_code, report["problems"], report["held_senders"]) == (200, [], 1)
    assert report["paused_since"] == f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    page = client.get("/metrics").content.decode()
    assert "bonewatch_routine_paused 1.0" in page
    assert "bonewatch_senders_held 1.0" in page
    assert "bonewatch_messages_held 0.0" in page
    guard.resume(by="Ana", now=now)
    breakers.free(breakers.open_breakers().get(), by="Ana", now=now)
    assert client.get("/readyz").json()["problems"] == ["oldest due ordinary message", "oldest due urgent message"]


def test_the_oldest_due_message_is_found_through_the_partial_index(redis_url: str) -> None:
    now = timezone.now()
    outbox.enqueue([due(f"m{n}", now - timedelta(seconds=n), Urgency.URGENT) for n in (5, 20, 10)], now=now)
    seen = vitals.look(now=now)
    assert seen.oldest_due[Urgency.URGENT] == pytest.approx(20)
    assert seen.oldest_due[Urgency.ORDINARY] == 0


def test_alive_but_not_ready_when_the_database_is_away(redis_url: str, client: Client) -> None:
    with mock.patch("config.vitals._heartbeat_ages", side_effect=DatabaseError):
        assert client.get("/readyz").json()["problems"] == ["database"]
        assert client.get("/readyz").status_code == 503
        assert b'bonewatch_up{part="database"} 0.0' in client.get("/metrics").content
        assert client.get("/healthz").status_code == 200


def test_metrics_are_prometheus_text_without_anything_personal(redis_url: str, client: Client) -> None:
    now = timezone.now()
    everybody_at_work(now)
    outbox.enqueue([due("late", now - timedelta(seconds=9), Urgency.URGENT)], now=now)
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert 'bonewatch_heartbeat_age_seconds{process="beat"}' in text
    assert 'bonewatch_queue_length{queue="urgent"} 0.0' in text
    assert "2025550123" not in text


def test_a_mark_is_moved_and_not_repeated() -> None:
    early, late = timezone.now() - timedelta(minutes=1), timezone.now()
    heartbeat.mark(URGENT, now=early)
    heartbeat.mark(URGENT, now=late)
    assert list(Heartbeat.objects.values_list("name", "at")) == [(URGENT, late)]


def test_check_heartbeat_answers_by_its_exit() -> None:
    heartbeat.mark(BEAT, now=timezone.now())
    call_command("check_heartbeat", BEAT, stdout=StringIO())
    with pytest.raises(CommandError, match="urgent"):
        call_command("check_heartbeat", BEAT, URGENT)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_these_pages_are_for_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
