"""The other main job, on real parts: a red flag from her text to the recorded outcome, every hop a row.

Every process is the product's own: web, the urgent worker and beat on a real Redis, the watchdog, and
the carrier of the sandbox. The first nurse sleeps through text and call; the second one takes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.utils import timezone

from alerts.domain.policy import Role
from alerts.domain.words import AlertState, EventKind, Outcome
from alerts.models import Alert, AlertPage
from messaging.models import Message
from sandbox import testing as carrier
from sandbox.models import Call
from tests.support import builders as make
from tests.support import red_flags as flags
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
LEGS = "my legs feel funny and weak since this morning, prob nothing"


@pytest.fixture
def at_work(live_app: str, worker: Running, start_process: Callable[..., Running]) -> list[Running]:
    """Everything runs: web, carrier, worker, beat, watchdog."""
    return [worker, start_process("beat"), start_process("watchdog")]


def quick_ladder() -> None:
    """The red ladder with the shortest waits that a policy may have."""
    alert_policy = flags.red_policy()
    alert_policy.steps.update(wait_seconds=15)


def test_a_red_flag_from_her_text_to_the_outcome(at_work: list[Running], eventually: Eventually) -> None:
    now = timezone.now()
    team = flags.on_call(Role.NURSE, Role.BACKUP, Role.MANAGER, now=now)
    flags.sign_everything(now=now)
    quick_ladder()
    make.patient(make.PHONE)

    carrier.reply(make.PHONE, LEGS)
    alert = Alert.objects.get()
    eventually(lambda: carrier.bodies_to(make.PHONE), 5, what="the instruction on her phone")
    eventually(lambda: carrier.bodies_to(team.nurse.phone), 5, what="the page on the nurse's phone")
    assert "(202) 555-0160" in carrier.bodies_to(make.PHONE)[0]

    eventually(lambda: Call.objects.filter(phone__number=team.nurse.phone).exists(), 40, what="the nurse is called")
    eventually(lambda: carrier.bodies_to(team.backup.phone), 60, what="the second nurse is paged")
    page = carrier.bodies_to(team.backup.phone)[0]
    code = AlertPage.objects.filter(responder=team.backup).first()
    assert code is not None
    assert code.code in page
    link = re.search(r"https?://\S+/a/\S+/", page)
    assert link is not None
    assert requests.get(link[0], timeout=10).status_code == 200
    alert.refresh_from_db()
    assert alert.owner is None  # a link that was only looked at has accepted nothing

    carrier.reply(team.backup.phone, f"ok {code.code.lower()}")
    alert.refresh_from_db()
    assert Alert.objects.get().owner == team.backup
    assert alert.state == AlertState.ACCEPTED
    eventually(lambda: len(carrier.bodies_to(make.PHONE)) >= 2, 15, what="she is told that a nurse will call")
    told = Message.objects.filter(address=team.nurse.phone, template="page_taken")
    eventually(told.exists, 15, what="the first nurse is told who has it")

    carrier.reply(team.backup.phone, f"spoke {code.code}")
    carrier.reply(team.backup.phone, f"ER {code.code}")
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == (AlertState.CLOSED, Outcome.EMERGENCY)
    every_hop_is_a_row(alert)
    eventually(lambda: not Message.objects.filter(status="planned").exists(), 15, what="nothing is left to send")
    nothing_leaks(at_work, team.nurse.phone)


def every_hop_is_a_row(alert: Alert) -> None:
    kinds = flags.story(alert)
    hops = [
        EventKind.RAISED,
        EventKind.STEP_PAGED,
        EventKind.ACCEPTED,
        EventKind.NURSE_ANNOUNCED,
        EventKind.PATIENT_REACHED,
        EventKind.CLOSED,
    ]
    positions = [kinds.index(hop) for hop in hops]
    assert positions == sorted(positions)


def nothing_leaks(processes: list[Running], nurse: str) -> None:
    """No number, no name and no words of a text in any log."""
    for process in processes:
        log = process.output()
        assert not [word for word in (make.PHONE, nurse, "funny", "Rosa") if word in log], process.name
