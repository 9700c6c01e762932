"""Senders that are refused: they trip once, are tried now and then, and mend; the operator hears of it once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from alerts.models import Alarm
from messaging import breakers
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.lanes import Lane
from messaging.models import Sender
from tests.support.messages import NOW

pytestmark = pytest.mark.django_db

TEXTS = Lane(Channel.SMS, "", routine=True, owner="1")
PAGES = Lane(Channel.SMS, "", routine=False, owner="1")
CALLS = Lane(Channel.VOICE, "", routine=False, owner="1")
MAILS = Lane(Channel.EMAIL, "", routine=True, owner="1")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def two_senders(settings: object) -> None:
    settings.TWILIO_FROM_REMINDERS = "+12025550100"  # type: ignore[attr-defined]
    settings.TWILIO_FROM_ALERTS = "+12025550101"  # type: ignore[attr-defined]


def refused(*, account: bool = True, sender: str = "+12025550100", now: datetime = NOW) -> bool:
    code, words = ("20003", "no credentials") if account else ("21606", "our sender cannot send texts")
    return breakers.trip(Channel.SMS, sender, code=code, words=words, whole_account=account, now=now)


def stopped(now: datetime = NOW) -> list[str]:
    held = breakers.held(now=now)
    asked = {
        "texts": (TEXTS, Urgency.ORDINARY),
        "pages": (PAGES, Urgency.URGENT),
        "calls": (CALLS, Urgency.URGENT),
        "mails": (MAILS, Urgency.ORDINARY),
    }
    return [name for name, (lane, urgency) in asked.items() if held.stops(lane, urgency, now)]


def test_it_stops_texts_and_calls_when_the_account_is_refused() -> None:
    assert refused()
    assert stopped() == ["texts", "pages", "calls"]


def test_it_stops_one_sender_alone_when_only_that_is_refused() -> None:
    assert refused(account=False)
    assert stopped() == ["texts"]


def test_it_stops_the_mail_host_and_nothing_else() -> None:
    breakers.trip(
        Channel.EMAIL, "office@example.org", code="smtp-auth", words="no credentials", whole_account=False, now=NOW
    )
    assert stopped() == ["mails"]


def test_it_tells_the_operator_once_however_many_were_refused() -> None:
    assert [refused(now=NOW + timedelta(milliseconds=number)) for number in range(5)] == [True] + [False] * 4
    alarm = Alarm.objects.get()
    assert alarm.grave
    assert "no credentials (20003)" in alarm.words


def test_it_lets_one_message_through_after_a_minute_and_no_second() -> None:
    refused()
    soon, later = NOW + timedelta(seconds=59), NOW + MINUTE
    assert not breakers.held(now=soon).probes(TEXTS, Urgency.ORDINARY, soon)
    first, second = breakers.held(now=later), breakers.held(now=later)
    assert first.probes(TEXTS, Urgency.ORDINARY, later)
    assert not second.probes(TEXTS, Urgency.ORDINARY, later)
    assert not breakers.held(now=later).probes(TEXTS, Urgency.ORDINARY, later)


def test_it_tries_what_is_urgent_every_few_seconds() -> None:
    refused()
    now = NOW + timedelta(seconds=5)
    assert breakers.held(now=now).probes(PAGES, Urgency.URGENT, now)
    assert not breakers.held(now=now).probes(PAGES, Urgency.URGENT, now)


def test_it_needs_both_turns_when_account_and_sender_are_refused() -> None:
    refused()
    refused(account=False, now=NOW + timedelta(seconds=30))
    account_due, both_due = NOW + MINUTE, NOW + timedelta(seconds=90)
    assert not breakers.held(now=account_due).probes(TEXTS, Urgency.ORDINARY, account_due)
    assert breakers.held(now=both_due).probes(TEXTS, Urgency.ORDINARY, both_due)


def test_it_lets_everything_flow_once_a_probe_was_accepted() -> None:
    refused()
    now = NOW + MINUTE
    assert breakers.held(now=now).probes(TEXTS, Urgency.ORDINARY, now)
    assert breakers.mend(Channel.SMS, "+12025550100", now=now + timedelta(seconds=1))
    assert stopped(now) == []
    assert Alarm.objects.get().closed_at is not None
    assert not breakers.mend(Channel.SMS, "+12025550100", now=now + timedelta(seconds=2))


def test_it_takes_an_answer_from_before_the_outage_for_no_proof() -> None:
    refused()
    now = NOW + timedelta(seconds=2)
    assert not breakers.mend(Channel.SMS, "+12025550100", now=now)
    assert not breakers.mend(Channel.SMS, "+12025550100", now=now, asked_at=NOW - timedelta(seconds=1))
    assert breakers.mend(Channel.SMS, "+12025550100", now=now, asked_at=NOW + timedelta(seconds=1))


def test_it_mends_the_account_by_a_call_and_leaves_another_sender_held() -> None:
    refused()
    refused(account=False)
    asked = NOW + MINUTE
    assert breakers.mend(Channel.VOICE, "+12025550101", now=asked, asked_at=asked)
    assert stopped(asked) == ["texts"]


def test_it_frees_a_sender_at_once_when_a_person_wants_it() -> None:
    refused()
    assert breakers.free(Sender.objects.get(), by="Ana", now=NOW)
    assert stopped() == []


def test_it_does_not_free_an_outage_that_began_after_the_look() -> None:
    refused()
    seen = Sender.objects.get()
    breakers.free(seen, now=NOW)
    refused(now=NOW + MINUTE)
    assert not breakers.free(seen, by="Ana", now=NOW + MINUTE)
    assert stopped(NOW + MINUTE) == ["texts", "pages", "calls"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one in at a time")
@pytest.mark.django_db(transaction=True)
def test_it_trips_probes_and_mends_once_among_many_workers() -> None:
    def together(act: Callable[[int], bool]) -> int:
        def apart(number: int) -> bool:
            try:
                return act(number)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            return sum(pool.map(apart, range(24)))

    later = NOW + MINUTE
    assert connection.vendor == "postgresql"
    assert together(lambda _: refused()) == 1
    assert together(lambda _: breakers.held(now=later).probes(TEXTS, Urgency.ORDINARY, later)) == 1
    assert together(lambda _: breakers.mend(Channel.SMS, "+12025550100", now=later)) == 1
    assert Alarm.objects.count() == 1
