"""Many in doubt at once: looked up together, twins told apart by their age, and what is repeated says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging import dispatch, reconcile
from messaging.asking import HANDS
from messaging.channels.base import Accepted, OutcomeUnknown, Outgoing, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message
from messaging.outbox import LONGEST_SMS, Draft
from tests.support.messages import NOW, HandClock, draft, mail, outbox_with

pytestmark = pytest.mark.django_db

LOST = "ReadTimeout"
NEVER_ARRIVED = "lost"
PAGE: dict[str, Any] = {"purpose": Purpose.PAGES, "urgency": Urgency.URGENT, "body": "RED FLAG. Reply 4711."}


def look(clock: HandClock) -> dict[str, int]:
    return reconcile.resolve_doubts(clock=clock, worker="reconciler:1")


def in_doubt(memory: type[Memory], clock: HandClock, *drafts: Draft, fates: Sequence[str]) -> list[Message]:
    """Messages that were asked for one after the other, a second apart; for each what became of it."""
    messages = []
    for one, fate in zip(drafts, fates, strict=True):
        messages += outbox_with(one)
        memory.failures.append(OutcomeUnknown(fate))
        dispatch.run(one.urgency, clock=clock, worker="worker:1")
        clock.move(seconds=1)
    rows = [Message.objects.get(pk=message.pk) for message in messages]
    assert {row.status for row in rows} == {Status.IN_DOUBT}
    return rows


def statuses(messages: Sequence[Message]) -> list[str]:
    return [Message.objects.get(pk=message.pk).status for message in messages]


def test_a_hundred_are_looked_up_several_at_once(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [draft(f"k{n}", address=f"+1202555{n:04d}", body=f"text {n}") for n in range(100, 200)]
    outbox_with(*drafts)
    memory.failures += [OutcomeUnknown(LOST) for _ in drafts]
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    busy, peak, lock, honest = [0], [0], threading.Lock(), Memory.find
    answer = threading.Event()  # as long as a carrier needs for it

    def slow(self: Memory, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        with lock:
            busy[0] += 1
            peak[0] = max(peak[0], busy[0])
        answer.wait(0.02)
        with lock:
            busy[0] -= 1
        return honest(self, outgoing, since=since)

    monkeypatch.setattr(Memory, "find", slow)
    clock.move(seconds=10)
    assert look(clock) == {"found": 100}
    assert HANDS / 2 <= peak[0] <= HANDS
    assert Message.objects.filter(status=Status.ACCEPTED).values("provider_id").distinct().count() == 100


class TestTwins:
    """The same words to the same phone."""

    def test_one_name_in_the_log_is_the_older_ones(self, memory: type[Memory], clock: HandClock) -> None:
        rows = in_doubt(memory, clock, draft("mother"), draft("son"), fates=[LOST, NEVER_ARRIVED])
        clock.now = NOW + reconcile.SETTLING + timedelta(seconds=1)
        assert look(clock) == {"found": 1, "sent_again": 1}
        assert statuses(rows) == [Status.ACCEPTED, Status.PLANNED]

    def test_one_whose_look_is_not_due_yet_is_judged_with_the_other(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        mother, son = in_doubt(memory, clock, draft("mother"), draft("son"), fates=[LOST, NEVER_ARRIVED])
        Message.objects.filter(pk=mother.pk).update(lease_until=NOW + timedelta(hours=1))
        clock.move(seconds=10)
        assert look(clock) == {"found": 1, "waiting": 1}
        assert statuses([mother, son]) == [Status.ACCEPTED, Status.IN_DOUBT]

    def test_what_only_the_later_look_has_seen_is_the_older_ones_all_the_same(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = in_doubt(memory, clock, draft("mother"), draft("son"), fates=[LOST, NEVER_ARRIVED])
        answers: Iterator[list[Accepted]] = iter([[], [Accepted("memory-1")]])
        monkeypatch.setattr(Memory, "find", lambda *_, **__: next(answers))
        clock.now = NOW + reconcile.SETTLING + timedelta(seconds=0.5)
        assert look(clock) == {"found": 1, "waiting": 1}, "nobody is sent again because its twin was looked at later"
        assert statuses(rows) == [Status.ACCEPTED, Status.IN_DOUBT]

    def test_while_one_of_them_cannot_be_looked_up_the_other_waits(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = in_doubt(memory, clock, draft("mother"), draft("son"), fates=[NEVER_ARRIVED, NEVER_ARRIVED])
        answers: Iterator[list[Accepted]] = iter([[]])

        def once(*_: Any, **__: Any) -> list[Accepted]:
            try:
                return next(answers)
            except StopIteration:
                raise TransientFailure("20429") from None

        monkeypatch.setattr(Memory, "find", once)
        clock.now = NOW + reconcile.SETTLING + timedelta(seconds=5)
        assert look(clock) == {"carrier_silent": 1, "waiting": 1}
        assert statuses(rows) == [Status.IN_DOUBT] * 2
        monkeypatch.undo()
        clock.move(seconds=20)
        assert look(clock) == {"sent_again": 2}

    def test_ten_of_them_take_each_name_once(self, memory: type[Memory], clock: HandClock) -> None:
        drafts = [draft(f"k{n}", purpose=Purpose.REPLIES) for n in range(10)]
        rows = in_doubt(memory, clock, *drafts, fates=[LOST, NEVER_ARRIVED] * 5)
        clock.move(minutes=2)
        assert look(clock) == {"found": 5, "sent_again": 5}
        assert statuses(rows) == [Status.ACCEPTED] * 5 + [Status.PLANNED] * 5
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        assert len(memory.taken) == 10
        assert Message.objects.values("provider_id").distinct().count() == 10


def test_a_doubt_about_a_later_try_is_not_settled_by_a_look_for_an_earlier(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = in_doubt(memory, clock, draft(), fates=[NEVER_ARRIVED])
    clock.now = NOW + reconcile.SETTLING

    def meanwhile(*_: Any, **__: Any) -> list[Accepted]:
        # Another reconciler was quicker, the second try has left, and its answer was lost as well.
        monkeypatch.undo()
        clock.move(minutes=1)
        assert look(clock) == {"sent_again": 1}
        memory.failures.append(OutcomeUnknown(LOST))
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        return []

    monkeypatch.setattr(Memory, "find", meanwhile)
    assert look(clock) == {"healed": 1}
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.attempts) == (Status.IN_DOUBT, 2)


class TestRepeat:
    """What is urgent is rather sent twice than never, and says that it may be the second."""

    def test_a_page_says_so_in_front(self, memory: type[Memory], clock: HandClock) -> None:
        in_doubt(memory, clock, draft(**PAGE), fates=[NEVER_ARRIVED])
        clock.now = NOW + reconcile.HASTY_SETTLING
        assert look(clock) == {"sent_again": 1}
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        assert [kept.body for _, kept in memory.taken] == ["(repeat) RED FLAG. Reply 4711."]
        assert Message.objects.get().segments == 1

    def test_an_answer_says_so_in_the_persons_language(self, memory: type[Memory], clock: HandClock) -> None:
        answer = draft(**PAGE | {"purpose": Purpose.REPLIES, "language": "es", "body": "Llame ahora."})
        in_doubt(memory, clock, answer, fates=[NEVER_ARRIVED])
        clock.now = NOW + reconcile.HASTY_SETTLING
        look(clock)
        assert Message.objects.get().body == "(repetido) Llame ahora."

    def test_the_first_that_shows_up_in_the_log_later_is_recognised(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_doubt(memory, clock, draft(**PAGE), fates=[LOST])
        with monkeypatch.context() as late:
            late.setattr(Memory, "find", lambda *_, **__: [])
            clock.now = NOW + reconcile.HASTY_SETTLING
            assert look(clock) == {"sent_again": 1}
        memory.failures.append(OutcomeUnknown(NEVER_ARRIVED))
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        clock.move(seconds=5)
        assert look(clock) == {"found": 1}
        assert [kept.body for _, kept in memory.taken] == ["RED FLAG. Reply 4711."]
        assert Message.objects.get().provider_id == "memory-1"

    def test_it_is_said_once(self, memory: type[Memory], clock: HandClock) -> None:
        in_doubt(memory, clock, draft(**PAGE), fates=[NEVER_ARRIVED])
        clock.now = NOW + reconcile.HASTY_SETTLING
        look(clock)
        memory.failures.append(OutcomeUnknown(NEVER_ARRIVED))
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        clock.now += reconcile.HASTY_SETTLING
        assert look(clock) == {"waiting": 1}, "the second time nothing less than proof will do"
        clock.now += reconcile.SETTLING
        assert look(clock) == {"sent_again": 1}
        assert Message.objects.get().body == "(repeat) RED FLAG. Reply 4711."

    def test_a_call_says_it_and_a_mail_has_it_in_its_subject(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call = draft("call", **PAGE | {"channel": Channel.VOICE, "answer_path": "/said/"})
        letter = mail("mail", **PAGE | {"subject": "RED FLAG"})
        in_doubt(memory, clock, call, letter, fates=[NEVER_ARRIVED, NEVER_ARRIVED])
        monkeypatch.setattr(Memory, "keeps_log", False)
        clock.move(seconds=20)
        assert look(clock) == {"sent_again": 2}
        spoken, written = Message.objects.get(key="call"), Message.objects.get(key="mail")
        assert spoken.body == "(repeat) RED FLAG. Reply 4711."
        assert (written.subject, written.body) == ("(repeat) RED FLAG", PAGE["body"])
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        assert {kept.uuid for _, kept in memory.taken} == {spoken.uuid, written.uuid}, "named as before"

    @pytest.mark.parametrize("length", [LONGEST_SMS - 9, LONGEST_SMS - 8, LONGEST_SMS])
    def test_it_stays_within_what_the_carrier_takes(self, memory: type[Memory], clock: HandClock, length: int) -> None:
        in_doubt(memory, clock, draft(**PAGE | {"body": "x" * length}), fates=[NEVER_ARRIVED])
        clock.now = NOW + reconcile.HASTY_SETTLING
        assert look(clock) == {"sent_again": 1}
        body = Message.objects.get().body
        assert len(body) <= LONGEST_SMS
        assert body.endswith("x" * length)
        assert body.startswith("(repeat) ") == (length <= LONGEST_SMS - 9)

    def test_a_reminder_is_proven_absent_first_and_repeats_nothing(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        in_doubt(memory, clock, draft(body="Your visit is tomorrow."), fates=[NEVER_ARRIVED])
        clock.now = NOW + reconcile.SETTLING
        assert look(clock) == {"sent_again": 1}
        assert Message.objects.get().body == "Your visit is tomorrow."
