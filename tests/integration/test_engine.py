"""The engine: many in flight and never too many, turns for every clinic, and answers that survive the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from messaging import breakers, dispatch, engine, faults, guard, outbox, record
from messaging.channels.base import Accepted, OutcomeUnknown, PermanentFailure, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.engine import Answer
from messaging.models import Attempt, Message
from messaging.pacing import pacer
from tests.support.messages import NOW, PHONE, HandClock, agree, draft, mail, outbox_with

LATE = timedelta(minutes=5)


def phone(number: int) -> str:
    return f"+1202555{number:04}"


def texts(count: int, **changes: Any) -> list[Message]:
    return outbox_with(*(draft(f"k{n}", address=phone(n), body=f"text {n}", **changes) for n in range(count)))


def run(clock: HandClock, **options: Any) -> dispatch.Tally:
    return dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1", **options)


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("key", "status"))


@pytest.mark.django_db(transaction=True)
class TestManyInFlight:
    def test_it_begins_gently_and_then_has_as_many_on_their_way_as_it_may(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at_once: list[int] = []
        monkeypatch.setattr(Memory, "answers_after", 0.05)
        take = Memory.take

        def count(self: Memory, outgoing: Any) -> Accepted:
            at_once.append(Memory._in_flight)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", count)
        texts(120)
        most = pacer().concurrency(runner="somebody", urgency=Urgency.ORDINARY)
        assert run(clock).asked == 120
        assert max(at_once[: engine.SLOW_START]) <= engine.SLOW_START
        assert engine.SLOW_START < max(at_once) <= most
        assert set(states().values()) == {Status.ACCEPTED}

    def test_a_mail_does_not_wait_for_texts_that_nobody_answers(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left: list[str] = []
        take = Memory.take

        def note(self: Memory, outgoing: Any) -> Accepted:
            left.append(outgoing.channel.value)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", note)
        monkeypatch.setattr(Memory, "answers_after", 0.2)
        texts(engine.SLOW_START + 5)
        outbox_with(mail(due_at=NOW))
        run(clock)
        assert "email" in left[: engine.SLOW_START + 1], "beside the first texts, not after all of them"

    def test_what_becomes_due_meanwhile_leaves_in_the_same_run(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = Memory.take
        monkeypatch.setattr(Memory, "answers_after", 0.05)

        def later(self: Memory, outgoing: Any) -> Accepted:
            clock.now = NOW + timedelta(seconds=2)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", later)
        outbox_with(draft("now"), draft("soon", address=phone(1), due_at=NOW + timedelta(seconds=1)))
        assert run(clock).asked == 2

    @pytest.mark.parametrize("away_for", [1, 2])
    def test_answers_are_written_down_when_the_database_is_back(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch, away_for: int
    ) -> None:
        monkeypatch.setattr(engine, "DATABASE_PAUSE", 0.01)
        outcomes, away = record.outcomes, [away_for]

        def fail(answers: Sequence[tuple[Message, Answer]], **options: Any) -> list[tuple[Message, Status]]:
            if answers and away[0]:
                away[0] -= 1
                raise OperationalError("server closed the connection unexpectedly")
            return outcomes(answers, **options)

        monkeypatch.setattr(record, "outcomes", fail)
        texts(3)
        run(clock)
        assert set(states().values()) == {Status.ACCEPTED}
        assert len(memory.taken) == 3
        assert set(Attempt.objects.values_list("outcome", flat=True)) == {"accepted"}

    def test_a_name_that_is_anothers_spoils_no_other_answer_of_its_turn(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = Memory.take

        def same(self: Memory, outgoing: Any) -> Accepted:
            answer = take(self, outgoing)
            return Accepted("one-name") if outgoing.body in ("text 0", "text 1") else answer

        monkeypatch.setattr(Memory, "take", same)
        texts(6)
        run(clock)
        found = sorted(states().values())
        assert found == [Status.ACCEPTED] * 5 + [Status.IN_DOUBT]


@pytest.mark.django_db
class TestTurns:
    def test_a_clinic_with_three_does_not_stand_behind_one_with_a_thousand(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(engine.BATCH, Urgency.ORDINARY, 10)
        early = NOW - timedelta(hours=1)
        outbox_with(*(draft(f"big{n}", address=phone(n), on_behalf_of="1", due_at=early) for n in range(60)))
        outbox_with(*(draft(f"small{n}", address=phone(100 + n), on_behalf_of="2") for n in range(3)))
        run(clock)
        order = [sent.address for _, sent in memory.taken]
        assert max(order.index(phone(100 + n)) for n in range(3)) < 10

    def test_lanes_beyond_one_statement_have_their_turn_too(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbox, "MOST_LANES", 3)
        outbox_with(*(draft(f"k{n}", address=phone(n), on_behalf_of=str(n)) for n in range(11)))
        assert run(clock).asked == 11

    def test_rows_of_the_release_before_lanes_leave_as_well(self, memory: type[Memory], clock: HandClock) -> None:
        texts(2)
        Message.objects.update(lane="")
        assert run(clock).asked == 2


@pytest.mark.django_db
class TestWhatIsStopped:
    def test_a_held_sender_keeps_its_messages_untouched_and_stops_no_other(
        self, memory: type[Memory], clock: HandClock, settings: Any
    ) -> None:
        (text,) = texts(1)
        outbox_with(mail())
        sender = settings.TWILIO_FROM_REMINDERS
        breakers.trip(Channel.SMS, sender, code="21606", words="cannot send", whole_account=False, now=NOW)
        run(clock)
        assert states() == {"k0": Status.PLANNED, "mail-1": Status.ACCEPTED}
        kept = Message.objects.get(pk=text.pk)
        assert (kept.attempts, kept.due_at, kept.reason) == (0, NOW, "")

    def test_one_refusal_of_the_account_stops_the_rest_of_the_batch(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        texts(5)
        memory.failures.append(TransientFailure("20003", "not let in", whole_account=True))
        assert run(clock).asked == 1
        assert set(states().values()) == {Status.PLANNED}
        assert run(clock).claimed == 0
        clock.move(minutes=1)
        assert run(clock).asked == 5, "the probe was accepted, and the rest followed"

    def test_a_pause_stops_what_is_routine_and_nothing_else(self, memory: type[Memory], clock: HandClock) -> None:
        guard.pause(by="manager", reason="snow", now=NOW)
        outbox_with(draft("reminder"), draft("answer", purpose=Purpose.REPLIES))
        run(clock)
        assert states() == {"reminder": Status.PLANNED, "answer": Status.ACCEPTED}
        guard.resume(by="manager", now=NOW)
        run(clock)
        assert set(states().values()) == {Status.ACCEPTED}

    def test_nobody_is_asked_about_an_address_that_does_not_work(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft("first"))
        memory.failures.append(PermanentFailure("30005", "the number is not in use", dead_address=True))
        run(clock)
        outbox.enqueue([draft("second")], now=NOW)
        tally = run(clock)
        assert (tally.asked, tally.failed) == (0, 1)
        second = Message.objects.get(key="second")
        assert (second.status, second.error_code) == (Status.FAILED, "30005")
        assert "not in use" in second.reason
        (fault,) = faults.standing({(Channel.SMS, PHONE)}).values()
        faults.clear(fault, by="coordinator", now=NOW)
        outbox.enqueue([draft("third")], now=NOW)
        assert run(clock).asked == 1

    def test_a_flood_to_one_address_is_held_with_its_reason(self, memory: type[Memory], clock: HandClock) -> None:
        agree()
        outbox.enqueue([draft(f"k{n}") for n in range(30)], now=NOW)
        tally = run(clock)
        assert tally.asked == len(memory.taken) < 30
        assert tally.held == 30 - tally.asked
        assert all(Message.objects.filter(status=Status.HELD).values_list("reason", flat=True))

    def test_taken_back_between_claim_and_beginning_it_does_not_leave(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        first, second = texts(2)
        take = Memory.take

        def withdraw(self: Memory, outgoing: Any) -> Accepted:
            outbox.withdraw([second.pk], reason="the visit was cancelled", now=NOW)
            return take(self, outgoing)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Memory, "take", withdraw)
            run(clock)
        assert [sent.address for _, sent in memory.taken] == [first.address]
        assert states()["k1"] == Status.SUPPRESSED


@pytest.mark.django_db
class TestTheEndOfARun:
    def test_what_is_left_when_the_time_is_up_is_free_at_once_and_the_run_says_so(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = Memory.take

        def slow(self: Memory, outgoing: Any) -> Accepted:
            clock.move(seconds=6)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", slow)
        texts(4)
        assert run(clock).unfinished
        assert sorted(states().values()) == [Status.ACCEPTED] * 2 + [Status.PLANNED] * 2
        assert not Message.objects.filter(status=Status.PLANNED).exclude(claimed_by="").exists()

    def test_a_run_that_sent_all_says_so_too(self, memory: type[Memory], clock: HandClock) -> None:
        texts(3)
        assert not run(clock).unfinished

    def test_it_does_not_sit_out_the_pace_of_a_slow_number(
        self, memory: type[Memory], clock: HandClock, settings: Any
    ) -> None:
        settings.CARRIER_PACES = dict.fromkeys(settings.CARRIER_PACES, 1)
        texts(60)
        tally = run(clock)
        assert 0 < tally.asked < 60
        assert Message.objects.filter(status=Status.PLANNED, claimed_by="").count() == 60 - tally.asked

    def test_an_unknown_outcome_is_not_asked_again(self, memory: type[Memory], clock: HandClock) -> None:
        texts(2)
        memory.failures.append(OutcomeUnknown("ReadTimeout"))
        run(clock)
        clock.now += LATE
        run(clock)
        assert len(memory.taken) == 2
        assert sorted(states().values()) == [Status.ACCEPTED, Status.IN_DOUBT]
