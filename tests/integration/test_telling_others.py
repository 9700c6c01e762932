"""Where her own phone takes no text, the next contact that agreed is told what to do, and a nurse phones."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from alerts import services, sweeps
from alerts.domain.words import EventKind, Outcome
from alerts.models import AlertEvent
from alerts.telling_others import tell_others
from messaging import faults
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message
from patients.models import Patient
from tests.support import builders as make
from tests.support import messages
from tests.support import red_flags as flags
from tests.support.admin_pages import Desk, superuser

pytestmark = pytest.mark.django_db
NOW = flags.NOW
SECOND = timedelta(seconds=1)
LEGS = "my legs feel numb and weak since this morning, prob nothing"
HERS, HER_MAIL = "+12025550113", "ana@example.org"


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    return made


@pytest.fixture
def patient(team: flags.OnCall) -> Patient:
    """A patient with a phone and a mailbox, and a caregiver with both; all agreed to warnings."""
    made = make.patient(make.PHONE, make.MAILBOX)
    for address in (HERS, HER_MAIL):
        make.contact(made, address, position=2, owner="caregiver", owner_name="Ana Luz")
    messages.agree(make.PHONE, make.MAILBOX, HERS, HER_MAIL, now=NOW - timedelta(days=1))
    return made


def lose(address: str, *, now: datetime = NOW) -> None:
    """Everything reaches its phone, but what was written to `address` and is no page comes back."""
    flags.deliver_all(now=now)
    lost = Message.objects.filter(address=address, purpose=Purpose.REPLIES)
    lost.update(status=Status.UNDELIVERED, reason="a landline", finished_at=now)


def sweep(now: datetime = NOW + SECOND) -> int:
    """Both sweeps, as the task runs them."""
    sweeps.check_instructions(now=now)
    return tell_others(now=now)


def told() -> list[str]:
    """Who was told what to do besides herself, in order."""
    rows = Message.objects.filter(key__startswith="told:").order_by("pk")
    return list(rows.values_list("address", flat=True))


def test_the_caregivers_phone_comes_next_then_the_mailboxes_and_each_is_told_once(patient: Patient) -> None:
    flags.text(LEGS)
    for number, address in enumerate([make.PHONE, HERS, make.MAILBOX, HER_MAIL], start=1):
        lose(address)
        assert sweep(NOW + number * SECOND) == (0 if address == HER_MAIL else 1)
        assert sweep(NOW + number * SECOND) == 0
    assert told() == [HERS, make.MAILBOX, HER_MAIL]
    assert flags.only_alert().phone_her


def test_a_caregiver_is_spoken_to_as_one_and_hears_the_instruction(patient: Patient) -> None:
    flags.text(LEGS)
    lose(make.PHONE)
    sweep()
    own = Message.objects.get(template="instruction", address=make.PHONE)
    hers = Message.objects.get(address=HERS)
    assert "for the person you care for" in hers.body
    assert own.body in hers.body
    assert hers.segments <= 2
    assert (hers.urgency, hers.purpose) == (Urgency.URGENT, Purpose.REPLIES)
    assert "Luz" not in hers.body


def test_nobody_else_is_told_of_what_arrived_or_is_on_its_way(patient: Patient) -> None:
    flags.text(LEGS)
    assert sweep() == 0
    flags.deliver_all(now=NOW)
    assert sweep() == 0


def test_who_has_opted_out_has_the_others_told(patient: Patient) -> None:
    flags.text("STOP")
    flags.text(LEGS, now=NOW + SECOND)
    assert sweep(NOW + 2 * SECOND) == 1
    assert told() == [HERS]


def test_who_has_not_agreed_or_does_not_work_is_passed_over(patient: Patient) -> None:
    messages.agree(HERS, granted=False, now=NOW - SECOND)
    faults.note(Channel.EMAIL, make.MAILBOX, code="smtp-550", words="no such mailbox", now=NOW)
    flags.text(LEGS)
    lose(make.PHONE)
    sweep()
    assert told() == [HER_MAIL]


def test_from_a_phone_of_several_patients_nobody_elses_family_is_told(patient: Patient) -> None:
    make.contact(make.patient(given_name="Eva"), make.PHONE)
    flags.text(LEGS)
    lose(make.PHONE)
    assert sweep() == 0


@pytest.mark.parametrize("deed", ["closed", "late"])
def test_nobody_is_told_what_is_over(team: flags.OnCall, patient: Patient, deed: str) -> None:
    flags.text(LEGS)
    lose(make.PHONE)
    if deed == "closed":
        services.close(flags.only_alert().pk, by=team.nurse, outcome=Outcome.ADVICE, via="admin", now=NOW)
    assert sweep(NOW + timedelta(hours=3 if deed == "late" else 0)) == 0


def test_that_nobody_has_come_is_told_to_the_next_as_well(patient: Patient) -> None:
    flags.text(LEGS)
    alert = flags.only_alert()
    flags.wind(alert, until=NOW + timedelta(minutes=31))
    assert EventKind.FALLBACK_SENT in flags.story(alert)
    Message.objects.filter(template="fallback").update(status=Status.FAILED, reason="no such number")
    Message.objects.filter(template="instruction").update(status=Status.FAILED, reason="no such number")
    assert sweep(NOW + timedelta(minutes=31)) == 2
    assert told() == [HERS, HERS]


def test_the_story_says_who_was_told(client: Client, patient: Patient) -> None:
    flags.text(LEGS)
    lose(make.PHONE)
    sweep()
    assert AlertEvent.objects.get(kind=EventKind.NOTED).detail == {"what": "told_other", "to": "Caregiver phone 2"}
    client.force_login(superuser())
    page = Desk(client).see(f"alerts/alert/{flags.only_alert().pk}/change/")
    assert "another contact was told what to do (Caregiver phone 2)" in page
