"""How often a phone is written to: a budget for all rooms, several things in one text, and what waits or is told."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from alerts.models import PlannedWarning
from alerts.warnings import release as warnings_release
from messaging import budget
from messaging.domain.delivery import Status
from messaging.models import Message
from patients.models import Clinic, CoordinatorTask, Patient, TaskKind
from reminders import planner, release, services
from reminders.domain.offsets import Elapsed, WallTime
from reminders.domain.words import Condition, Reason, ReminderState
from reminders.following import follow_up
from reminders.models import PlannedReminder, ReminderRule, ReminderTry, Schedule
from tests.support import builders as make
from tests.support import warnings
from tests.support.builders import DAY, HOUR, ny

pytestmark = pytest.mark.django_db
DAY_BEFORE = ny("2026-06-16 09:00")


@pytest.fixture(autouse=True)
def _usual_budget() -> None:
    """One text a day and three in seven days, as a new clinic has it."""
    make.clinic(texts_a_day=1, texts_a_week=3)


def only_day_before(**changes: Any) -> None:
    ReminderRule.objects.all().delete()
    make.rule("day_before", WallTime(-1, time(9)), **changes)


def two_visits(owner: Patient | None = None, *, second: str = "2026-06-17 14:00") -> tuple[Schedule, Schedule]:
    """Two visits of one patient on one day."""
    owner = owner or make.patient(make.PHONE)
    first = make.planned_schedule(owner, visits=1)
    return first, make.planned_schedule(owner, visits=1, treatment=make.treatment("other"), first=second)


def sent() -> list[Message]:
    return list(Message.objects.filter(channel="sms").order_by("pk"))


def the(course: Schedule, code: str = "day_before") -> PlannedReminder:
    (row,) = make.reminders(course, rule__code=code, channel="sms")
    return row


def release_at(now: datetime) -> list[Message]:
    """What is written to phones at that moment."""
    before = Message.objects.count()
    release.release_due(now=now)
    return sent()[before:]


class TestOneText:
    """Several things that are due leave as one."""

    def test_two_visits_of_a_day_are_named_in_one_text(self) -> None:
        only_day_before()
        first, second = two_visits()
        (text,) = release_at(DAY_BEFORE)
        assert "2 things for tomorrow: 9:30 AM, 2:00 PM." in text.body
        assert "(202) 555-0150" in text.body
        assert (text.template, text.segments, text.routine) == ("visits_together", 1, True)
        assert text.template_version
        assert the(first).message == the(second).message == text
        assert {the(first).state, the(second).state} == {ReminderState.RELEASED}

    def test_in_the_patients_language(self) -> None:
        only_day_before()
        two_visits(make.patient(make.PHONE, language="es"))
        (text,) = release_at(DAY_BEFORE)
        assert "2 cosas para ma" in text.body

    def test_what_is_due_in_the_afternoon_is_said_in_the_morning_text(self) -> None:
        ReminderRule.objects.all().delete()
        make.rule("day_before", WallTime(-1, time(9)), treatment=make.treatment())
        make.rule("later", WallTime(-1, time(15)), treatment=make.treatment("other"))
        first, second = two_visits()
        (text,) = release_at(DAY_BEFORE)
        assert "2 things" in text.body
        assert the(second, "later").message == the(first).message == text
        assert release_at(ny("2026-06-16 15:00")) == []

    def test_two_rungs_of_one_visit_are_one_text_and_the_one_that_asks_speaks(self) -> None:
        only_day_before()
        make.rule("confirm", WallTime(-1, time(9)), condition=Condition.UNCONFIRMED, template="visit_confirm")
        course = make.planned_schedule(make.patient(make.PHONE), visits=1)
        (text,) = release_at(DAY_BEFORE)
        assert text.template == "visit_confirm"
        assert (the(course).state, the(course).reason) == (ReminderState.RELEASED, Reason.SAID_TOGETHER)
        assert the(course).message == the(course, "confirm").message == text

    def test_one_confirmation_is_asked_for_both(self) -> None:
        only_day_before(condition=Condition.UNCONFIRMED, template="visit_confirm")
        two_visits()
        (text,) = release_at(DAY_BEFORE)
        assert "Reply 1 to confirm" in text.body
        assert text.template == "visits_together_confirm"

    def test_mails_are_not_merged_and_do_not_count(self) -> None:
        only_day_before(channels=["email"])
        two_visits(make.patient(make.MAILBOX))
        release.release_due(now=DAY_BEFORE)
        assert Message.objects.filter(channel="email", routine=False).count() == 2


class TestRoom:
    """No phone gets more than its clinic allows."""

    def test_a_notice_two_weeks_ahead_gives_its_place_to_what_is_nearer_and_leaves_the_next_morning(self) -> None:
        only_day_before(treatment=make.treatment())
        make.rule(
            "prepare",
            WallTime(-14, time(8)),
            treatment=make.treatment("other"),
            template="visit_two_weeks",
            expires_minutes=3 * 24 * 60,
        )
        near, far = two_visits(second="2026-06-30 10:00")
        assert release_at(DAY_BEFORE - HOUR) == []
        waiting = the(far, "prepare")
        assert (waiting.due_at, waiting.reason) == (ny("2026-06-17 08:00"), Reason.NO_ROOM)
        assert [text.template for text in release_at(DAY_BEFORE)] == ["visit_day_before"]
        assert [text.template for text in release_at(ny("2026-06-17 08:00"))] == ["visit_two_weeks"]
        assert the(far, "prepare").reason == ""
        assert the(near).state == ReminderState.RELEASED

    def test_what_finds_no_room_in_time_says_so_and_a_coordinator_is_told_whom_to_phone(self) -> None:
        only_day_before()
        Clinic.objects.update(texts_a_day=0)
        course = make.planned_schedule(make.patient(make.PHONE), visits=1)
        assert release_at(DAY_BEFORE) == []
        assert (the(course).state, the(course).reason) == (ReminderState.SKIPPED, Reason.NO_ROOM)
        (task,) = CoordinatorTask.objects.filter(kind=TaskKind.NO_ROOM)
        assert task.patient_id == course.patient_id
        assert "2026-06-17" in task.title

    def test_nobody_is_asked_to_phone_who_was_told_of_the_visit_the_day_before(self) -> None:
        only_day_before()
        make.rule("two_hours", Elapsed(-2 * HOUR), template="visit_same_day", expires_minutes=120)
        course = make.planned_schedule(make.patient(make.PHONE), visits=1)
        release_at(DAY_BEFORE)
        Clinic.objects.update(texts_a_week=1)
        release_at(ny("2026-06-17 08:00"))
        assert the(course, "two_hours").reason == Reason.NO_ROOM
        assert not CoordinatorTask.objects.filter(kind=TaskKind.NO_ROOM).exists()

    def test_two_patients_on_one_phone_share_its_budget_and_are_never_in_one_text(self) -> None:
        only_day_before(expires_minutes=24 * 60)
        courses = [make.planned_schedule(make.patient(make.PHONE), visits=1) for _ in range(2)]
        assert len(release_at(DAY_BEFORE)) == 1
        (waiting,) = [row for row in map(the, courses) if row.state == ReminderState.PLANNED]
        assert (waiting.due_at, waiting.reason) == (ny("2026-06-17 08:00"), Reason.NO_ROOM)
        (text,) = release_at(ny("2026-06-17 08:00"))
        assert "today at 9:30 AM" in text.body

    def test_what_came_to_nothing_leaves_its_room_to_others(self) -> None:
        only_day_before()
        owner = make.patient(make.PHONE)
        make.planned_schedule(owner, visits=1)
        release_at(DAY_BEFORE)
        Message.objects.update(status=Status.SUPPRESSED, reason="taken back", finished_at=DAY_BEFORE)
        make.planned_schedule(make.patient(make.PHONE), visits=1)
        assert len(release_at(DAY_BEFORE + HOUR)) == 1

    def test_a_rung_that_does_not_count_leaves_beside_all_others(self) -> None:
        only_day_before(counts=False)
        two_visits()
        texts = release_at(DAY_BEFORE)
        assert [text.routine for text in texts] == [False, False]

    def test_an_answer_leaves_a_phone_its_room(self) -> None:
        only_day_before()
        make.planned_schedule(make.patient(make.PHONE), visits=1)
        release_at(DAY_BEFORE)
        Message.objects.update(purpose="replies", routine=False)
        assert not budget.routine_texts({make.PHONE}, now=DAY_BEFORE).exists()

    def test_the_patients_narrower_hours_hold(self) -> None:
        only_day_before()
        course = make.planned_schedule(make.patient(make.PHONE), visits=1)
        Patient.objects.update(messages_from=time(12), messages_until=time(14))
        assert release_at(DAY_BEFORE) == []
        assert the(course).due_at == ny("2026-06-16 12:00")
        (text,) = release_at(ny("2026-06-16 12:00"))
        assert text.expires_at == ny("2026-06-16 14:00")


class TestTakingBack:
    """What left as one text is taken back, said anew and followed up for each."""

    def test_the_other_visit_is_said_anew_where_one_is_called_off(self) -> None:
        only_day_before()
        first, second = two_visits()
        release_at(DAY_BEFORE)
        services.cancel_visit(make.visit(first), reason="ill", now=DAY_BEFORE + timedelta(seconds=1))
        assert the(second).state == ReminderState.PLANNED
        (text,) = release_at(DAY_BEFORE + timedelta(seconds=2))
        assert "tomorrow at 2:00 PM" in text.body
        assert the(second).message == text

    def test_what_was_taken_back_on_its_way_is_said_anew_for_the_other(self) -> None:
        only_day_before()
        first, second = two_visits()
        release_at(DAY_BEFORE)
        Message.objects.update(
            status=Status.SUPPRESSED, reason="x", withdrawn=Reason.VISIT_CANCELLED.label, finished_at=DAY_BEFORE
        )
        services.cancel_visit(make.visit(first), reason="ill", now=DAY_BEFORE)
        planner.let_go(now=DAY_BEFORE + HOUR)
        (text,) = release_at(DAY_BEFORE + HOUR)
        assert "2:00 PM" in text.body
        assert make.reminders(second)[-1].message == text

    def test_both_go_on_to_the_next_contact_in_one_text(self) -> None:
        only_day_before()
        owner = make.patient(make.PHONE)
        make.contact(owner, "+12025550112", position=2)
        first, second = two_visits(owner)
        release_at(DAY_BEFORE)
        Message.objects.update(status=Status.FAILED, reason="nobody there", finished_at=DAY_BEFORE)
        assert follow_up(now=DAY_BEFORE + HOUR) == 2
        (text,) = release_at(DAY_BEFORE + HOUR)
        assert text.address == "+12025550112"
        assert "2 things" in text.body
        assert the(first).message == the(second).message == text
        assert ReminderTry.objects.count() == 2
        assert follow_up(now=DAY_BEFORE + 2 * HOUR) == 0


class TestWarnings:
    """Warnings count with reminders, and give way to them."""

    def test_a_warning_waits_for_the_day_after_a_visit_text(self) -> None:
        only_day_before()
        rule = warnings.only_rule()
        owner = warnings.enrolled(make.PHONE)
        make.planned_schedule(owner, visits=1)
        row = PlannedWarning.objects.create(
            patient=owner,
            rule=rule,
            occasion="test/0",
            send_at=DAY_BEFORE - HOUR,
            due_at=DAY_BEFORE - HOUR,
            expires_at=DAY_BEFORE + 3 * DAY,
        )
        warnings_release.release_due(now=DAY_BEFORE - HOUR)
        row.refresh_from_db()
        assert (row.state, row.reason, row.due_at) == ("planned", "no_room", ny("2026-06-17 08:00"))
        (text,) = release_at(DAY_BEFORE)
        assert text.template == "visit_day_before"
        warnings_release.release_due(now=ny("2026-06-17 08:00"))
        row.refresh_from_db()
        assert (row.state, row.reason) == ("released", "")
        assert row.message is not None
        assert row.message.routine
