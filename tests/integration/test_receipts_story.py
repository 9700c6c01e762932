"""Any story of sends, losses, receipts, looks and repairs: no step back, no name twice, nothing lost or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from messaging import dispatch, poll, receipts, reconcile
from messaging.channels.base import ChannelFailure, OutcomeUnknown, Report, TransientFailure
from messaging.channels.memory import Memory
from messaging.channels.twilio_codes import STATUSES
from messaging.domain.delivery import FINAL, MOVES, Status, Urgency
from messaging.models import Attempt, Message, Receipt
from tests.support.messages import HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db

FAILURES: dict[str, Callable[[], ChannelFailure]] = {
    "lost answer": lambda: OutcomeUnknown("ReadTimeout"),
    "lost": lambda: OutcomeUnknown("lost"),
    "busy": lambda: TransientFailure("30001"),
}
_phones = count(100_000)


def reachable(start: Status) -> set[Status]:
    """Every state to which any number of allowed moves leads."""
    found, todo = {start}, [start]
    while todo:
        for status in MOVES[todo.pop()] - found:
            found.add(status)
            todo.append(status)
    return found


class Story(RuleBasedStateMachine):
    """Mother and son on one phone get the same words; the carrier and our workers do what they like."""

    words: ClassVar = st.sampled_from([*STATUSES, "teleported"])
    codes: ClassVar = st.sampled_from(["", "30003", "30005", "30008", "99999"])

    @initialize()
    def begin(self) -> None:
        Memory.reset()
        Message.objects.all().delete()
        self.clock = HandClock()
        phone = f"+1202{next(_phones)}0"
        self.rows = outbox_with(*(draft(f"{who}{phone}", address=phone) for who in ("mother", "son")))
        self.seen = {row.pk: Status(row.status) for row in self.rows}
        self.said = 0

    @rule(failures=st.lists(st.sampled_from([None, *FAILURES]), max_size=2))
    def send(self, failures: list[str | None]) -> None:
        # An OutcomeUnknown with the code "lost" loses the text, any other its answer alone.
        Memory.failures[:] = [FAILURES[kind]() for kind in failures if kind]
        dispatch.run(Urgency.ORDINARY, clock=self.clock, worker="worker:1")
        Memory.failures.clear()

    @rule(who=st.integers(0, 1), name=st.integers(1, 6), word=words, code=codes)
    def hear(self, who: int, name: int, word: str, code: str) -> None:
        """A receipt of either, of any name, true or not."""
        before = Message.objects.get(pk=self.rows[who].pk)
        uuid = before.uuid
        result = receipts.take(uuid, provider_id=f"memory-{name}", word=word, code=code, now=self.clock())
        assert result in {"applied", "ignored", "repeated", "unknown_word"}
        kept = Receipt.objects.filter(message__uuid=uuid, provider_id=f"memory-{name}", word=word)
        assert kept.count() == 1
        if result == "applied":
            assert kept.get().applied
            assert before.status not in FINAL
        else:
            assert Message.objects.get(pk=before.pk).status == before.status

    @rule(word=words, code=codes)
    def ask(self, word: str, code: str) -> None:
        Memory.reports.update({f"memory-{name}": Report(word, code) for name in range(1, 9)})
        poll.look(clock=self.clock)

    @rule()
    def settle(self) -> None:
        reconcile.recover_leases(now=self.clock())
        reconcile.resolve_doubts(clock=self.clock, worker="reconciler:1")

    @rule(seconds=st.sampled_from([1, 10, 61, 700, 4000]))
    def wait(self, seconds: int) -> None:
        self.clock.move(seconds=seconds)

    @invariant()
    def nothing_goes_where_the_table_does_not_lead(self) -> None:
        for row in Message.objects.filter(pk__in=self.seen):
            status = Status(row.status)
            assert status in reachable(self.seen[row.pk]), f"{self.seen[row.pk]} became {status}"
            self.seen[row.pk] = status

    @invariant()
    def each_name_is_one_messages(self) -> None:
        names = Message.objects.filter(pk__in=self.seen).exclude(provider_id="").values_list("provider_id", flat=True)
        assert len(names) == len(set(names))

    @invariant()
    def a_failure_is_about_the_last_try(self) -> None:
        for row in Message.objects.filter(pk__in=self.seen, status__in=[Status.UNDELIVERED, Status.FAILED]):
            earlier = row.tries.filter(number__lt=row.attempts, outcome=Attempt.Outcome.RETURNED)
            assert not row.provider_id or not earlier.filter(provider_id=row.provider_id).exists()

    @invariant()
    def no_receipt_is_forgotten(self) -> None:
        kept = Receipt.objects.filter(message__in=self.rows).count()
        assert kept >= self.said
        self.said = kept

    def teardown(self) -> None:
        """Left alone, and with a carrier that says how it ended, everything ends."""
        if not hasattr(self, "rows"):
            return
        Memory.reports.update({name: Report("delivered") for name, _ in Memory.taken})
        for minutes in [30] * 10 + [300] * 8:
            dispatch.run(Urgency.ORDINARY, clock=self.clock, worker="worker:1")
            self.clock.move(minutes=minutes)
            self.settle()
            Memory.reports.update({name: Report("delivered") for name, _ in Memory.taken})
            poll.look(clock=self.clock)
        open_still = Message.objects.filter(pk__in=self.seen).exclude(status__in=FINAL)
        # Named by a receipt of a name that the carrier never gave: it stays as it is, and is not asked about any more.
        real = {name for name, _ in Memory.taken}
        assert all(row.provider_id not in real and row.next_look_at is None for row in open_still), list(open_still)


def test_whatever_happens_in_whatever_order(memory: type[Memory], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.operator.tell", lambda *_, **__: None)
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Story, settings=settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=quiet)
    )
