"""Odd hours of the engine: slow senders, poisoned probes, a database that goes at the wrong moment, late hands."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from messaging import breakers, bulk, dispatch, engine, gate, guard, handover, stock
from messaging.channels.base import Accepted, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.envelope import outgoing
from messaging.models import Attempt, Message
from tests.support.messages import NOW, HandClock, draft, mail, outbox_with


def phone(number: int) -> str:
    return f"+1202555{number:04}"


def run(clock: HandClock) -> dispatch.Tally:
    return dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("key", "status"))


@pytest.mark.django_db
class TestASlowSender:
    @pytest.mark.parametrize("big_ones", [1, 12])
    def test_it_serves_the_clinic_with_three_while_others_have_piles_that_are_older(
        self,
        memory: type[Memory],
        clock: HandClock,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
        big_ones: int,
    ) -> None:
        settings.CARRIER_PACES = dict.fromkeys(settings.CARRIER_PACES, 160)
        early, pile = NOW - timedelta(hours=1), 360 // big_ones
        for clinic in range(big_ones):
            numbers = range(clinic * pile, clinic * pile + pile)
            outbox_with(*(draft(f"big{n}", address=phone(n), on_behalf_of=f"b{clinic}", due_at=early) for n in numbers))
        outbox_with(*(draft(f"small{n}", address=phone(9000 + n), on_behalf_of="small") for n in range(3)))
        take = Memory.take

        def tick(self: Memory, outgoing: Any) -> Accepted:
            clock.move(seconds=0.06)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", tick)
        assert run(clock).asked < 200, "the run ends long before the piles do"
        small = [state for key, state in states().items() if key.startswith("small")]
        assert set(small) == {Status.ACCEPTED}

    def test_no_more_is_claimed_than_can_leave_at_once(
        self, memory: type[Memory], clock: HandClock, settings: Any
    ) -> None:
        settings.CARRIER_PACES = dict.fromkeys(settings.CARRIER_PACES, 1)
        outbox_with(*(draft(f"k{n}", address=phone(n)) for n in range(200)))
        tally = run(clock)
        assert tally.asked >= 1
        assert tally.claimed <= 2 * stock.KEPT_BY_A_SLOW_SENDER, "rows that are put back are work for nothing"


@pytest.mark.django_db
class TestAPause:
    def test_it_stops_what_a_run_has_in_hand(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = Memory.take

        def stop(self: Memory, outgoing: Any) -> Accepted:
            guard.pause(by="manager", reason="the wrong list", now=clock())
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", stop)
        outbox_with(
            *(draft(f"k{n}", address=phone(n)) for n in range(5)),
            draft("answer", address=phone(50), purpose=Purpose.REPLIES, due_at=NOW + timedelta(seconds=1)),
        )
        run(clock)
        assert len(memory.taken) == 1
        clock.move(seconds=2)
        run(clock)
        assert [sent.address for _, sent in memory.taken][1:] == [phone(50)]
        guard.resume(by="manager", now=clock())
        monkeypatch.setattr(Memory, "take", take)
        run(clock)
        assert set(states().values()) == {Status.ACCEPTED}


@pytest.mark.django_db
class TestAPoisonedProbe:
    def test_one_message_that_its_sender_is_always_refused_for_does_not_stop_the_others(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = Memory.take

        def refuse(self: Memory, outgoing: Any) -> Accepted:
            if outgoing.body == "poison":
                raise TransientFailure("21606", "our sender cannot send texts", holds_sender=True, retry_after=300)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", refuse)
        early = NOW - timedelta(minutes=1)
        outbox_with(draft("poison", body="poison", address=phone(1), due_at=early))
        outbox_with(*(draft(f"k{n}", address=phone(10 + n)) for n in range(5)))
        for _ in range(40):
            run(clock)
            clock.move(seconds=30)
        left = [key for key, state in states().items() if state == Status.PLANNED]
        assert left == ["poison"]


@pytest.mark.django_db
class TestABreakerOfOthers:
    def test_that_mails_are_refused_costs_texts_no_statement(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft("first", address=phone(1)))
        with CaptureQueriesContext(connection) as quiet:
            run(clock)
        breakers.trip(Channel.EMAIL, "", code="smtp-535", words="refused", whole_account=True, now=NOW)
        outbox_with(draft("second", address=phone(2)))
        with CaptureQueriesContext(connection) as broken:
            run(clock)
        assert len(broken) <= len(quiet)


@pytest.mark.django_db(transaction=True)
class TestTheDatabaseGoesAway:
    def gone(self, *_: Any, **__: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    def test_answers_are_kept_though_a_breaker_could_not_be_written(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(breakers, "trip", self.gone)
        memory.failures.append(TransientFailure("20003", "not let in", whole_account=True))
        outbox_with(draft("refused", address=phone(1)), draft("taken", address=phone(2)))
        run(clock)
        assert states() == {"refused": Status.PLANNED, "taken": Status.ACCEPTED} or set(
            Attempt.objects.values_list("outcome", flat=True)
        ) == {"transient", "accepted"}

    def test_answers_are_kept_though_the_next_batch_could_not_be_sifted(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Memory, "answers_after", 0.4)
        sift, calls = gate.sift, Counter[str]()

        def once(*args: Any, **kwargs: Any) -> Any:
            calls["sift"] += 1
            if calls["sift"] == 2:
                self.gone()
            return sift(*args, **kwargs)

        monkeypatch.setattr(gate, "sift", once)
        monkeypatch.setitem(engine.BATCH, Urgency.ORDINARY, 3)
        outbox_with(*(draft(f"k{n}", address=phone(n)) for n in range(6)))
        run(clock)
        found = Counter(states().values())
        assert found[Status.ACCEPTED] >= 3
        assert not found[Status.SUBMITTING]

    def test_what_could_not_be_begun_is_free_at_once_and_leaves(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "DATABASE_PAUSE", 0.01)
        begin, calls = bulk.begin, Counter[str]()

        def once(*args: Any, **kwargs: Any) -> Any:
            calls["begin"] += 1
            if calls["begin"] == 1:
                self.gone()
            return begin(*args, **kwargs)

        monkeypatch.setattr(bulk, "begin", once)
        outbox_with(draft("k1", address=phone(1)))
        run(clock)
        run(clock)
        assert states() == {"k1": Status.ACCEPTED}

    def test_what_was_begun_in_a_commit_nobody_heard_of_is_not_asked_about_for_minutes(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The COMMIT stood and its answer was lost: no provider has heard of these, and we know that."""
        monkeypatch.setattr(engine, "DATABASE_PAUSE", 0.01)
        once, calls = engine.Run._write_once, Counter[str]()

        def ambiguous(self_: Any, answers: Any, chunk: Any) -> Any:
            result = once(self_, answers, chunk)
            calls["write"] += 1
            if calls["write"] == 1:
                self.gone()
            return result

        monkeypatch.setattr(engine.Run, "_write_once", ambiguous)
        outbox_with(draft("k1", address=phone(1)))
        run(clock)
        clock.move(seconds=10)
        run(clock)
        assert states() == {"k1": Status.ACCEPTED}
        assert len(memory.taken) == 1


@pytest.mark.django_db(transaction=True)
class TestALateHand:
    @pytest.mark.parametrize("kind", ["sms", "email"])
    def test_a_provider_is_not_asked_after_others_may_think_it_was_not(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        """A process that stood still between its commit and its request: the message may be another's by now."""
        (message,) = outbox_with(draft() if kind == "sms" else mail())
        begun = [0.0]
        monkeypatch.setattr(handover, "moment", lambda: begun[0])
        job = handover.Job(message.pk, Memory(), outgoing(message, now=NOW), not_after=60.0)
        begun[0] = 61.0
        inline = handover.Inline()
        inline.give([job], places=8)
        loop = handover.Loop()
        loop.give([job], places=8)
        for hands in (inline, loop):
            (done,) = hands.collect(5)
            assert isinstance(done.answer, TransientFailure)
        assert memory.taken == []
