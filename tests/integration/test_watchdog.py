"""The watchdog alone, no worker, no beat, no Redis: what is overdue is done, what cannot be done is shouted about."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from alerts import alarms
from alerts.domain.policy import Role
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alarm, Alert
from alerts.watchdog import checks
from alerts.watchdog.finding import Check, Clock, Look, Trouble
from alerts.watchdog.rounds import DatabaseAway, Rounds
from config import heartbeat, watching
from config.heartbeat import WATCHDOG
from config.queues import HOUSEKEEPING, ORDINARY, URGENT
from config.watching import Processes
from messaging.channels.base import TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Status
from messaging.models import InboundMessage, Message
from tests.support import builders as make
from tests.support import red_flags as flags
from tests.support.messages import HandClock

pytestmark = pytest.mark.django_db
NOW = flags.NOW
LEGS = "my legs feel numb and weak since this morning, prob nothing"


@pytest.fixture
def wound() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def team(memory: type[Memory]) -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


def keys() -> set[str]:
    return {alarm.key for alarm in alarms.open_alarms()}


def received(memory: type[Memory]) -> set[str]:
    """Every address that the carrier was given something for."""
    return {outgoing.address for _, outgoing in memory.taken}


def watching_nothing_else(check: Check) -> Rounds:
    with mock.patch("alerts.watchdog.checks.CHECKS", ()):
        return Rounds([check])


class TestWhatIsOverdue:
    def test_a_page_that_no_worker_sent_leaves_after_three_seconds(
        self, team: flags.OnCall, memory: type[Memory], wound: HandClock
    ) -> None:
        flags.text(LEGS)
        rounds = Rounds()
        wound.move(seconds=2)
        assert "messages" not in rounds.go(wound).mended
        assert memory.taken == []
        wound.move(seconds=1)
        assert rounds.go(wound).mended["messages"] >= 2
        sent_to = received(memory)
        assert {make.PHONE, team.nurse.phone} <= sent_to
        assert rounds.go(wound).mended == {}

    def test_a_clock_that_nobody_let_strike_strikes(
        self, team: flags.OnCall, memory: type[Memory], wound: HandClock
    ) -> None:
        flags.text(LEGS)
        flags.deliver_all(now=NOW)
        alert = flags.only_alert()
        rounds = Rounds()
        wound.now = alert.next_due_at + timedelta(seconds=4) if alert.next_due_at else NOW
        assert rounds.go(wound).mended["clocks"] == 1
        alert.refresh_from_db()
        assert alert.position == 1
        timed_out = alert.events.get(kind=EventKind.STEP_TIMED_OUT)
        assert timed_out.via == "watchdog"
        paged = {page.message.address for page in alert.pages.filter(position=1)}
        assert paged <= received(memory), "what it wrote in a worker's place it has sent in the same round"

    def test_a_whole_ladder_is_climbed_with_nothing_but_the_watchdog(
        self, team: flags.OnCall, memory: type[Memory], wound: HandClock
    ) -> None:
        """Ten minutes of a dead product: the backup nurse is paged all the same, each step at most 4 s late."""
        flags.text(LEGS)
        rounds = Rounds()
        for _ in range(600 // 4):
            wound.move(seconds=4)
            rounds.go(wound)
        alert = flags.only_alert()
        assert alert.state == AlertState.PAGED
        assert team.backup.name in {name for name, _ in flags.paged(alert)}
        assert {team.nurse.phone, team.backup.phone} <= received(memory)

    def test_a_text_that_nobody_read_is_read(self, team: flags.OnCall, wound: HandClock) -> None:
        InboundMessage.objects.create(
            provider_id="SM1", from_address=make.PHONE, to_address="+12025550100", body=LEGS, received_at=NOW
        )
        rounds = Rounds()
        wound.move(seconds=4)
        assert "texts" not in rounds.go(wound).mended
        wound.move(seconds=1)
        assert rounds.go(wound).mended["texts"] == 1
        assert flags.only_alert().pages.exists()

    def test_a_page_that_a_dead_worker_held_leaves_when_its_lease_has_ended(
        self, team: flags.OnCall, memory: type[Memory], wound: HandClock
    ) -> None:
        flags.text(LEGS)
        Message.objects.update(status=Status.CLAIMED, claimed_by="dead", lease_until=NOW + timedelta(seconds=15))
        rounds = Rounds()
        wound.move(seconds=14)
        rounds.go(wound)
        assert memory.taken == []
        wound.move(seconds=2)
        rounds.go(wound)
        assert team.nurse.phone in received(memory)

    def test_a_page_without_a_receipt_pulls_the_next_step_forward(self, team: flags.OnCall, wound: HandClock) -> None:
        flags.text(LEGS)
        flags.deliver_all(now=NOW)
        Message.objects.filter(purpose="pages").update(status=Status.SENT, finished_at=None)
        wound.move(seconds=61)
        Rounds().go(wound)
        assert flags.only_alert().position == 1


class TestWhatCannotBeMended:
    def test_a_carrier_that_takes_nothing_is_an_alarm_and_its_return_ends_it(
        self, team: flags.OnCall, memory: type[Memory], wound: HandClock
    ) -> None:
        flags.text(LEGS)
        rounds = Rounds()
        memory.failures.extend([TransientFailure("503", "busy")] * 100)
        for _ in range(8):
            wound.move(seconds=4)
            rounds.go(wound)
        assert "watchdog:messages:unsent" in keys()
        memory.failures.clear()
        wound.move(minutes=2)
        rounds.go(wound)
        assert "watchdog:messages:unsent" not in keys()

    def test_an_alert_that_cannot_be_moved_is_an_alarm_with_a_telephone_in_it(
        self, team: flags.OnCall, wound: HandClock
    ) -> None:
        flags.text(LEGS)
        flags.deliver_all(now=NOW)
        alert = flags.only_alert()
        Alert.objects.filter(pk=alert.pk).update(policy={"name": "broken"})
        wound.now = NOW + timedelta(hours=1)
        report = Rounds().go(wound)
        assert "Phone" in report.troubles["watchdog:clocks:overdue"]
        assert f"stuck:{alert.pk}" in keys()

    def test_orphans_are_an_alarm(self, team: flags.OnCall, wound: HandClock) -> None:
        flags.text(LEGS)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE alerts_alertevent SET number = 9 WHERE number = 1")
        Rounds().go(wound)
        assert "watchdog:books:orphan:story_with_holes" in keys()

    def test_one_look_that_breaks_does_not_stop_the_others(self, team: flags.OnCall, wound: HandClock) -> None:
        flags.text(LEGS)
        wound.move(seconds=5)

        def broken(clock: Clock) -> Look:
            raise RuntimeError("+12025550111 is in this error")

        with mock.patch("alerts.watchdog.checks.CHECKS", (Check("broken", broken), *checks.CHECKS)):
            report = Rounds().go(wound)
        assert report.mended["messages"] >= 2
        assert "watchdog:broken:broken" in keys()
        assert not Alarm.objects.filter(words__contains="2025550111").exists()

    def test_managers_hear_of_it_in_the_same_round(
        self, team: flags.OnCall, memory: type[Memory], wound: HandClock
    ) -> None:
        look = Look((Trouble("x", "Something is wrong."),))
        watching_nothing_else(Check("thing", lambda _: look)).go(wound)
        assert {m.address for m in Message.objects.filter(template="alarm")} == {
            team.people[Role.MANAGER].phone,
            team.people[Role.MANAGER].email,
        }


class TestWhoWatchesWhom:
    PROCESSES = ("beat", URGENT, ORDINARY, HOUSEKEEPING)

    def seen(self, at: datetime, *names: str) -> None:
        for name in names:
            heartbeat.mark(name, now=at)

    def test_who_has_not_worked_for_a_minute_is_an_alarm_until_it_works(self, wound: HandClock) -> None:
        self.seen(NOW, *self.PROCESSES)
        rounds = watching_nothing_else(Processes(since=NOW).check())
        wound.move(seconds=20)
        self.seen(wound.now, URGENT, ORDINARY, HOUSEKEEPING)
        assert rounds.go(wound).troubles == {}
        for _ in range(3):
            wound.move(seconds=20)
            self.seen(wound.now, URGENT, ORDINARY, HOUSEKEEPING)
            rounds._next["processes"] = 0.0
            rounds.go(wound)
        assert keys() == {"watchdog:processes:beat"}
        self.seen(wound.now, "beat")
        rounds._next["processes"] = 0.0
        rounds.go(wound)
        assert keys() == set()

    def test_after_a_start_everybody_has_a_minute(self, wound: HandClock) -> None:
        check = Processes(since=NOW).check()
        wound.move(seconds=25)
        assert check.look(wound).troubles == ()
        wound.move(seconds=25)
        assert check.look(wound).troubles == ()
        wound.move(seconds=25)
        assert {trouble.key for trouble in check.look(wound).troubles} == set(self.PROCESSES)

    def test_a_machine_that_slept_excuses_everybody_anew(self, wound: HandClock) -> None:
        check = Processes(since=NOW).check()
        wound.move(hours=8)
        assert check.look(wound).troubles == ()

    def test_a_watchdog_that_is_silent_is_shouted_about_by_the_workers(self) -> None:
        watching.watch_the_watchdog(now=NOW)
        assert keys() == {watching.ALARM}
        heartbeat.mark(WATCHDOG, now=NOW)
        watching.watch_the_watchdog(now=NOW + timedelta(seconds=59))
        assert keys() == set()


class TestTheCommand:
    def once(self) -> dict[str, Any]:
        said, code = StringIO(), 0
        try:
            call_command("watchdog", once=True, stdout=said)
        except SystemExit as end:
            code = int(str(end.code))
        report: dict[str, Any] = json.loads(said.getvalue())
        return report | {"exit": code}

    @pytest.fixture(autouse=True)
    def broker_comes_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # In a process of its own it would stay so; here other tests follow.
        monkeypatch.setattr("messaging.broker.leave_alone", lambda: None)

    def test_when_all_is_well_it_says_so(self, memory: type[Memory]) -> None:
        for name in ("beat", URGENT, ORDINARY, HOUSEKEEPING):
            heartbeat.mark(name, now=timezone.now())
        report = self.once()
        assert (report["exit"], report["well"], report["found"], report["mended"]) == (0, True, [], {})

    def test_what_it_mended_and_what_it_found_is_said_and_the_exit_is_one(self, team: flags.OnCall) -> None:
        flags.text(LEGS, now=timezone.now() - timedelta(seconds=10))
        report = self.once()
        assert report["exit"] == 1
        assert report["mended"]["messages"] >= 2
        assert {found["key"] for found in report["found"]} >= {"watchdog:processes:beat"}
        assert make.PHONE not in json.dumps(report)

    def test_without_a_database_it_fails_in_words(self) -> None:
        with (
            mock.patch("alerts.watchdog.rounds._database_answers", return_value=False),
            mock.patch("alerts.watchdog.checks._overdue_alerts", side_effect=OperationalError("gone")),
            pytest.raises(CommandError, match="database does not answer"),
        ):
            call_command("watchdog", once=True)


def test_a_database_that_is_away_is_told_apart_from_a_look_that_breaks(wound: HandClock) -> None:
    def no_lock(clock: Clock) -> Look:
        raise OperationalError("canceling statement due to lock timeout")

    assert "watchdog:locked:broken" in watching_nothing_else(Check("locked", no_lock)).go(wound).troubles
    with (
        mock.patch("alerts.watchdog.rounds._database_answers", return_value=False),
        pytest.raises(DatabaseAway),
    ):
        watching_nothing_else(Check("locked", no_lock)).go(wound)
