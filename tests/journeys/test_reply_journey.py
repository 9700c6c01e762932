"""Two visits, one phone, free words: asked by the product's own processes, answered through the sandbox's phones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import InboundMessage
from patients.models import CoordinatorTask, TaskKind
from reminders.models import ReminderRule, Visit
from sandbox import testing as carrier
from tests.journeys.test_reminder_journey import ALWAYS_OPEN, due_now, visit_in_two_days
from tests.support import builders as make
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
PHONES = {"en": "+12025550171", "es": "+12025550172"}
WORDS = {
    "en": ("yes I'll be there", "A please", "sorry, can't make it, another day?"),
    "es": ("si dios quiere ahí estaré", "la primera", "necesito otra hora por favor"),
}


@pytest.fixture
def at_work(live_app: str, worker: Running, start_process: Callable[..., Running]) -> list[Running]:
    """Everything runs: web, carrier, mail host, worker, beat."""
    return [worker, start_process("beat")]


def two_visits(language: str) -> list[Visit]:
    """Two visits of one patient that are asked about now, two hours apart."""
    wall = visit_in_two_days()
    owner = make.patient(PHONES[language], language=language, mrn=f"two-{language}")
    courses = []
    for number in range(2):
        first = wall + timedelta(hours=2 * number)
        treatment = make.treatment(f"drug{number}")
        courses.append(make.schedule(owner, first=f"{first:%Y-%m-%d %H:%M}", visits=1, treatment=treatment))
    make.plan(*courses, now=timezone.now())
    return [make.visit(course) for course in courses]


def said(phone: str) -> list[str]:
    rows = InboundMessage.objects.filter(from_address=phone, handled_at__isnull=False).order_by("pk")
    return list(rows.values_list("disposition", flat=True))


@pytest.mark.usefixtures("at_work")
def test_which_visit_is_asked_and_understood_in_both_languages(eventually: Eventually) -> None:
    make.clinic(**ALWAYS_OPEN)
    ReminderRule.objects.all().delete()
    later = visit_in_two_days() + timedelta(hours=2)
    make.rule("ask", due_now(later.replace(tzinfo=make.NEW_YORK)), condition="unconfirmed", template="visit_confirm")
    wall = visit_in_two_days().replace(tzinfo=make.NEW_YORK)
    make.rule("ask_sooner", due_now(wall), condition="unconfirmed", template="visit_confirm")
    visits = {language: two_visits(language) for language in PHONES}
    for language, phone in PHONES.items():
        eventually(lambda phone=phone: carrier.bodies_to(phone), 30, what="a text on the phone")
        first, letter, move = WORDS[language]
        carrier.reply(phone, first)
        eventually(lambda phone=phone: "B: " in carrier.bodies_to(phone)[-1], 30, what="which visit is asked")
        carrier.reply(phone, letter)
        eventually(lambda phone=phone: len(said(phone)) == 2, 30, what="the letter was read")
        assert said(phone) == ["which_visit", "confirmed"]
        done = [Visit.objects.get(pk=visit.pk).confirmed_at is not None for visit in visits[language]]
        assert done == [True, False]
        carrier.reply(phone, move)
        eventually(lambda phone=phone: len(said(phone)) == 3, 30, what="the wish was read")
        assert said(phone)[-1] == "move_asked"
    assert CoordinatorTask.objects.filter(kind=TaskKind.MOVE_REQUEST, done_at__isnull=True).count() == len(PHONES)
