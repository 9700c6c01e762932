"""A number that is corrected while a text waits for it: the text must not leave for the wrong one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messaging import dispatch
from messaging.channels.base import TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from patients.models import ContactPoint
from reminders.domain.words import Reason
from reminders.models import Schedule
from reminders.release import release_due
from tests.support import builders as b
from tests.support.messages import HandClock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
RIGHT = "+12025550119"


def leave(now: datetime) -> list[str]:
    """Let what is due leave; the addresses that were written to."""
    release_due(now=now)
    dispatch.run(Urgency.ORDINARY, clock=HandClock(now), worker="w")
    return [outgoing.address for _, outgoing in Memory.taken]


@pytest.fixture
def waiting() -> tuple[Schedule, datetime]:
    """A text that the carrier could not take yet, worded by the real clock, at ten by the patient's."""
    b.ladder()
    zone = next(z for z in map(ZoneInfo, ("America/New_York", "Europe/Madrid", "Asia/Tokyo", "Pacific/Auckland"))
                if 9 <= b.real_now().astimezone(z).hour < 19)  # fmt: skip
    now = b.real_now()
    owner = b.patient(timezone=zone.key)
    b.contact(owner, b.PHONE, agrees=False)
    for address in (b.PHONE, RIGHT):
        b.agree(address, now=now - timedelta(days=1))
    first = (now.astimezone(zone) + timedelta(minutes=100)).strftime("%Y-%m-%d %H:%M")
    schedule = b.schedule(owner, first=first)
    b.plan(schedule, now=now)
    Memory.failures.append(TransientFailure("connect", "no connection"))
    assert leave(now) == []
    return schedule, now


def test_a_text_waits_for_the_corrected_number(waiting: tuple[Schedule, datetime]) -> None:
    schedule, now = waiting
    contact = ContactPoint.objects.get()
    contact.address = RIGHT
    contact.save()
    assert leave(now + timedelta(minutes=1)) == [RIGHT]
    assert Reason.CONTACT_CHANGED in b.reasons(schedule)


def test_a_text_does_not_leave_for_a_number_that_was_removed(waiting: tuple[Schedule, datetime]) -> None:
    _, now = waiting
    ContactPoint.objects.get().delete()
    assert leave(now + timedelta(minutes=1)) == []


def test_a_text_for_a_number_that_stays_is_left_alone(waiting: tuple[Schedule, datetime]) -> None:
    schedule, now = waiting
    contact = ContactPoint.objects.get()
    contact.position = 2
    contact.save()
    assert leave(now + timedelta(minutes=1)) == [b.PHONE]
    assert Reason.CONTACT_CHANGED not in b.reasons(schedule)
