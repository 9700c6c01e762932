"""One suite for every channel: in memory, Twilio's texts and calls (at the sandbox), SMTP (at a real mail host).

Whoever can deliver by an event loop is held to the same in that manner.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.channels.base import (
    Accepted,
    AsyncMember,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    TransientFailure,
)
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Status
from tests.contracts.benches import Bench, MailBench, MemoryBench, TwilioBench, VoiceBench
from tests.support.handing import MANNERS

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])

PARAMS = ["memory-send", "memory-deliver", "sms-send", "sms-deliver", "voice-send", "voice-deliver", "mail-send"]


@pytest.fixture(params=PARAMS)
def bench(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    kind, _, manner = request.param.partition("-")
    made: Bench
    if kind == "memory":
        Memory.reset()
        made = MemoryBench()
    elif kind == "mail":
        made = MailBench(settings, request.getfixturevalue("smtp_sink"), monkeypatch)
    else:
        server = request.getfixturevalue("live_server")
        made = VoiceBench(settings, server) if kind == "voice" else TwilioBench(settings, server)
    made.hand = MANNERS[manner]
    yield made
    Memory.reset()


def test_only_mail_is_without_an_event_loop(bench: Bench) -> None:
    assert isinstance(bench.member(), AsyncMember) is not isinstance(bench, MailBench)


def message(bench: Bench, **changes: Any) -> Outgoing:
    mail, voice = isinstance(bench, MailBench), isinstance(bench, VoiceBench)
    plain: dict[str, Any] = {
        "uuid": uuid4(),
        "channel": Channel.EMAIL if mail else Channel.VOICE if voice else Channel.SMS,
        "address": bench.good,
        "sender": "Clinic <clinic@bonewatch.example>" if mail else "+12025550100",
        "subject": "Your visit" if mail else "",
        "body": "Your visit is mañana at 9:30.",
        "answer_url": "https://clinic.example/webhooks/twilio/voice/x/" if voice else "",
        "callback_url": "" if mail else "https://clinic.example/webhooks/twilio/status/x/",
    }
    return Outgoing(**plain | changes)


def test_what_is_sent_arrives_and_gets_a_name(bench: Bench) -> None:
    answer = bench.hand(bench.member(), message(bench))
    assert isinstance(answer, Accepted)
    assert answer.provider_id
    assert answer.status in (Status.ACCEPTED, Status.SENT)
    sent = message(bench)
    assert bench.arrived(bench.good) == [sent.answer_url or sent.body]


def test_each_message_gets_a_name_of_its_own(bench: Bench) -> None:
    member = bench.member()
    names = {bench.hand(member, message(bench)).provider_id for _ in range(3)}
    assert len(names) == 3
    assert len(bench.arrived(bench.good)) == 3


def test_a_refusal_for_good_says_why_without_naming_the_address(bench: Bench) -> None:
    bench.refuse_for_good()
    with pytest.raises(PermanentFailure) as caught:
        bench.hand(bench.member(), message(bench, address=bench.bad))
    assert caught.value.code
    assert caught.value.words
    assert bench.bad not in caught.value.words + str(caught.value)
    assert not bench.arrived(bench.bad)


def test_a_refusal_for_now_is_worth_another_try(bench: Bench) -> None:
    bench.refuse_for_now()
    member = bench.member()
    with pytest.raises(TransientFailure):
        bench.hand(member, message(bench))
    assert not bench.arrived(bench.good)
    bench.behave()
    bench.hand(member, message(bench))
    assert len(bench.arrived(bench.good)) == 1


def test_a_lost_answer_is_unknown_and_never_called_a_failure(bench: Bench) -> None:
    bench.lose_the_answer()
    with pytest.raises(OutcomeUnknown):
        bench.hand(bench.member(), message(bench))
    assert len(bench.arrived(bench.good)) == 1


def test_a_provider_that_is_away_has_taken_nothing(bench: Bench) -> None:
    bench.go_away()
    with pytest.raises(TransientFailure):
        bench.hand(bench.member(), message(bench))


def test_where_there_is_a_log_it_shows_what_was_taken_although_the_answer_was_lost(bench: Bench) -> None:
    since = timezone.now() - timedelta(minutes=1)
    member = bench.member()
    # A call's words are not in the log: what another message bears the name of is told apart by that name.
    first = None if isinstance(bench, VoiceBench) else bench.hand(member, message(bench, body="Something else."))
    bench.lose_the_answer()
    doubtful = message(bench)
    with pytest.raises(OutcomeUnknown):
        bench.hand(member, doubtful)
    bench.behave()
    found = member.find(doubtful, since=since)
    assert len(found) == (1 if member.keeps_log else 0)
    assert first is None or first.provider_id not in {entry.provider_id for entry in found}


def test_what_was_never_taken_is_not_in_the_log(bench: Bench) -> None:
    member = bench.member()
    since = timezone.now() - timedelta(minutes=1)
    assert list(member.find(message(bench), since=since)) == []
    bench.hand(member, message(bench))
    if not isinstance(bench, VoiceBench):
        assert list(member.find(message(bench, body="Never sent."), since=since)) == []
    assert list(member.find(message(bench, address="+12025550177"), since=since)) == []


def test_what_was_taken_can_be_looked_at_by_its_name(bench: Bench) -> None:
    member = bench.member()
    name = bench.hand(member, message(bench)).provider_id
    report = member.look(name)
    if isinstance(bench, MailBench):
        assert report is None
    else:
        assert report is not None
        assert (report.word, report.code) == ("queued", "")


@pytest.mark.parametrize(
    "name", ["SM" + "f" * 32, "CA" + "f" * 32, "memory-77", "../../Accounts", "<x@example.org>", ""]
)
def test_a_name_that_nobody_gave_is_unknown(bench: Bench, name: str) -> None:
    assert bench.member().look(name) is None


@pytest.mark.parametrize("body", ["👍", "x" * 1601, "‮abc", "a\r\nb", "'; DROP TABLE"])
def test_an_unforeseen_text_is_either_taken_or_refused_for_good(bench: Bench, body: str) -> None:
    with contextlib.suppress(PermanentFailure):
        assert bench.hand(bench.member(), message(bench, body=body)).provider_id
