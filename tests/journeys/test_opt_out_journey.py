"""An opt-out in free words on a shared phone, on real parts: confirmed at once, and the care goes on another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from messaging import consent
from messaging.domain.delivery import Purpose
from patients.models import ContactPoint, CoordinatorTask, TaskKind
from reminders.models import ReminderRule
from sandbox import testing as carrier
from tests.journeys.test_reminder_journey import ALWAYS_OPEN, asking_ladder, save, visit_in_two_days
from tests.support import builders as make
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
SHARED, HERS, OTHER = "+12025550171", "+12025550178", "+12025550179"


def test_who_opts_out_in_free_words_is_left_alone_and_the_caregiver_is_told_instead(
    live_app: str, worker: Running, start_process: Callable[..., Running], eventually: Eventually
) -> None:
    make.clinic(**ALWAYS_OPEN)
    rosa, luis = make.patient(language="es"), make.patient(given_name="Luis", language="es")
    for address in (SHARED, HERS, OTHER):
        make.agree(address, now=timezone.now())
    for owner in (rosa, luis):
        ContactPoint.objects.create(patient=owner, kind="phone", address=SHARED)
    caregiver = {"owner": "caregiver", "owner_name": "Ana Luz", "position": 2}
    ContactPoint.objects.create(patient=rosa, kind="phone", address=HERS, **caregiver)
    ContactPoint.objects.create(patient=make.patient(given_name="Tom"), kind="phone", address=OTHER)

    carrier.reply(SHARED, "por favor ya no me manden mensages")
    carrier.reply(OTHER, "pls dont txt me anymore")
    eventually(lambda: carrier.bodies_to(SHARED) and carrier.bodies_to(OTHER), 60, what="one confirmation each")
    assert "no recibira mas mensajes" in carrier.bodies_to(SHARED)[0]
    assert "no more texts" in carrier.bodies_to(OTHER)[0]
    asked = CoordinatorTask.objects.filter(kind=TaskKind.OPT_OUT, done_at__isnull=True)
    assert {task.patient.given_name for task in asked.select_related("patient")} == {"Rosa", "Luis", "Tom"}
    assert "texts to Ana Luz (caregiver)" in asked.get(patient=rosa).detail
    assert "Phone the patient" in asked.get(patient=luis).detail

    start_process("beat")
    wall = visit_in_two_days()
    asking_ladder(wall.replace(tzinfo=make.NEW_YORK))
    ReminderRule.objects.update(channels=["sms"])
    save(rosa, wall)
    eventually(lambda: carrier.bodies_to(HERS), 60, what="the reminder on the caregiver's phone")
    assert len(carrier.bodies_to(SHARED)) == 1

    carrier.reply(SHARED, "START")
    eventually(lambda: not asked.filter(patient__in=[rosa, luis]).exists(), 60, what="a START closes the tasks")
    assert consent.state(SHARED, Purpose.REMINDERS) is True
    assert asked.all().get().patient.given_name == "Tom"
