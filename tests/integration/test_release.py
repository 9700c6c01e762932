"""From due to the outbox: the gate on real rows, every refusal with its reason, and the words that leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from messaging import dispatch
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from messaging.models import Message
from patients.models import Clinic, ContactPoint, CoordinatorTask, Patient
from reminders import release
from reminders.domain.offsets import Elapsed, WallTime
from reminders.domain.words import Condition, Reason, ReminderState
from reminders.models import PlannedReminder, ReminderRule, Schedule, Visit
from tests.support import builders as make
from tests.support.builders import DAY, HOUR, ny

pytestmark = pytest.mark.django_db
DAY_BEFORE = ny("2026-06-16 09:00")


def only(code: str = "day_before", **changes: Any) -> Schedule:
    """One visit with one rung by text, planned."""
    ReminderRule.objects.all().delete()
    make.rule(code, changes.pop("offset", WallTime(-1, time(9))), **changes)
    return make.planned_schedule(visits=1)


def the(course: Schedule) -> PlannedReminder:
    (reminder,) = make.reminders(course)
    return reminder


def sent() -> list[Message]:
    return list(Message.objects.order_by("pk"))


class TestWhatLeaves:
    """A reminder becomes a message."""

    def test_nothing_leaves_before_its_time(self) -> None:
        course = only()
        assert release.release_due(now=DAY_BEFORE - timedelta(seconds=1)) == 0
        assert the(course).state == ReminderState.PLANNED
        assert release.release_due(now=DAY_BEFORE) == 1
        assert release.release_due(now=DAY_BEFORE) == 0

    def test_a_text_in_plain_words(self) -> None:
        course = only()
        release.release_due(now=DAY_BEFORE)
        (message,) = sent()
        reminder = the(course)
        assert (reminder.state, reminder.settled_at, reminder.message) == ("released", DAY_BEFORE, message)
        assert (message.channel, message.address, message.purpose) == ("sms", make.PHONE, "reminders")
        assert "tomorrow at 9:30 AM" in message.body
        assert "(202) 555-0150" in message.body
        assert message.segments == 1
        assert message.due_at == DAY_BEFORE
        assert message.expires_at == reminder.expires_at == ny("2026-06-16 21:00")

    def test_a_mail_with_the_visit_for_the_calendar(self) -> None:
        course = only(channels=["email"])
        release.release_due(now=DAY_BEFORE)
        (mail,) = sent()
        assert (mail.channel, mail.address) == ("email", make.MAILBOX)
        assert "Wednesday, June 17, 2026 at 9:30 AM" in mail.body
        assert "Wednesday, June 17, 2026" in mail.html
        (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
        assert event.decoded("DTSTART") == ny("2026-06-17 09:30")
        assert event["UID"] == f"{make.visit(course).uuid}@bonewatch"

    def test_in_the_patients_language(self) -> None:
        course = only()
        Patient.objects.update(language="es")
        release.release_due(now=DAY_BEFORE)
        (message,) = sent()
        assert message.language == "es"
        assert "manana" in message.body or "mañana" in message.body
        assert "tomorrow" not in message.body
        assert the(course).state == "released"

    @pytest.mark.parametrize(("released_at", "word"), [("06-15 10:00", "Wed, Jun 17"), ("06-17 08:30", "today")])
    def test_the_day_is_named_by_the_moment_it_really_leaves(self, released_at: str, word: str) -> None:
        only(offset=WallTime(-2, time(9)), expires_minutes=3 * 24 * 60)
        release.release_due(now=ny(f"2026-{released_at}"))
        assert word in sent()[0].body

    def test_it_goes_to_the_first_phone_that_may_be_used(self) -> None:
        course = only()
        make.contact(course.patient, "+12025550112", position=2)
        ContactPoint.objects.filter(address=make.PHONE).update(unusable_since=make.NOW, unusable_reason="30005")
        release.release_due(now=DAY_BEFORE)
        assert [message.address for message in sent()] == ["+12025550112"]

    def test_many_cost_no_more_queries_than_few(self) -> None:
        make.ladder()
        counts = []
        for number, many in enumerate((2, 12)):
            for _ in range(many):
                make.planned_schedule(make.patient(make.PHONE), visits=1, first=f"2026-06-{17 + number} 09:30")
            with CaptureQueriesContext(connection) as queries:
                release.release_due(now=DAY_BEFORE + number * DAY + timedelta(minutes=1))
            counts.append(len(queries))
        assert counts[1] <= counts[0] + 4

    def test_a_batch_has_an_end_and_the_oldest_come_first(self) -> None:
        make.ladder()
        courses = [make.planned_schedule(make.patient(make.PHONE), visits=1) for _ in range(3)]
        assert release.release_due(now=DAY_BEFORE, limit=4) == 4
        by_code = {r.rule.code for course in courses for r in make.reminders(course) if r.state != "planned"}
        assert "confirm" in by_code
        assert release.release_due(now=DAY_BEFORE, limit=100) == 5


def change(model: Any, **fields: Any) -> Callable[[], Any]:
    """A change that comes past every service: only the gate can notice it."""
    return lambda: model.objects.update(**fields)


REFUSALS: list[tuple[Callable[[], Any], Reason]] = [
    (change(Patient, status="on_hold"), Reason.PATIENT_ON_HOLD),
    (change(Patient, status="discharged"), Reason.PATIENT_DISCHARGED),
    (change(Patient, status="deceased"), Reason.PATIENT_DECEASED),
    (change(Schedule, status="on_hold"), Reason.SCHEDULE_ON_HOLD),
    (change(Schedule, status="cancelled"), Reason.SCHEDULE_CANCELLED),
    (change(Schedule, status="finished"), Reason.SCHEDULE_FINISHED),
    (change(Visit, status="cancelled"), Reason.VISIT_CANCELLED),
    (change(Visit, status="missed"), Reason.VISIT_MISSED),
    (change(ReminderRule, is_active=False), Reason.RULE_CHANGED),
    (change(Visit, at=ny("2026-06-18 09:30")), Reason.VISIT_MOVED),
    (change(Visit, status="given", given_on=date(2026, 6, 17)), Reason.DOSE_GIVEN),
    (lambda: ContactPoint.objects.all().delete(), Reason.NO_CONTACT),
    (change(ContactPoint, unusable_since=make.NOW, unusable_reason="30005"), Reason.CONTACT_UNUSABLE),
    (lambda: make.agree(make.PHONE, granted=False, now=DAY_BEFORE), Reason.NO_CONSENT),
    (change(Clinic, daytime_line=""), Reason.WORDING),
]


@pytest.mark.parametrize(("happens", "reason"), REFUSALS, ids=[reason.value for _, reason in REFUSALS])
def test_each_refusal_is_stored_with_its_reason(happens: Callable[[], Any], reason: Reason) -> None:
    course = only()
    happens()
    assert release.release_due(now=DAY_BEFORE) == 1
    reminder = the(course)
    assert (reminder.state, reminder.reason, reminder.settled_at) == ("skipped", reason, DAY_BEFORE)
    assert reminder.message is None
    assert not Message.objects.exists()
    assert release.release_due(now=DAY_BEFORE + HOUR) == 0


def test_a_text_without_words_becomes_a_task_for_a_person() -> None:
    only()
    Clinic.objects.update(daytime_line="")
    release.release_due(now=DAY_BEFORE)
    (task,) = CoordinatorTask.objects.all()
    assert (task.kind, "telephone" in task.detail) == ("no_contact", True)


@pytest.mark.parametrize(
    ("rung", "happens", "now", "reason"),
    [
        ({"condition": Condition.GIVEN, "offset": WallTime(1, time(10))}, None, "06-18 10:00", "dose_not_recorded"),
        ({"condition": Condition.UNCONFIRMED}, change(Visit, confirmed_at=make.NOW), "06-16 09:00", "confirmed"),
        ({}, None, "06-16 21:00", "stale"),
        ({"offset": Elapsed(-HOUR), "expires_minutes": 60}, None, "06-17 09:30", "visit_passed"),
        ({"offset": WallTime(-1, time(22)), "expires_minutes": 120}, None, "06-16 22:00", "quiet_hours"),
    ],
)
def test_refusals_that_a_rule_makes(rung: dict[str, Any], happens: Any, now: str, reason: str) -> None:
    course = only(**rung)
    if happens:
        happens()
    release.release_due(now=ny(f"2026-{now}"))
    assert (the(course).state, the(course).reason) == ("skipped", reason)


def test_a_visit_no_longer_overdue_is_not_told_so() -> None:
    overdue = {"anchor": "overdue", "condition": Condition.OVERDUE, "template": "visit_overdue"}
    course = only("overdue", offset=WallTime(1, time(10)), **overdue)
    Visit.objects.update(status="overdue")
    make.plan(course, now=ny("2026-06-21 00:00"))
    Visit.objects.update(status="planned")
    release.release_due(now=ny("2026-06-22 10:00"))
    assert the(course).reason == "not_overdue"


class TestQuietHours:
    """By the patient's clock, from eight in the morning."""

    def test_it_waits_for_the_morning_and_says_today(self) -> None:
        course = only(offset=Elapsed(-2 * HOUR))
        assert release.release_due(now=ny("2026-06-17 07:30")) == 1
        assert (the(course).state, the(course).due_at) == ("planned", ny("2026-06-17 08:00"))
        assert the(course).send_at == ny("2026-06-17 07:30")
        assert release.release_due(now=ny("2026-06-17 07:59")) == 0
        release.release_due(now=ny("2026-06-17 08:00"))
        assert "today" in sent()[0].body

    def test_planning_again_does_not_wake_it(self) -> None:
        course = only(offset=Elapsed(-2 * HOUR))
        release.release_due(now=ny("2026-06-17 07:30"))
        make.plan(course, now=ny("2026-06-17 07:40"))
        assert the(course).due_at == ny("2026-06-17 08:00")

    def test_a_message_never_outlives_the_evening(self) -> None:
        only(offset=WallTime(-2, time(9)), expires_minutes=3 * 24 * 60)
        release.release_due(now=ny("2026-06-15 20:30"))
        assert sent()[0].expires_at == ny("2026-06-15 21:00")


class TestWaitedPastItsDay:
    """The outbox could not send it while its words were true."""

    def test_it_is_worded_anew_for_the_day_it_leaves(self, memory: type[Memory]) -> None:
        course = only(offset=WallTime(-2, time(9)), expires_minutes=3 * 24 * 60)
        release.release_due(now=ny("2026-06-15 20:59"))
        night, morning = ny("2026-06-15 21:30"), ny("2026-06-16 08:00")
        dispatch.run(Urgency.ORDINARY, clock=lambda: night, worker="w")
        assert memory.taken == []
        assert release.reword_stale(now=night) == 1
        assert release.reword_stale(now=night) == 0
        release.release_due(now=night)
        assert (the(course).state, the(course).due_at) == ("planned", morning)
        release.release_due(now=morning)
        dispatch.run(Urgency.ORDINARY, clock=lambda: morning, worker="w")
        ((_, outgoing),) = memory.taken
        assert "tomorrow" in outgoing.body
        first, second = sent()
        assert (first.status, "Jun 17" in first.body) == ("expired", True)
        assert (second.status, the(course).message) == ("accepted", second)

    def test_what_is_stale_itself_is_left(self, memory: type[Memory]) -> None:
        only()
        release.release_due(now=DAY_BEFORE)
        late = ny("2026-06-16 21:00")
        dispatch.run(Urgency.ORDINARY, clock=lambda: late, worker="w")
        assert sent()[0].status == "expired"
        assert release.reword_stale(now=late) == 0


class TestNobodyToReach:
    """A coordinator phones where no message can go."""

    def test_one_task_for_a_visit_however_many_rungs(self) -> None:
        make.ladder()
        course = make.planned_schedule(make.patient())
        release.release_due(now=ny("2026-06-15 10:00"))
        release.release_due(now=DAY_BEFORE)
        release.release_due(now=ny("2026-07-14 09:00"))
        tasks = CoordinatorTask.objects.filter(kind="no_contact", patient=course.patient)
        assert [str(task.title).split(":")[0][-10:] for task in tasks.order_by("pk")] == ["2026-06-17", "2026-07-15"]

    def test_none_where_one_channel_reaches(self) -> None:
        make.ladder()
        course = make.planned_schedule(make.patient(make.MAILBOX))
        release.release_due(now=DAY_BEFORE)
        states = {row.channel: row.state for row in make.reminders(course, visit__number=1, rule__code="day_before")}
        assert states == {"sms": "skipped", "email": "released"}
        assert not CoordinatorTask.objects.filter(detail__startswith="day_before").exists()


class TestOneThatBreaks:
    """A row that nobody foresaw is put aside with a reason; all the others leave."""

    @pytest.mark.parametrize(
        "breaks",
        [
            lambda bad: Patient.objects.filter(pk=bad.patient_id).update(language="zz"),
            lambda bad: Patient.objects.filter(pk=bad.patient_id).update(timezone="Mars/Olympus"),
            lambda bad: ContactPoint.objects.filter(patient=bad.patient_id).update(address="555-nobody"),
        ],
        ids=["language", "zone", "address"],
    )
    def test_the_others_leave(self, breaks: Callable[[Schedule], Any]) -> None:
        ReminderRule.objects.all().delete()
        make.rule("day_before", WallTime(-1, time(9)))
        first, bad, last = (make.planned_schedule(make.patient(f"+1202555016{n}"), visits=1) for n in range(3))
        make.agree("555-nobody")
        breaks(bad)
        assert release.release_due(now=DAY_BEFORE) == 3
        assert [the(course).state for course in (first, last)] == ["released", "released"]
        assert (the(bad).state, the(bad).reason) == ("skipped", "wording")
        assert release.release_due(now=DAY_BEFORE) == 0
