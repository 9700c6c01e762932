"""The canary walks the real path to a phone that answers, disturbs nobody, and is missed when it does not return."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts import alarms, canary, ledger
from alerts.domain.words import AlertState
from alerts.models import Alert, CanaryRun, NurseReview, ReplyCode, Responder
from messaging import dispatch
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from messaging.models import InboundMessage, Message
from patients.models import CoordinatorTask
from tests.support import builders as make
from tests.support import red_flags as flags
from tests.support.messages import HandClock

pytestmark = pytest.mark.django_db
NOW = flags.NOW
ROBOT = "+12025550199"
SECOND = timedelta(seconds=1)


@pytest.fixture
def team(memory: type[Memory], settings: Any) -> flags.OnCall:
    settings.ALERTS_CANARY_MINUTES, settings.CANARY_PHONE = 15, ROBOT
    made = flags.on_call()
    flags.sign_everything()
    return made


def send(now: datetime) -> None:
    dispatch.run(Urgency.URGENT, clock=HandClock(now), worker="test")


def echo(now: datetime) -> InboundMessage:
    """The robot texts back what it got."""
    page = Message.objects.filter(address=ROBOT).order_by("-pk")[0]
    return flags.text(page.body, sender=ROBOT, now=now)


def test_it_walks_from_text_to_alert_to_page_to_answer_and_each_hop_is_timed(team: flags.OnCall) -> None:
    run = canary.walk(now=NOW)
    assert run is not None
    alert = flags.only_alert()
    assert (alert.is_canary, alert.subject, alert.state) == (True, "canary", AlertState.PAGED)
    send(NOW + SECOND)
    assert echo(NOW + 4 * SECOND).disposition == "canary_back"
    run.refresh_from_db()
    alert.refresh_from_db()
    assert (run.paged_at, run.answered_at, run.finished_at) == (NOW + SECOND, NOW + 4 * SECOND, NOW + 4 * SECOND)
    assert run.failure == ""
    assert alert.state == AlertState.CLOSED
    assert ledger.accounting(NOW + 5 * SECOND).is_whole


def test_nobody_but_the_robot_hears_of_it(team: flags.OnCall) -> None:
    canary.walk(now=NOW)
    send(NOW)
    echo(NOW + SECOND)
    flags.wind(flags.only_alert(), until=NOW + timedelta(hours=1))
    assert [(message.address, message.template) for message in Message.objects.all()] == [(ROBOT, "page")]
    assert not CoordinatorTask.objects.exists()
    assert not NurseReview.objects.exists()


def test_it_never_answers_the_robot_or_the_two_would_talk_for_ever(team: flags.OnCall) -> None:
    canary.walk(now=NOW)
    send(NOW)
    echo(NOW + SECOND)
    before = Message.objects.count()
    assert echo(NOW + 2 * SECOND).disposition == "canary_echo"
    assert flags.text("STOP talking to me", sender=ROBOT).disposition == "canary_echo"
    assert Message.objects.count() == before


def test_it_walks_every_so_many_minutes_and_once(team: flags.OnCall) -> None:
    assert canary.walk(now=NOW) is not None
    assert canary.walk(now=NOW + SECOND) is None
    send(NOW)
    echo(NOW + SECOND)
    assert canary.walk(now=NOW + timedelta(minutes=14, seconds=59)) is None
    assert canary.walk(now=NOW + timedelta(minutes=15)) is not None


@pytest.mark.parametrize(("minutes", "phone"), [(0, ROBOT), (15, "")])
def test_switched_off_or_without_a_phone_it_stays_at_home(
    team: flags.OnCall, settings: Any, minutes: int, phone: str
) -> None:
    settings.ALERTS_CANARY_MINUTES, settings.CANARY_PHONE = minutes, phone
    assert canary.walk(now=NOW) is None
    assert not Alert.objects.exists()


def test_a_canary_that_does_not_come_back_is_an_alarm_and_leaves_nothing_open(team: flags.OnCall) -> None:
    run = canary.walk(now=NOW)
    assert run is not None
    send(NOW + SECOND)
    canary.look(now=NOW + 60 * SECOND)
    assert alarms.open_alarms() == []
    canary.look(now=NOW + 61 * SECOND)
    (alarm,) = alarms.open_alarms()
    assert "not answered" in alarm.words
    run.refresh_from_db()
    assert (run.failure, run.paged_at, run.finished_at) == ("its page was not answered", NOW + SECOND, None)
    assert flags.only_alert().state == AlertState.CLOSED

    # The next one comes back: the alarm is over.
    later = NOW + timedelta(minutes=15)
    canary.walk(now=later)
    send(later)
    echo(later + SECOND)
    assert alarms.open_alarms() == []


def test_a_carrier_that_does_not_take_its_page_is_told_apart(team: flags.OnCall) -> None:
    run = canary.walk(now=NOW)
    assert run is not None
    canary.look(now=NOW + 61 * SECOND)
    run.refresh_from_db()
    assert run.failure == "the carrier did not take its page"


def test_rules_that_read_nothing_are_told_apart(team: flags.OnCall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "WORDS", "lovely weather today")
    run = canary.walk(now=NOW)
    assert run is not None
    run.refresh_from_db()
    assert "not read as a red flag" in run.failure
    assert [alarm.key for alarm in alarms.open_alarms()] == [canary.ALARM]


def test_a_person_with_the_canarys_number_is_never_paged_by_it(team: flags.OnCall, settings: Any) -> None:
    settings.CANARY_PHONE = team.nurse.phone
    assert canary.walk(now=NOW) is None
    assert not Alert.objects.exists()


def test_a_code_of_another_walk_does_not_count(team: flags.OnCall) -> None:
    canary.walk(now=NOW)
    send(NOW)
    code = ReplyCode.objects.get(alert=flags.only_alert()).code
    wrong = "K7Q4" if code != "K7Q4" else "M4RT"
    assert flags.text(f"page {wrong}", sender=ROBOT).disposition == "canary_echo"
    assert CanaryRun.objects.get().answered_at is None


def test_nobody_can_pretend_to_be_the_canary(team: flags.OnCall) -> None:
    """No carrier hands in a sender without a plus; one that did would start no walk of ours."""
    make.patient(make.PHONE)
    text = flags.text(canary.WORDS, sender=canary.SENDER)
    assert text.disposition == "canary_lost"
    assert not Alert.objects.exists()


def test_it_is_missed_after_two_turns(team: flags.OnCall) -> None:
    canary.walk(now=NOW)
    assert not canary.missed(NOW + timedelta(minutes=30))
    assert canary.missed(NOW + timedelta(minutes=30, seconds=1))


def test_the_robot_is_no_nurse(team: flags.OnCall) -> None:
    canary.walk(now=NOW)
    assert Responder.objects.get(phone=ROBOT).name == canary.NAME
