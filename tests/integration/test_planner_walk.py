"""A clinic's year at random: whatever people do in whatever order, the plan stays whole after every step.

Each walk is a fixed series of acts; a refusal is a fine answer, a broken promise is not.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from messaging import dispatch
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from messaging.models import Message
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, Patient
from reminders import release, services, sweeps
from reminders.domain.words import STANDING, VisitStatus
from reminders.models import PlannedReminder, ReminderRule, Schedule, Visit
from reminders.planner import let_go
from tests.support import builders as make
from tests.support.builders import DAY, NOW

pytestmark = pytest.mark.django_db
STEPS = 60


class Clinic:
    """One schedule, a clock, and everything that may happen to it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = NOW
        zone = self.dice.choice(["America/New_York", "Pacific/Auckland", "Africa/Cairo"])
        loading = self.dice.choice([[], [0, 7, 14, 28]])
        drug = make.treatment(f"walk{seed}", loading_days=loading, early_days=7)
        self.course = make.schedule(make.patient(make.PHONE, make.MAILBOX, timezone=zone), treatment=drug, visits=8)
        make.plan(self.course, now=self.now)
        self.story: list[str] = []

    def step(self) -> None:
        act = self.dice.choice(self.acts)
        self.story.append(f"{self.now:%m-%d %H:%M} {act.__name__}")
        try:
            act(self)
        except ValidationError as refusal:
            self.story[-1] += f" refused: {refusal.messages[0]}"
        self.course.refresh_from_db()

    @property
    def silent(self) -> bool:
        """Whether nothing may be sent."""
        return self.course.status != "active" or self.fresh().status != "active"

    def visit(self) -> Visit:
        """Most often one of those around now."""
        near = Visit.objects.filter(schedule=self.course, at__gte=self.now - 40 * DAY).order_by("at")[:3]
        rows = list(near) or list(Visit.objects.filter(schedule=self.course))
        return make.visit(self.course, self.dice.choice(rows).number)

    def wait(self) -> None:
        self.now += self.dice.choice([timedelta(hours=1), timedelta(hours=9), DAY, 6 * DAY, 15 * DAY])

    def beat(self) -> None:
        """What runs by itself."""
        sweeps.mark_overdue(now=self.now)
        sweeps.extend_horizons(now=self.now)
        release.release_due(now=self.now)
        release.reword_stale(now=self.now)
        let_go(now=self.now)

    def send(self) -> None:
        release.release_due(now=self.now)
        before = len(Memory.taken)
        dispatch.run(Urgency.ORDINARY, clock=lambda: self.now, worker="w")
        assert not self.silent or len(Memory.taken) == before, "sent to somebody who is not to be written to"

    def next_due(self) -> None:
        """On to the next moment at which something is due, and a little later what waits is sent, or not yet."""
        due = PlannedReminder.objects.filter(visit__schedule=self.course, state="planned", due_at__gt=self.now)
        first = due.order_by("due_at").values_list("due_at", flat=True).first()
        self.now = first or self.now + DAY
        self.beat()

    def release_only(self) -> None:
        release.release_due(now=self.now)

    def record(self) -> None:
        visit = self.visit()
        day = self.now.date() - self.dice.choice([0, 1, 3]) * DAY
        services.record_dose(visit, given_on=day, now=self.now)

    def undo(self) -> None:
        services.undo_dose(self.visit(), now=self.now)

    def confirm(self) -> None:
        services.confirm_visit(self.visit(), now=self.now)

    def ask(self) -> None:
        services.request_move(self.visit(), words="2", now=self.now)

    def move(self) -> None:
        visit = self.visit()
        on = visit.on + self.dice.choice([-3, 1, 2, 9, 30]) * DAY
        services.move_visit(visit, on=on, clock=self.dice.choice([time(8, 15), time(14)]), now=self.now)

    def cancel(self) -> None:
        services.cancel_visit(self.visit(), reason="Away", now=self.now)

    def miss(self) -> None:
        services.miss_visit(self.visit(), reason="Did not come", now=self.now)

    def hold(self) -> None:
        services.hold_schedule(self.course, reason="Low calcium", now=self.now)

    def resume(self) -> None:
        services.resume_schedule(self.course, now=self.now)

    def to_the_ward(self) -> None:
        services.set_patient_status(self.fresh(), status=PatientStatus.ON_HOLD, reason="Ward", now=self.now)

    def home_again(self) -> None:
        services.set_patient_status(self.fresh(), status=PatientStatus.ACTIVE, reason="", now=self.now)

    def other_length(self) -> None:
        Schedule.objects.filter(pk=self.course.pk).update(number_of_visits=self.dice.choice([3, 8, 12, None]))
        make.plan(self.course, now=self.now)

    def other_interval(self) -> None:
        Schedule.objects.filter(pk=self.course.pk).update(interval_days=self.dice.choice([21, 28, 42]))
        make.plan(self.course, now=self.now)

    def other_rule(self) -> None:
        hour = self.dice.choice([9, 11, 16])
        ReminderRule.objects.filter(code="day_before").update(offset_time=time(hour))
        make.plan(self.course, now=self.now)

    def fresh(self) -> Patient:
        return Patient.objects.get(pk=self.course.patient_id)

    acts: tuple[Callable[[Clinic], None], ...] = (
        *(wait, wait, beat, send),
        *(next_due, send) * 5,
        *(release_only, record, record, undo, confirm, ask, move, move, cancel, miss, hold, resume, resume),
        *(to_the_ward, home_again, home_again, other_length, other_interval, other_rule),
    )


def check(clinic: Clinic) -> None:
    """What holds after every step."""
    course, now = clinic.course, clinic.now
    rows = list(PlannedReminder.objects.filter(visit__schedule=course).select_related("visit", "rule", "message"))
    standing = Counter((r.visit_id, r.rule_id, r.channel, r.anchor_at) for r in rows if r.state != "cancelled")
    assert max(standing.values(), default=1) == 1, "a reminder stands twice"
    gone_out = Counter(
        (r.visit_id, r.rule_id, r.channel, r.anchor_at) for r in rows if r.message and r.message.provider_id
    )
    assert max(gone_out.values(), default=1) == 1, "it was sent twice"
    silent = clinic.silent
    waiting = Message.objects.filter(status="planned", expires_at__gt=now)
    for row in rows:
        if row.state == "planned":
            assert not silent, "planned, and nobody may be written to"
            assert row.visit.status in STANDING or row.rule.condition == "given"
        if row.state == "released":
            assert row.message is not None
    if silent:
        assert not waiting.exists(), "it waits to be sent to somebody who is not to be written to"
    check_tasks(course, silent=silent)
    check_visits(course, now)
    if not silent:
        make.plan(course, now=now)
    assert not make.plan(course, now=now).changed, "planning does not come to rest"


def check_tasks(course: Schedule, *, silent: bool) -> None:
    """An overdue visit has one open task, and no other visit has any."""
    overdue = {
        f"overdue_visit:{pk}" for pk in course.visits.filter(status=VisitStatus.OVERDUE).values_list("pk", flat=True)
    }
    tasks = CoordinatorTask.objects.filter(kind="overdue_visit", done_at__isnull=True)
    heads = [":".join(key.split(":")[:2]) for key in tasks.values_list("key", flat=True)]
    assert sorted(heads) == sorted(overdue)


def check_visits(course: Schedule, now: datetime) -> None:
    """Doses follow each other, and the next visit keeps its distance from the last one."""
    visits = list(course.visits.order_by("number"))
    assert [visit.number for visit in visits] == list(range(1, len(visits) + 1))
    given = [visit.given_on for visit in visits if visit.given_on is not None]
    assert given == sorted(set(given))


@pytest.mark.parametrize("seed", range(8))
def test_the_plan_stays_whole(seed: int, memory: type[Memory]) -> None:
    make.ladder()
    clinic = Clinic(seed)
    for _ in range(STEPS):
        clinic.step()
        try:
            check(clinic)
        except AssertionError as broken:
            raise AssertionError("\n".join([*clinic.story[-12:], str(broken)])) from broken
