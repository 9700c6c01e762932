"""The sweep of the inbox: who is late is shouted about once, and what another list chases is left to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from alerts.models import Alarm, NurseReview
from inbox import filing, ledger, sweeps
from inbox.admin import rows
from inbox.models import Thread, ThreadText
from patients.models import CoordinatorTask, TaskKind
from tests.support import builders as make
from tests.support.inbox import asks, thread_of
from tests.support.red_flags import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def test_it_shouts_while_somebody_waits_too_long_and_is_quiet_again() -> None:
    rosa = make.patient(make.PHONE)
    asks(make.PHONE)
    NurseReview.objects.all().delete()
    assert sweeps.chase(now=NOW) == 0
    assert sweeps.chase(now=LATER) == 1
    assert sweeps.chase(now=LATER) == 1
    alarm = Alarm.objects.get()
    assert alarm.words == "1 conversation has waited in the inbox past the time to look at it."
    CoordinatorTask.objects.filter(kind=TaskKind.UNREAD_REPLY).update(done_at=LATER, outcome="Phoned")
    assert sweeps.chase(now=LATER) == 0
    assert Alarm.objects.get().closed_at == LATER
    assert thread_of(rosa).waiting_since is None
    assert ThreadText.objects.get().note == "Phoned"


def test_what_a_nurse_has_before_her_is_chased_by_her_own_list() -> None:
    make.clinic()
    asks("+12025550113", "hello")
    assert NurseReview.objects.filter(done_at__isnull=True).count() == 1
    assert sweeps.chase(now=LATER) == 0
    assert ledger.late(now=LATER).count() == 1


def test_it_files_what_stands_nowhere() -> None:
    rosa = make.patient(make.PHONE)
    asks(make.PHONE)
    Thread.objects.all().delete()
    sweeps.chase(now=NOW)
    assert thread_of(rosa).texts.count() == 1


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (lambda: ledger.late(now=NOW).order_by("due_at"), "thread_waiting"),
        (lambda: ledger.waiting().order_by("waiting_since", "pk")[:50], "thread_longest_waiting"),
        (lambda: Thread.objects.order_by("-last_at", "-pk")[: rows.PAGE], "thread_latest"),
        (lambda: filing.still_open().order_by("inbound_id")[:50], "thread_text_open"),
    ],
)
def test_each_question_reads_its_own_index(statement: object, index: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert index in statement().explain()  # type: ignore[operator]
