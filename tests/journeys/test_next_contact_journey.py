"""A number that does not exist, on real parts: the caregiver's phone has the reminder, and a coordinator knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from messaging import faults
from messaging.domain.delivery import Channel
from messaging.models import Message
from patients.models import ContactPoint, CoordinatorTask, TaskKind
from reminders.models import ReminderRule
from sandbox import testing as carrier
from tests.journeys.test_reminder_journey import ALWAYS_OPEN, asking_ladder, save, visit_in_two_days
from tests.support import builders as make
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
#: The sandbox's carrier takes texts to it, and reports later that nobody has this number (30005).
DEAD, HERS = "+15005530005", "+12025550178"


def test_what_a_dead_number_does_not_take_is_on_the_caregivers_phone_at_once(
    live_app: str, worker: Running, start_process: Callable[..., Running], eventually: Eventually
) -> None:
    start_process("beat")
    make.clinic(**ALWAYS_OPEN)
    wall = visit_in_two_days()
    asking_ladder(wall.replace(tzinfo=make.NEW_YORK))
    ReminderRule.objects.update(channels=["sms"])
    owner = make.patient()
    for address in (DEAD, HERS):
        make.agree(address, now=timezone.now())
    ContactPoint.objects.create(patient=owner, kind="phone", address=DEAD)
    caregiver = {"owner": "caregiver", "owner_name": "Ana Luz", "position": 2}
    ContactPoint.objects.create(patient=owner, kind="phone", address=HERS, **caregiver)
    course = save(owner, wall)

    eventually(lambda: carrier.bodies_to(HERS), 60, what="the reminder on the caregiver's phone")
    (text,) = carrier.bodies_to(HERS)
    assert "the person you care for" in text
    assert len(carrier.bodies_to(DEAD)) == 1
    assert (Channel.SMS, DEAD) in faults.standing({(Channel.SMS, DEAD)})
    told = CoordinatorTask.objects.filter(
        kind=TaskKind.UNREACHED, title__endswith="it went as a text to the phone of Ana Luz"
    )
    eventually(told.exists, 60, what="the task says what worked")
    assert "text to the patient's phone 1: undelivered" in told.get().detail

    carrier.reply(HERS, "1")
    eventually(lambda: make.visit(course).confirmed_at, 30, what="the caregiver's answer counts")
    assert Message.objects.filter(purpose="reminders").count() == 2
