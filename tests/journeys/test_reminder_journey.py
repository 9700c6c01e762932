"""The main job, on real parts: a schedule is planned, phone and mailbox hear of it, and the answer comes back.

Every process is the product's own: web, Celery worker and beat on a real Redis, the carrier and mail host
of the sandbox. Nobody here tells a worker that something is due: beat's sweeps have to find it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import redis
from django.db import transaction
from django.utils import timezone
from icalendar import Calendar

from messaging.models import InboundMessage, Message
from patients.models import CoordinatorTask, Patient
from reminders import services
from reminders.domain.offsets import Elapsed
from reminders.models import PlannedReminder, ReminderRule, Schedule
from sandbox import testing as carrier
from tests.support import builders as make
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
HELD = "+12025550177"
#: What a transactional test's database lacks: the ladder, and a clinic that is awake at whatever hour tests run.
ALWAYS_OPEN = {"messages_from": time(0), "messages_until": time(0)}


@pytest.fixture
def at_work(live_app: str, worker: Running, start_process: Callable[..., Running]) -> list[Running]:
    """Everything runs: web, carrier, mail host, worker, beat."""
    return [worker, start_process("beat")]


def visit_in_two_days() -> datetime:
    """A wall time in New York, two days ahead to the minute."""
    there = (timezone.now() + timedelta(days=2)).astimezone(make.NEW_YORK)
    return there.replace(second=0, microsecond=0, tzinfo=None)


def due_now(visit_at: datetime) -> Elapsed:
    """The offset of a rung that became due within the last minute."""
    return Elapsed(-timedelta(minutes=math.ceil((visit_at - timezone.now()) / timedelta(minutes=1))))


def asking_ladder(visit_at: datetime) -> None:
    """A question that is due now, the same question in an hour, and the day before."""
    ReminderRule.objects.all().delete()
    now = due_now(visit_at)
    asking = {"condition": "unconfirmed", "template": "visit_confirm", "channels": ["sms", "email"]}
    make.rule("ask", now, **asking)
    make.rule("ask_again", Elapsed(now.delta + timedelta(hours=1)), **asking)
    make.rule("day_before", Elapsed(-timedelta(hours=24)))


def save(owner: Patient, wall: datetime) -> Schedule:
    """A coordinator saves a schedule: it is planned at once."""
    course = make.schedule(owner, first=f"{wall:%Y-%m-%d %H:%M}", visits=3, location="Third floor")
    make.plan(course, now=timezone.now())
    return course


def test_from_a_schedule_to_the_phone_and_back(at_work: list[Running], eventually: Eventually) -> None:
    make.clinic(**ALWAYS_OPEN)
    wall = visit_in_two_days()
    visit_at = wall.replace(tzinfo=make.NEW_YORK)
    asking_ladder(visit_at)
    owner = make.patient()
    for address in (make.PHONE, make.MAILBOX):
        make.agree(address, now=timezone.now())
        make.contact(owner, address, agrees=False)
    with transaction.atomic():
        on_hold = save(make.patient(HELD), wall)
        services.hold_schedule(on_hold, reason="On the ward", now=timezone.now())
    course = save(owner, wall)

    eventually(lambda: carrier.bodies_to(make.PHONE), 30, what="a text on the phone")
    (text,) = carrier.bodies_to(make.PHONE)
    assert "Reply 1" in text
    assert f"at {wall:%-I:%M %p}" in text
    eventually(lambda: carrier.mails_to(make.MAILBOX), 30, what="a mail in the mailbox")
    (letter,) = carrier.mails_to(make.MAILBOX)
    (calendar,) = [a for a in letter.attachments if a.content_type == "text/calendar"]
    (event,) = Calendar.from_ical(calendar.content).walk("VEVENT")
    assert event.decoded("DTSTART") == visit_at
    delivered = Message.objects.filter(channel="sms", status="delivered")
    eventually(delivered.exists, 30, what="the carrier's receipt came back")
    assert {"ask_again/sms", "ask_again/email"} <= set(make.planned(course, 1))

    carrier.reply(make.PHONE, "1")
    eventually(lambda: make.visit(course).confirmed_at, 30, what="the visit is confirmed")
    assert InboundMessage.objects.get().disposition == "confirmed"
    assert make.planned(course, 1) == ["day_before/sms"]
    assert make.reasons(course, visit__number=1) == {"confirmed"}
    eventually(lambda: len(carrier.bodies_to(make.PHONE)) == 2, 30, what="the answer to the answer")
    assert not CoordinatorTask.objects.exists()
    nothing_leaks(at_work)

    # The patient on the ward was left alone, and staff can read why.
    assert carrier.bodies_to(HELD) == []
    assert make.reasons(on_hold) == {"schedule_on_hold"}


def test_an_emptied_redis_loses_nothing(at_work: list[Running], redis_url: str, eventually: Eventually) -> None:
    """FLUSHALL again and again while texts are on their way: each arrives, and none twice."""
    make.clinic(**ALWAYS_OPEN)
    wall = visit_in_two_days()
    asking_ladder(wall.replace(tzinfo=make.NEW_YORK))
    ReminderRule.objects.update(channels=["sms"])
    numbers = [f"+120255502{n:02}" for n in range(15)]
    client = redis.Redis.from_url(redis_url)
    flushed = 0

    def all_arrived() -> bool:
        nonlocal flushed
        if flushed < 12:
            client.flushall()
            flushed += 1
        return all(carrier.bodies_to(number) for number in numbers)

    for number in numbers:
        save(make.patient(number), wall)
        client.flushall()
    eventually(all_arrived, 60, interval=0.4, what="every phone has its text")
    delivered = Message.objects.filter(channel="sms", status="delivered")
    eventually(lambda: delivered.count() == len(numbers), 60, what="every receipt came back")
    client.close()
    assert Counter(len(carrier.bodies_to(number)) for number in numbers) == {1: len(numbers)}
    assert all(process.process.poll() is None for process in at_work)

    # And what is due only later still is.
    assert PlannedReminder.objects.filter(rule__code="ask_again", state="planned").count() >= len(numbers)


def nothing_leaks(processes: list[Running]) -> None:
    """No address and no words of a message in any log."""
    for process in processes:
        log = process.output()
        assert not [word for word in (make.PHONE, make.MAILBOX, "Reply 1", "Rosa") if word in log], process.name
