"""Mail, on real parts and in both languages: an entry that moves with its visit, an answer, a stop, a dead mailbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging import consent, faults
from messaging.domain.delivery import Channel, Purpose
from messaging.models import InboundMessage
from patients.models import Patient
from reminders import services
from reminders.models import ReminderRule
from sandbox import agenda
from sandbox import testing as carrier
from sandbox.models import Mail
from sandbox.pages import mail_acts
from tests.journeys.test_reminder_journey import ALWAYS_OPEN, asking_ladder, save, visit_in_two_days
from tests.support import builders as make
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
ROSA, JOSE, GONE = "rosa@example.org", "jose@example.org", "gone@example.org"
WORDS = {ROSA: ("has moved", "Stop these mails"), JOSE: ("ha cambiado", "No recibir más estos correos")}


def reader(mailbox: str, language: str) -> Patient:
    owner = make.patient(language=language)
    make.agree(mailbox, now=timezone.now())
    make.contact(owner, mailbox, agrees=False)
    return owner


def mails(mailbox: str) -> list[Mail]:
    return list(Mail.objects.filter(recipients__address=mailbox).order_by("id"))


def days(mailbox: str) -> list[date]:
    """The days on which the calendar of this mailbox holds a visit."""
    held = agenda.of_mails(bytes(mail.raw) for mail in mails(mailbox)).entries
    return [entry.starts_at.astimezone(make.NEW_YORK).date() for entry in held]


def press(act: str, mail: Mail, text: str = "") -> None:
    assert 200 <= mail_acts.do(act, mail, text=text, now=timezone.now()).status < 300


def test_mails_are_moved_answered_stopped_and_returned(
    live_app: str, worker: Running, start_process: Callable[..., Running], eventually: Eventually
) -> None:
    start_process("beat")
    make.clinic(**ALWAYS_OPEN)
    wall = visit_in_two_days()
    asking_ladder(wall.replace(tzinfo=make.NEW_YORK))
    ReminderRule.objects.exclude(code="ask").delete()
    ReminderRule.objects.update(channels=["email"])
    courses = {box: save(reader(box, words), wall) for box, words in ((ROSA, "en"), (JOSE, "es"), (GONE, "en"))}
    for box in courses:
        eventually(lambda box=box: mails(box), 60, what="the reminder in the mailbox")
        assert days(box) == [wall.date()]

    press("bounce", mails(GONE)[0])
    assert faults.standing({(Channel.EMAIL, GONE)})

    later = wall + timedelta(days=7)
    for box in (ROSA, JOSE):
        services.move_visit(make.visit(courses[box]), on=later.date(), clock=later.time(), now=timezone.now())
    for box in (ROSA, JOSE):
        eventually(lambda box=box: len(mails(box)) > 1, 60, what="the news in the mailbox")
        assert days(box) == [later.date()]
        moved, stop = WORDS[box]
        letter = carrier.mails_to(box)[1]
        assert moved in letter.text
        assert stop in letter.text
        assert stop in letter.html

    press("answer", mails(ROSA)[1], "Can it be one week later?")
    press("answer", mails(JOSE)[1], "Por favor no me manden mas correos")
    assert InboundMessage.objects.filter(source="mail", from_address=ROSA).get().disposition
    assert not consent.allowed({(JOSE, Purpose.REMINDERS)})
    press("unsubscribe", mails(ROSA)[0])
    assert not consent.allowed({(ROSA, Purpose.REMINDERS)})
    assert carrier.bodies_to(ROSA) == []
