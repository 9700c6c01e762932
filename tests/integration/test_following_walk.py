"""Months at random in which numbers die, people opt out and visits move: nothing leaves about what is no longer so.

Each walk is a fixed series of acts. Whatever was tried before, a message that the carrier takes is about a visit that
still stands at the time it names, goes to somebody who agreed and works, and to nobody twice.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from messaging import consent, dispatch, faults, receipts
from messaging.channels.base import PermanentFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import CONSENT_PURPOSES, Channel, Purpose, Urgency
from messaging.models import AddressFault, Message
from patients.domain.profile import PatientStatus
from patients.models import ContactPoint, Patient
from reminders import following, release, services, sweeps, unreached
from reminders.domain.words import STANDING
from reminders.models import PlannedReminder, ReminderTry, Schedule, Visit
from reminders.planner import let_go
from tests.support import builders as make
from tests.support.builders import DAY, NOW

pytestmark = pytest.mark.django_db
STEPS = 80
MINUTE = timedelta(minutes=1)
CONTACTS: dict[str, dict[str, Any]] = {
    make.PHONE: {},
    "+12025550112": {"position": 2},
    "+12025550113": {"position": 3, "owner": "caregiver", "owner_name": "Ana Luz"},
    make.MAILBOX: {},
    "ana@example.org": {"position": 2, "owner": "caregiver", "owner_name": "Ana Luz"},
}


def about(message: Message) -> PlannedReminder:
    """The reminder whose message it is, or was."""
    before = ReminderTry.objects.filter(message=message).values("reminder")
    rows = PlannedReminder.objects.select_related("visit__schedule__patient", "rule")
    return rows.filter(message=message).first() or rows.get(pk__in=before)


class Family:
    """One patient with five contacts, a clock, and everything that may happen to them."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = NOW
        patient = make.patient(timezone=self.dice.choice(["America/New_York", "Pacific/Auckland", "Africa/Cairo"]))
        for address, changes in CONTACTS.items():
            make.contact(patient, address, **changes)
        self.course = make.planned_schedule(patient, visits=6)
        self.seen = 0
        self.story: list[str] = []

    def step(self) -> None:
        act = self.dice.choice(self.acts)
        self.story.append(f"{self.now:%m-%d %H:%M} {act.__name__}")
        try:
            act(self)
        except ValidationError as refusal:
            self.story[-1] += f" refused: {refusal.messages[0]}"

    def visit(self) -> Visit:
        near = Visit.objects.filter(schedule=self.course, at__gte=self.now - 10 * DAY).order_by("at")[:2]
        return make.visit(self.course, self.dice.choice(list(near) or list(self.course.visits.all())).number)

    def address(self) -> str:
        return self.dice.choice(list(CONTACTS))

    def on_to_what_is_due(self) -> None:
        due = PlannedReminder.objects.filter(visit__schedule=self.course, state="planned", due_at__gt=self.now)
        first = due.order_by("due_at").values_list("due_at", flat=True).first()
        self.now = first or self.now + DAY
        self.sweep()

    def wait(self) -> None:
        self.now += self.dice.choice([MINUTE, timedelta(hours=1), timedelta(hours=9), DAY])

    def sweep(self) -> None:
        """What runs by itself, in any order."""
        every: list[Callable[[], object]] = [
            lambda: sweeps.mark_overdue(now=self.now),
            lambda: release.release_due(now=self.now),
            lambda: release.reword_stale(now=self.now),
            lambda: let_go(now=self.now),
            lambda: following.follow_up(now=self.now),
            lambda: unreached.retell(now=self.now),
        ]
        self.dice.shuffle(every)
        for one in every:
            one()

    def send(self) -> None:
        if self.dice.random() < 0.5:
            words = self.dice.choice([("21211", False, False), ("21610", True, False), ("30005", False, True)])
            Memory.failures.append(PermanentFailure(words[0], "refused", opted_out=words[1], dead_address=words[2]))
        release.release_due(now=self.now)
        dispatch.run(Urgency.ORDINARY, clock=lambda: self.now, worker="w")
        Memory.failures.clear()
        self.look_at_what_left()

    def follow(self) -> None:
        self.now += MINUTE
        following.follow_up(now=self.now)
        self.send()

    def report(self) -> None:
        for message in Message.objects.filter(status__in=["accepted", "sent"], channel="sms"):
            word = self.dice.choice(["delivered", "undelivered", "failed", "sent"])
            # A landline, and a text that a network filtered: the one is remembered of the number, the other is not.
            code = self.dice.choice(["30006", "30007"])
            receipts.take(message.uuid, provider_id=message.provider_id, word=word, code=code, now=self.now)

    def opt_out(self) -> None:
        self.say(self.address(), granted=False)

    def agree(self) -> None:
        for address in CONTACTS:
            self.say(address, granted=True)

    def say(self, address: str, *, granted: bool) -> None:
        for purpose in CONSENT_PURPOSES:
            consent.record(address, purpose, granted=granted, source="text", wording="said", now=self.now)

    def die(self) -> None:
        address = self.address()
        channel = Channel.EMAIL if "@" in address else Channel.SMS
        faults.note(channel, address, code="30005", words="unknown", now=self.now)

    def mend(self) -> None:
        for fault in AddressFault.objects.filter(cleared_at__isnull=True):
            faults.clear(fault, by="test", now=self.now)

    def confirm(self) -> None:
        services.confirm_visit(self.visit(), now=self.now)

    def move(self) -> None:
        visit = self.visit()
        on = visit.on + self.dice.choice([1, 2, 9]) * DAY
        services.move_visit(visit, on=on, clock=self.dice.choice([time(8, 15), time(14)]), now=self.now)

    def cancel(self) -> None:
        services.cancel_visit(self.visit(), reason="Away", now=self.now)

    def record(self) -> None:
        services.record_dose(self.visit(), given_on=self.now.date(), now=self.now)

    def ward(self) -> None:
        services.set_patient_status(self.fresh(), status=PatientStatus.ON_HOLD, reason="Ward", now=self.now)

    def home(self) -> None:
        services.set_patient_status(self.fresh(), status=PatientStatus.ACTIVE, reason="", now=self.now)

    def fresh(self) -> Patient:
        return Patient.objects.get(pk=self.course.patient_id)

    acts: tuple[Callable[[Family], None], ...] = (
        *(on_to_what_is_due, send, follow, follow, report, report) * 6,
        *(wait, wait, sweep, opt_out, agree, agree, die, mend, mend),
        *(confirm, move, cancel, record, ward, home, home),
    )

    def look_at_what_left(self) -> None:
        """What holds for each message at the moment at which the carrier takes it."""
        for name, outgoing in Memory.taken[self.seen :]:
            message = Message.objects.get(provider_id=name)
            reminder = about(message)
            visit, schedule = reminder.visit, Schedule.objects.select_related("patient").get(pk=self.course.pk)
            assert schedule.status == "active"
            assert schedule.patient.status == "active", "sent to somebody who is not to be written to"
            assert reminder.expires_at > self.now, "sent too late"
            if reminder.rule.condition != "given":
                assert visit.status in STANDING, "sent about a visit that is off"
            if reminder.rule.anchor == "visit" and reminder.rule.condition != "given":
                assert visit.at > self.now, "sent about a visit that has passed"
                assert visit.at == reminder.anchor_at, "sent about a visit that was moved"
            assert consent.state(outgoing.address, Purpose.REMINDERS), "sent to somebody who said no"
            assert not faults.standing({(outgoing.channel, outgoing.address)}), "sent to a number that is dead"
            assert ContactPoint.objects.filter(address=outgoing.address).exists()
        self.seen = len(Memory.taken)


def nobody_was_told_twice() -> None:
    told: Counter[tuple[object, ...]] = Counter()
    for _, outgoing in Memory.taken:
        reminder = about(Message.objects.get(uuid=outgoing.uuid))
        if reminder.state != "cancelled":
            told[reminder.visit_id, reminder.rule_id, reminder.anchor_at, outgoing.address] += 1
    assert max(told.values(), default=1) == 1, "somebody was told twice"


@pytest.mark.parametrize("seed", [102, 103, 105, 106, 116, 120, 125, 127])
def test_nothing_leaves_about_what_is_no_longer_so(seed: int, memory: type[Memory]) -> None:
    make.ladder()
    family = Family(seed)
    for _ in range(STEPS):
        family.step()
        try:
            nobody_was_told_twice()
        except AssertionError as broken:
            raise AssertionError("\n".join([*family.story[-12:], str(broken)])) from broken
    others = [outgoing for _, outgoing in Memory.taken if outgoing.address not in (make.PHONE, make.MAILBOX)]
    assert others, "in this walk nothing went on to another contact, so it proves nothing"
