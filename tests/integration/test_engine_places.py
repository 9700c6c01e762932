"""Places among the requests in flight: as many wait as are asked, and those that wait can be called back."""

from __future__ import annotations

from typing import Any

import pytest

from messaging import dispatch
from messaging.channels.base import Accepted, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Status, Urgency
from messaging.handover import RECALLED
from messaging.models import Attempt, Message
from messaging.pacing import pacer
from tests.support.messages import HandClock, draft, outbox_with


def sixty(clock: HandClock) -> set[str]:
    """Sends sixty texts; answers the states in which they are then."""
    outbox_with(*(draft(f"k{n}", address=f"+120255501{n:02}", body=f"text {n}") for n in range(60)))
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    return set(Message.objects.values_list("status", flat=True))


@pytest.mark.django_db(transaction=True)
class TestPlaces:
    def test_more_are_begun_than_asked_at_once(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pacer(), "concurrency", lambda **_: 10)
        monkeypatch.setattr(Memory, "answers_after", 0.05)
        assert sixty(clock) == {Status.ACCEPTED}
        assert memory.most_at_once == 10

    def test_what_waits_for_a_place_when_the_account_is_refused_is_not_asked(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pacer(), "concurrency", lambda **_: 10)
        monkeypatch.setattr(Memory, "answers_after", 0.05)
        asked: list[str] = []
        take = Memory.take

        def refuse_late(self: Memory, outgoing: Any) -> Accepted:
            asked.append(outgoing.body)
            if len(asked) > 20:
                raise TransientFailure("20003", "not let in", whole_account=True)
            return take(self, outgoing)

        monkeypatch.setattr(Memory, "take", refuse_late)
        assert sixty(clock) == {Status.ACCEPTED, Status.PLANNED}
        assert len(asked) <= 20 + 3 * 10, "those in flight, and not those that waited behind them"
        recalled = Attempt.objects.filter(error_code=RECALLED)
        assert recalled.exists()
        assert all(one.outcome == Attempt.Outcome.TRANSIENT for one in recalled)
