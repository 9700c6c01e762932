"""Two sweeps at once: one substitution, one text of each kind, one hand-off, and codes that differ."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from alerts.models import Alarm, Override, Responder, RotaQuestion
from alerts.rota import keeping, readiness, troubles
from tests.support import builders as make
from tests.support import rota as on_call

pytestmark = pytest.mark.django_db(transaction=True)

HANDOVER = make.ny("2026-06-08 08:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def together(work: Callable[[], Any], hands: int = 3) -> None:
    """The same at the same moment, by several; none may fail."""
    start = threading.Barrier(hands)
    failed: list[BaseException] = []

    def run() -> None:
        start.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed


def test_somebody_who_is_not_ready_is_replaced_once() -> None:
    _, (_, bea, cat) = on_call.weekly()
    Responder.objects.filter(pk=bea.pk).update(email="")
    together(lambda: keeping.keep(now=HANDOVER - DAY))
    assert Override.objects.count() == 1
    assert on_call.texts(cat) == ["rota_put_on"]
    assert on_call.texts(bea) == ["rota_put_off"]


def test_a_test_page_and_a_hand_off_go_out_once() -> None:
    _, (_, bea, _) = on_call.weekly()
    together(lambda: keeping.keep(now=HANDOVER - DAY))
    readiness.answer(bea, on_call.code_of(bea, "ready"), HANDOVER - DAY + MINUTE)
    together(lambda: keeping.keep(now=HANDOVER - MINUTE))
    assert on_call.texts(bea) == ["rota_test", "rota_ready", "rota_handoff"]
    assert RotaQuestion.objects.count() == 2


def test_an_answer_that_comes_twice_is_thanked_for_once() -> None:
    _, (_, bea, _) = on_call.weekly()
    keeping.keep(now=HANDOVER - DAY)
    code = on_call.code_of(bea, "ready")
    together(lambda: readiness.answer(bea, code, HANDOVER - DAY + MINUTE))
    assert on_call.texts(bea) == ["rota_test", "rota_ready"]


def test_one_trouble_is_one_alarm() -> None:
    made, _ = on_call.weekly()
    made.rotations.update(ends_on="2026-06-10")
    together(lambda: troubles.check(now=HANDOVER))
    assert [alarm.key for alarm in Alarm.objects.all()] == [f"rota:gaps:{made.pk}"]
