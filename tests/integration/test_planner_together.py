"""Two at once: planners, releasers, a planner beside a releaser, two nurses at one visit. Each thing happens once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from messaging.models import Message
from patients.models import CoordinatorTask
from reminders import release, services, sweeps
from reminders.domain.offsets import WallTime
from reminders.models import PlannedReminder, Schedule
from tests.support import builders as make
from tests.support.builders import NOW, ny
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
DAY_BEFORE = ny("2026-06-16 09:00")


@pytest.fixture(autouse=True)
def _ladder(transactional_db: None) -> None:
    make.ladder()


def together(*works: Callable[[], Any]) -> list[Any]:
    """Start all at the same moment; their answers, or what they raised, in order."""
    start, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers[place] = work()
        except Exception as error:  # noqa: BLE001 - told to the test
            answers[place] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return answers


def calm(answers: Sequence[Any]) -> None:
    """None of them failed."""
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers


def courses(count: int = 6) -> list[Schedule]:
    return [make.schedule(make.patient(make.PHONE)) for _ in range(count)]


def doubles() -> list[Any]:
    """Reminders that stand more than once."""
    rows = PlannedReminder.objects.exclude(state="cancelled")
    counted = Counter(rows.values_list("visit", "rule", "channel", "anchor_at"))
    return [identity for identity, times in counted.items() if times > 1]


def test_two_planners_plan_each_reminder_once() -> None:
    made = courses()
    ids = [course.pk for course in made]
    work = [lambda: make.plan_schedules(ids, now=NOW), lambda: make.plan_schedules(ids[::-1], now=NOW)]
    answers = together(*work, *work)
    calm(answers)
    assert sum(report.visits_added for report in answers) == 6 * 5
    assert sum(report.reminders_added for report in answers) == 6 * 25 == PlannedReminder.objects.count()
    assert doubles() == []


def test_two_planners_after_a_change_of_rules_replace_each_reminder_once() -> None:
    made = courses()
    ids = [course.pk for course in made]
    make.plan(*made)
    make.ReminderRule.objects.filter(code="day_before").update(offset_time=time(17))
    answers = together(*[lambda: make.plan_schedules(ids, now=NOW)] * 3)
    calm(answers)
    assert sum(report.reminders_added for report in answers) == 6 * 5 * 2
    assert sum(report.reminders_cancelled for report in answers) == 6 * 5 * 2
    assert doubles() == []


def test_two_releasers_release_each_reminder_once() -> None:
    make.plan(*courses(8))

    def work() -> int:
        decided = 0
        while batch := release.release_due(now=DAY_BEFORE, limit=3):
            decided += batch
        return decided

    answers = together(work, work, work)
    calm(answers)
    due = PlannedReminder.objects.filter(due_at__lte=DAY_BEFORE)
    assert sum(answers) == due.count() == due.exclude(state="planned").count() == 8 * 3
    released = due.filter(state="released")
    assert released.count() == Message.objects.count() == released.values("message").distinct().count() == 8


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_what_another_worker_holds_keeps_nobody_from_the_rest() -> None:
    make.plan(*courses(2))
    due = PlannedReminder.objects.filter(due_at__lte=DAY_BEFORE).order_by("due_at", "id")
    oldest = list(due.values_list("pk", flat=True)[:3])

    def beside() -> int:
        return release.release_due(now=DAY_BEFORE, limit=3)

    with transaction.atomic():
        list(PlannedReminder.objects.select_for_update().filter(pk__in=oldest))
        assert together(beside) == [3]
    assert set(due.filter(state="planned").values_list("pk", flat=True)) == set(oldest)


def test_planning_beside_releasing_neither_doubles_nor_loses() -> None:
    made = courses(12)
    ids = [course.pk for course in made]
    make.plan(*made)
    make.rule("second_thoughts", WallTime(-1, time(8)), template="visit_day_before")

    def plan() -> None:
        for minute in range(4):
            make.plan_schedules(ids, now=DAY_BEFORE + timedelta(minutes=minute))

    def let_go() -> None:
        for minute in range(12):
            release.release_due(now=DAY_BEFORE + timedelta(minutes=minute), limit=4)

    calm(together(plan, let_go, plan, let_go))
    while release.release_due(now=DAY_BEFORE + timedelta(minutes=20)):
        pass
    assert doubles() == []
    texts = PlannedReminder.objects.filter(rule__code="day_before", channel="sms", visit__number=1)
    assert set(texts.values_list("state", flat=True)) == {"released"}
    assert Message.objects.filter(channel="sms").count() == 24


def test_a_hold_beside_a_release_leaves_nothing_to_leave() -> None:
    made = courses(8)
    make.plan(*made)

    def hold() -> None:
        for course in made:
            services.hold_schedule(course, reason="ward", now=DAY_BEFORE)

    def let_go() -> None:
        while release.release_due(now=DAY_BEFORE, limit=2):
            pass

    calm(together(let_go, hold, let_go))
    assert not PlannedReminder.objects.filter(state="planned").exists()
    assert not Message.objects.filter(status="planned").exists(), "released first, taken back after"
    unsaid = PlannedReminder.objects.exclude(state="released")
    assert not unsaid.filter(reason="").exists()


def test_two_nurses_record_one_dose_once() -> None:
    course = make.planned_schedule()
    first = make.visit(course)
    days = (date(2026, 6, 17), date(2026, 6, 18))
    answers = together(
        *[lambda on=on: services.record_dose(first, given_on=on, now=ny("2026-06-18 12:00")) for on in days]
    )
    calm(answers)
    given = make.visit(course)
    assert given.given_on in days
    second = make.visit(course, 2)
    assert (second.on - given.given_on).days == 28, "the plan follows the dose that stands"
    assert doubles() == []


def test_a_cancellation_beside_a_dose_is_one_or_the_other() -> None:
    course = make.planned_schedule()
    first = make.visit(course)
    now = ny("2026-06-17 12:00")
    answers = together(
        lambda: services.record_dose(first, given_on=first.on, now=now),
        lambda: services.cancel_visit(first, reason="Away", now=now),
    )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) <= 1
    assert all(isinstance(error, ValidationError) for error in refused)
    after = make.visit(course)
    assert (after.status, after.given_on) in {("given", first.on), ("cancelled", None)}


def somebody_waits() -> bool:
    """Whether another transaction waits for a lock; SQLite does not tell, and lets one writer in at a time."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_who_comes_second_sees_what_the_first_did() -> None:
    course = make.planned_schedule()
    first, answers = make.visit(course), []

    def record() -> None:
        answers.extend(together(lambda: services.record_dose(first, given_on=first.on, now=ny("2026-06-17 12:00"))))

    second = threading.Thread(target=record)
    with transaction.atomic():
        services.cancel_visit(first, reason="Away", now=ny("2026-06-17 12:00"))
        second.start()
        eventually(somebody_waits, 20)
    second.join(30)
    assert isinstance(answers[0], ValidationError)
    assert make.visit(course).status == "cancelled"


def test_two_sweeps_mark_a_visit_overdue_once() -> None:
    made = courses(10)
    make.plan(*made)
    answers = together(*[lambda: sweeps.mark_overdue(now=ny("2026-06-21 00:00"))] * 3)
    calm(answers)
    assert sum(answers) == 10 == CoordinatorTask.objects.count()
    overdue = PlannedReminder.objects.filter(rule__code="overdue", state="planned")
    assert overdue.count() == 10
