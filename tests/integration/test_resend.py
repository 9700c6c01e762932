"""What reached nobody is sent once more because a person says so: not too late, not twice, and through the gate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from desk.domain.words import JobKind, RowState
from messaging import consent
from messaging.channels.memory import Memory
from messaging.domain.delivery import Purpose
from messaging.models import AddressFault
from reminders.models import PlannedReminder, ReminderTry
from reminders.resend import failed_since, resend
from reminders.services import cancel_visit
from tests.support import builders as b
from tests.support.families import DUE, HERS, SOON, addresses, deliver, go_on, told
from tests.support.jobs import done, drafted
from tests.support.jobs import told as rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]

LATER = DUE + timedelta(minutes=30)


def lost() -> PlannedReminder:
    """The one reminder whose text was refused, followed up, and nobody else is left."""
    told()
    assert go_on() == 1
    return PlannedReminder.objects.get(message__isnull=False)


def test_the_same_number_is_tried_again_and_the_story_keeps_the_first_try() -> None:
    reminder = lost()
    the_number_works()
    resend(reminder.pk, now=LATER)
    deliver(LATER)
    assert addresses() == [b.PHONE]
    assert ReminderTry.objects.get().set_aside_at == LATER


def test_it_is_not_sent_twice() -> None:
    reminder = lost()
    resend(reminder.pk, now=LATER)
    with pytest.raises(ValidationError, match="planned again"):
        resend(reminder.pk, now=LATER)


def test_what_a_second_contact_has_read_is_not_said_again() -> None:
    told(HERS)
    assert go_on() == 1
    with pytest.raises(ValidationError, match="may arrive, or has"):
        resend(PlannedReminder.objects.get(message__isnull=False).pk, now=LATER)


def test_what_is_over_is_refused_in_words() -> None:
    reminder = lost()
    with pytest.raises(ValidationError, match="too late"):
        resend(reminder.pk, now=DUE + timedelta(days=1))
    cancel_visit(reminder.visit, reason="no", now=LATER)
    with pytest.raises(ValidationError):
        resend(reminder.pk, now=LATER)


def test_a_no_that_came_meanwhile_holds() -> None:
    reminder = lost()
    the_number_works()
    consent.record(b.PHONE, Purpose.REMINDERS, granted=False, source="text", wording="stop", now=DUE + SOON)
    resend(reminder.pk, now=LATER)
    deliver(LATER)
    assert addresses() == []


def test_a_job_sends_again_what_failed_since() -> None:
    reminder = lost()
    the_number_works()
    assert list(failed_since(DUE - SOON)) == [reminder]
    job = done(drafted(JobKind.RESEND, now=LATER, location="", since=(DUE - SOON).isoformat()), now=LATER)
    assert rows_of(job) == [(RowState.DONE, "")]
    deliver(LATER)
    assert addresses() == [b.PHONE]


def the_number_works() -> None:
    """The carrier was wrong about the number."""
    AddressFault.objects.all().delete()
    Memory.failures.clear()
