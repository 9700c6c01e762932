"""Several at the same moment, on a real database: texts, nurses, clocks. One alert, one owner, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from alerts import ledger, services, sweeps
from alerts.domain.policy import Role
from alerts.domain.words import EventKind, Outcome
from alerts.models import Alarm, Alert
from alerts.services import Verdict
from messaging.models import InboundMessage
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db(transaction=True)
NOW = flags.NOW
MINUTE = timedelta(minutes=1)
LEGS = "my legs feel numb and weak since this morning, prob nothing"
OTHER_PHONE = "+12025550998"


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a broker is there or not: nobody sends in the background; what waits is delivered by hand."""
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """All at the same moment; what each answered. None may fail."""
    start = threading.Barrier(len(deeds))
    answers: list[Any] = [None] * len(deeds)
    failed: list[BaseException] = []

    def do(number: int) -> None:
        start.wait()
        try:
            answers[number] = deeds[number]()
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    return answers


def dispositions() -> Sequence[str]:
    return sorted(InboundMessage.objects.values_list("disposition", flat=True))


@pytest.mark.parametrize("sender", [make.PHONE, "+12025550999"])
def test_texts_of_one_person_at_once_are_one_alert_with_every_report(team: flags.OnCall, sender: str) -> None:
    together(*[lambda: flags.text(LEGS, sender=sender)] * 4)
    alert = flags.only_alert()
    assert alert.reports.count() == 4
    assert dispositions() == ["alert_added"] * 3 + ["alert_raised"] or dispositions() == ["alert_raised"] * 4
    assert flags.story(alert).count(EventKind.STEP_PAGED) == 1
    assert not Alarm.objects.exists()


def test_two_families_that_share_two_phones_crosswise_are_both_heard(team: flags.OnCall) -> None:
    one, two = make.patient(OTHER_PHONE), make.patient()
    make.contact(two, "+12025550997")
    make.contact(two, OTHER_PHONE)
    make.contact(one, "+12025550997")
    senders = [OTHER_PHONE, "+12025550997"] * 2
    together(*[lambda sender=sender: flags.text(LEGS, sender=sender) for sender in senders])
    assert {alert.reports.count() for alert in Alert.objects.all()} == {4}
    assert Alert.objects.count() == 2
    assert not InboundMessage.objects.exclude(disposition__startswith="alert_").exists()


def test_of_three_nurses_one_wins_and_the_others_are_told_who(team: flags.OnCall) -> None:
    flags.text(LEGS)
    alert = flags.only_alert()
    people = [team.people[role] for role in (Role.NURSE, Role.BACKUP, Role.CHARGE)]
    answers = together(
        *[lambda person=person: services.accept(alert.pk, by=person, via="link", now=NOW) for person in people]
    )
    assert sorted(answer.verdict for answer in answers) == [Verdict.TAKEN, Verdict.TAKEN, Verdict.WON]
    assert len({answer.owner for answer in answers}) == 1


def test_a_clock_that_strikes_thrice_pages_one_step(team: flags.OnCall) -> None:
    flags.text(LEGS)
    together(*[lambda: sweeps.advance(now=NOW + 3 * MINUTE)] * 3)
    assert flags.story(flags.only_alert()).count(EventKind.STEP_TIMED_OUT) == 1


def test_lost_pages_that_two_look_after_pull_one_step_forward(team: flags.OnCall) -> None:
    flags.text(LEGS)
    together(*[lambda: sweeps.check_receipts(now=NOW + MINUTE)] * 3)
    assert flags.only_alert().position == 1


@pytest.mark.parametrize("turn", range(4))
def test_a_nurse_a_clock_and_a_text_at_once_leave_nothing_half_done(team: flags.OnCall, turn: int) -> None:
    flags.text(LEGS)
    alert = flags.only_alert()
    at = NOW + 3 * MINUTE
    together(
        lambda: services.accept(alert.pk, by=team.nurse, via="text", now=at),
        lambda: sweeps.advance(now=at),
        lambda: sweeps.check_receipts(now=at),
        lambda: flags.text("now i cant pee at all and cant walk", now=at),
        lambda: services.hand_back(alert.pk, by=team.backup, via="call", now=at),
    )
    flags.deliver_all(now=at)
    assert ledger.accounting(at).is_whole
    assert flags.story(flags.only_alert()).count(EventKind.WORSENED) == 1


@pytest.mark.parametrize("turn", range(4))
def test_a_report_at_the_moment_of_the_end_is_in_an_open_case_or_before_it(team: flags.OnCall, turn: int) -> None:
    flags.text(LEGS)
    alert = flags.only_alert()
    together(
        lambda: services.close(alert.pk, by=team.nurse, outcome=Outcome.ADVICE, via="admin", now=NOW + MINUTE),
        lambda: flags.text(LEGS, now=NOW + MINUTE),
    )
    alert.refresh_from_db()
    story = flags.story(alert)
    assert story[-1] == EventKind.CLOSED or story[-2:] == [EventKind.CLOSED, EventKind.INSTRUCTED]
    assert alert.reports.count() == 2 or Alert.objects.count() == 2
    flags.deliver_all(now=NOW + MINUTE)
    assert ledger.accounting(NOW + MINUTE).is_whole
