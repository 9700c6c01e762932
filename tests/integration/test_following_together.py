"""Several workers at once, or one that dies halfway: what was lost is followed up once, and each contact told once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction  # noqa: F401 - read by the condition of skipif

from alerts.warnings import following as warnings_following
from alerts.warnings import release as warnings_release
from messaging.domain.delivery import Status
from messaging.models import Message
from reminders import following, release
from reminders.models import PlannedReminder, ReminderRule, ReminderTry
from tests.integration.test_planner_together import calm, together
from tests.support import builders as make
from tests.support import warnings

pytestmark = pytest.mark.django_db(transaction=True)
DUE = make.ny("2026-06-16 09:00")
LATER = DUE + timedelta(seconds=10)
FAMILIES = 6


def all_lost(channels: tuple[str, ...] = ("sms", "email")) -> None:
    """Families of a patient and a caregiver, to whose patients neither text nor mail could be brought."""
    make.ladder()
    ReminderRule.objects.exclude(code="day_before").update(is_active=False)
    ReminderRule.objects.update(channels=list(channels))
    for number in range(FAMILIES):
        patient = make.patient(f"+1202555020{number}", f"p{number}@example.org")
        ana: dict[str, Any] = {"position": 2, "owner": "caregiver", "owner_name": "Ana Luz"}
        make.contact(patient, f"+1202555030{number}", **ana)
        make.planned_schedule(patient)
    release.release_due(now=DUE)
    Message.objects.update(status=Status.FAILED, reason="nobody there", finished_at=DUE)


def until_done(worker: Any) -> Any:
    """The worker again and again, as beat calls it; a row that another holds is left for the next turn."""

    def work() -> int:
        return sum(int(worker(now=LATER)) for _ in range(5))

    return work


def told() -> Counter[str]:
    """How many messages there are for each address."""
    return Counter(Message.objects.values_list("address", flat=True))


def test_each_is_followed_up_once_and_goes_on_to_one_contact() -> None:
    all_lost()
    answers = together(*[until_done(following.follow_up)] * 3, *[until_done(release.release_due)] * 2)
    calm(answers)
    following.follow_up(now=LATER)
    release.release_due(now=LATER)
    assert ReminderTry.objects.count() == 2 * FAMILIES
    assert set(told().values()) == {1}
    assert {address for address in told() if address.startswith("+1202555030")} == {
        f"+1202555030{number}" for number in range(FAMILIES)
    }


def test_who_dies_halfway_has_done_nothing_and_the_next_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    all_lost(("sms",))

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(following, "open_tasks", die)
        with pytest.raises(SystemExit):
            following.follow_up(now=LATER)
    assert not ReminderTry.objects.exists()
    assert not PlannedReminder.objects.filter(state="planned", due_at__lte=LATER).exists()
    following.follow_up(now=LATER)
    release.release_due(now=LATER)
    assert set(told().values()) == {1}
    assert len(told()) == 2 * FAMILIES


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_a_rung_of_which_another_holds_a_part_is_left_for_the_next_turn() -> None:
    all_lost()
    held = PlannedReminder.objects.filter(message__isnull=False).order_by("pk")[:1]

    def hold_and_let_another_look() -> int:
        with transaction.atomic():
            list(held.select_for_update(of=("self",)))
            return int(together(lambda: following.follow_up(now=LATER))[0])

    assert hold_and_let_another_look() == 2 * (FAMILIES - 1)
    assert following.follow_up(now=LATER) == 2


def test_warnings_are_followed_up_once_as_well() -> None:
    warnings.only_rule()
    for number in range(FAMILIES):
        warnings.enrolled(f"+1202555020{number}", f"p{number}@example.org")
    warnings.plan_and_release()
    Message.objects.update(status=Status.FAILED, reason="nobody there", finished_at=warnings.MORNING)
    soon = warnings.MORNING + timedelta(seconds=20)
    calm(together(*[lambda: warnings_following.follow_up(now=soon)] * 3))
    assert told().total() == FAMILIES
    warnings_release.release_due(now=soon)
    assert set(told().values()) == {1}
    assert len(told()) == 2 * FAMILIES
