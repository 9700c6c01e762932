"""What /metrics says of red flags is what the rows say, with nobody's name in it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from alerts import alarms, services
from alerts.domain.words import Outcome
from alerts.models import Alert, CanaryRun
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
LEGS = "my legs feel numb and weak since this morning, prob nothing"
MINUTE = timedelta(minutes=1)


def measured(client: Client) -> dict[str, float]:
    """Every figure of red flags by its name and labels."""
    text = client.get("/metrics").content.decode()
    lines = re.findall(r"^(bonewatch_(?:alert|alarm|canary|watchdog)\S*) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


@pytest.fixture
def alert(redis_url: str) -> Alert:
    team = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    now = timezone.now() - timedelta(hours=1)
    flags.text(LEGS, now=now)
    raised = flags.only_alert()
    flags.deliver_all(now=now + timedelta(seconds=2))
    services.accept(raised.pk, by=team.nurse, via="text", now=now + 4 * MINUTE)
    services.reached(raised.pk, by=team.nurse, spoke=True, via="link", now=now + 9 * MINUTE)
    return raised


def test_alerts_are_counted_by_condition_and_tier_and_where_they_stand(alert: Alert, client: Client) -> None:
    seen = measured(client)
    label = f'{{condition="{alert.condition}",tier="{alert.tier}"}}'
    assert seen[f"bonewatch_alerts_raised_total{label}"] == 1
    assert f"bonewatch_alerts_closed_total{label}" not in seen
    assert seen['bonewatch_alerts_open{state="reached"}'] == 1
    assert seen['bonewatch_alerts_open{state="paged"}'] == 0

    assert alert.pages.all()[0].responder is not None
    nurse = Alert.objects.get().owner
    assert nurse is not None
    services.close(alert.pk, by=nurse, outcome=Outcome.IMAGING, via="admin", now=timezone.now())
    assert measured(client)[f"bonewatch_alerts_closed_total{label}"] == 1


def test_the_time_to_each_stage_falls_into_its_bucket(alert: Alert, client: Client) -> None:
    seen = measured(client)
    bucket = 'bonewatch_alert_seconds_bucket{le="%s",stage="%s"}'
    assert (seen[bucket % ("1.0", "page")], seen[bucket % ("5.0", "page")]) == (0, 1)
    assert seen['bonewatch_alert_seconds_sum{stage="page"}'] == pytest.approx(2)
    assert (seen[bucket % ("180.0", "accept")], seen[bucket % ("300.0", "accept")]) == (0, 1)
    assert (seen[bucket % ("300.0", "reach")], seen[bucket % ("600.0", "reach")]) == (0, 1)
    assert seen[bucket % ("+Inf", "close")] == 0
    assert seen['bonewatch_alert_seconds_sum{stage="accept"}'] == pytest.approx(240)
    assert seen['bonewatch_alert_seconds_count{stage="reach"}'] == 1


def test_what_is_overdue_and_what_is_wrong_is_counted(alert: Alert, client: Client) -> None:
    assert measured(client)["bonewatch_alerts_overdue"] == 0
    Alert.objects.update(next_due_at=timezone.now() - timedelta(seconds=30))
    alarms.shout("one", "Something is wrong.", now=timezone.now())
    seen = measured(client)
    assert seen["bonewatch_alerts_overdue"] == 1
    assert seen['bonewatch_alarms_open{grave="true"}'] == 1


def test_the_canary_counts_for_itself_alone(alert: Alert, client: Client) -> None:
    Alert.objects.update(is_canary=True)
    start = timezone.now() - timedelta(minutes=2)
    second = timedelta(seconds=1)
    CanaryRun.objects.create(
        started_at=start, paged_at=start + second, answered_at=start + 3 * second, finished_at=start + 3 * second
    )
    CanaryRun.objects.create(started_at=timezone.now())  # under way: says nothing yet
    seen = measured(client)
    assert not [name for name in seen if name.startswith("bonewatch_alerts_raised_total{")]
    assert seen["bonewatch_canary_up"] == 1
    assert seen['bonewatch_canary_seconds{hop="page"}'] == 1
    assert seen['bonewatch_canary_seconds{hop="answer"}'] == 3
    assert seen["bonewatch_canary_age_seconds"] == pytest.approx(120, abs=30)


def test_nothing_in_it_names_anybody(alert: Alert, client: Client) -> None:
    text = client.get("/metrics").content.decode()
    for secret in ("Rosa", "Luz", make.PHONE[1:], "Ortiz", "legs"):
        assert secret not in text


def test_without_a_database_the_page_still_answers(redis_url: str, client: Client, settings: Any) -> None:
    with mock.patch("alerts.metrics._measure", side_effect=DatabaseError):
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"bonewatch_alerts" not in answer.content
