"""Two sweeps of warnings at once: each occasion is planned once, and each warning leaves once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from alerts.models import PlannedWarning, WarningPlan
from alerts.warnings import planning, release
from messaging.models import Message
from tests.support.builders import HOUR, NOW
from tests.support.warnings import MORNING, enrolled, only_rule

pytestmark = pytest.mark.django_db(transaction=True)
PATIENTS = 12


@pytest.fixture(autouse=True)
def _patients(transactional_db: None) -> None:
    only_rule()
    for number in range(PATIENTS):
        enrolled(f"+120255502{number:02d}")


def together(*works: Callable[[], Any]) -> list[Any]:
    """Start all at the same moment; their answers, or what they raised."""
    start, answers = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001 - told to the test
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    return answers


def test_two_planners_write_each_occasion_once() -> None:
    together(*[lambda: planning.plan_due(now=NOW)] * 4)
    # One that came too early may have found all held by the others.
    planning.plan_due(now=NOW)
    assert PlannedWarning.objects.count() == WarningPlan.objects.count() == PATIENTS


def test_two_releasers_send_each_warning_once() -> None:
    planning.plan_due(now=NOW)
    answers = together(*[lambda: release.release_due(now=MORNING)] * 4)
    assert sum(answers) == PATIENTS
    assert Message.objects.count() == PATIENTS
    assert set(PlannedWarning.objects.values_list("state", flat=True)) == {"released"}


def test_a_planner_beside_a_releaser_neither_doubles_nor_loses() -> None:
    planning.plan_due(now=NOW)
    planning.look_again(now=MORNING)
    together(
        lambda: release.release_due(now=MORNING),
        lambda: planning.plan_due(now=MORNING),
        lambda: release.release_due(now=MORNING),
        lambda: planning.plan_due(now=MORNING),
    )
    release.release_due(now=MORNING + HOUR)
    assert Message.objects.count() == PlannedWarning.objects.count() == PATIENTS
