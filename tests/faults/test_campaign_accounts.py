"""The campaign's own books: they find what is lost, doubled or misnamed, and a fuse burns down once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from messaging.channels.base import Accepted
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import Attempt, Message
from tests.faults.campaign import accounts
from tests.faults.campaign.accounts import Accounts
from tests.faults.campaign.board import Board, Point
from tests.support.messages import draft, outbox_with

pytestmark = [pytest.mark.django_db, pytest.mark.own_database]


def sent(key: str = "campaign-1", *, page: bool = False, name: str = "SM1") -> Message:
    """A message that the outbox believes to have been taken under `name`."""
    now = timezone.now()
    kind = {"purpose": Purpose.PAGES, "urgency": Urgency.URGENT} if page else {}
    (message,) = outbox_with(draft(key, due_at=now, expires_at=now + timedelta(hours=1), **kind))
    answer = Accepted(name)
    Message.objects.filter(pk=message.pk).update(
        status=answer.status, provider_id=name, accepted_at=now, submitted_at=now, attempts=1
    )
    Attempt.objects.create(message=message, number=1, worker="w", started_at=now)
    message.refresh_from_db()
    return message


def books(folder: Path, *lines: tuple[str, Message]) -> Accounts:
    """The accounts over a journal of (name at the carrier, message)."""
    journal = "".join(f"1700000000.000 {sid} {message.uuid} {message.address}\n" for sid, message in lines)
    (folder / "journal").write_text(journal)
    return accounts.close(folder, now=timezone.now(), speed=1.0)


def test_what_arrived_once_is_whole(tmp_path: Path) -> None:
    found = books(tmp_path, ("SM1", sent()))
    assert found.is_whole
    assert (found.messages, found.taken) == (1, 1)


def test_what_never_arrived_is_lost(tmp_path: Path) -> None:
    sent()
    found = books(tmp_path)
    assert found.lost == ["campaign-1"]
    assert not found.is_whole


def test_a_reminder_that_arrived_twice_is_doubled_and_told_of(tmp_path: Path) -> None:
    message = sent()
    found = books(tmp_path, ("SM1", message), ("SM2", message))
    assert found.doubled == ["campaign-1"]
    assert not found.is_whole
    assert "campaign-1" in found.evidence[0]


def test_a_page_may_come_twice_after_a_doubt_and_only_then(tmp_path: Path) -> None:
    message = sent(page=True)
    assert books(tmp_path, ("SM1", message), ("SM2", message)).doubled_pages == []  # its try was never told of
    message.tries.update(outcome=Attempt.Outcome.ACCEPTED, finished_at=timezone.now())
    assert books(tmp_path, ("SM1", message), ("SM2", message)).doubled_pages == ["campaign-1"]
    message.tries.update(outcome=Attempt.Outcome.ABSENT)
    twice = books(tmp_path, ("SM1", message), ("SM2", message))
    assert (twice.repeated_pages, twice.is_whole) == (1, True)
    assert not books(tmp_path, ("SM1", message), ("SM2", message), ("SM3", message)).is_whole


def test_twins_may_change_places_and_no_more(tmp_path: Path) -> None:
    first, second = sent(name="SM1"), sent("campaign-2", name="SM2")
    changed = books(tmp_path, ("SM1", second), ("SM2", second))
    assert (changed.exchanged, changed.is_whole) == (2, True)
    assert books(tmp_path, ("SM1", second)).lost == ["campaign-1"]
    assert books(tmp_path, ("SM1", first), ("SM2", second), ("SM3", second)).doubled == ["campaign-2"]
    assert books(tmp_path, ("SM1", second), ("SM2", second), ("SM3", second)).lost == ["campaign-1"]


def test_a_name_that_belongs_to_another_number_is_told_of(tmp_path: Path) -> None:
    message, other = sent(name="SM2"), sent("campaign-2", name="SM1")
    Message.objects.filter(pk=other.pk).update(address="+12025550177")
    other.refresh_from_db()
    assert books(tmp_path, ("SM1", message), ("SM2", other)).misnamed == ["campaign-1", "campaign-2"]


def test_what_is_still_open_is_no_end(tmp_path: Path) -> None:
    message = sent()
    Message.objects.filter(pk=message.pk).update(
        status=Status.IN_DOUBT, lease_until=timezone.now(), claimed_by="w", reason="nobody knows", provider_id=""
    )
    assert books(tmp_path, ("SM1", message)).open == 1


def test_a_fuse_burns_down_once_whoever_reaches_the_point(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board")
    other = Board(tmp_path / "board")
    board.light("a", 2)
    assert [board.reached("a"), other.reached("a"), board.reached("a")] == [False, True, False]
    assert other.points() == [Point("a", hits=3, fuse=0, kills=1)]


def test_a_clock_is_wrong_for_one_host_alone(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board")
    board.set_step(1, -300)
    assert [Board(tmp_path / "board").step(host) for host in (0, 1)] == [0.0, -300.0]
