"""Red flags while texts or calls cannot leave: other ways, nobody is waited for in vain, and all of it in the story."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts import sweeps, telling_others
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alarm, AlertPage
from messaging import breakers
from messaging.domain.delivery import Channel, Status
from messaging.models import Message, Sender
from patients.models import Patient
from tests.support import builders as make
from tests.support import red_flags as flags
from tests.support.messages import agree

pytestmark = pytest.mark.django_db
NOW = flags.NOW
LEGS = "my legs feel numb and weak since this morning, prob nothing"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


def texts_are_refused(settings: object, *, now: datetime = NOW) -> None:
    sender = settings.TWILIO_FROM_ALERTS  # type: ignore[attr-defined]
    breakers.trip(Channel.SMS, sender, code="21606", words="cannot send texts", whole_account=False, now=now)


def account_is_refused(*, now: datetime = NOW) -> None:
    breakers.trip(Channel.SMS, "", code="20003", words="no credentials", whole_account=True, now=now)


def mails_leave(*, now: datetime) -> None:
    for mail in Message.objects.filter(channel=Channel.EMAIL, status=Status.PLANNED):
        mail.status, mail.attempts, mail.provider_id = Status.SENT, 1, f"<{mail.pk}@clinic.example>"
        mail.submitted_at = mail.accepted_at = now
        mail.save()


def positions() -> list[int]:
    return sorted(set(flags.only_alert().pages.values_list("position", flat=True)))


def by(name: str) -> list[str]:
    return [channel for who, channel in flags.paged(flags.only_alert()) if who == name]


class TestTextsAlone:
    def test_it_pages_by_mail_and_call_at_once(self, team: flags.OnCall, settings: object) -> None:
        texts_are_refused(settings)
        flags.text(LEGS)
        assert by("On-Call Nurse Ortiz") == ["sms", "email", "voice"]
        # Her phone rings: nobody else is woken yet.
        assert positions() == [0]

    def test_it_pages_otherwise_who_was_being_texted_when_it_began(self, team: flags.OnCall, settings: object) -> None:
        flags.text(LEGS)
        texts_are_refused(settings, now=NOW + SECOND)
        assert by("On-Call Nurse Ortiz") == ["sms", "email"]
        sweeps.check_receipts(now=NOW + 2 * SECOND)
        assert by("On-Call Nurse Ortiz") == ["sms", "email", "voice"]
        assert positions() == [0]
        assert flags.story(flags.only_alert())[-1] == EventKind.STEP_PAGED

    def test_it_does_so_once(self, team: flags.OnCall, settings: object) -> None:
        flags.text(LEGS)
        texts_are_refused(settings)
        for second in range(2, 20, 2):
            sweeps.check_receipts(now=NOW + second * SECOND)
        assert AlertPage.objects.count() == 3

    def test_it_has_the_patient_phoned(self, team: flags.OnCall, settings: object) -> None:
        texts_are_refused(settings)
        flags.text(LEGS)
        alert = flags.only_alert()
        assert alert.phone_her == "no text can be sent to anybody now"
        assert EventKind.NOT_INSTRUCTED in flags.story(alert)
        assert EventKind.INSTRUCTED not in flags.story(alert)

    def test_it_has_the_patient_phoned_whose_text_was_refused(self, team: flags.OnCall, settings: object) -> None:
        flags.text(LEGS)
        texts_are_refused(settings, now=NOW + SECOND)
        assert sweeps.check_instructions(now=NOW + 2 * SECOND) == 1
        assert sweeps.check_instructions(now=NOW + 4 * SECOND) == 0
        assert flags.only_alert().phone_her == "no text can be sent to anybody now"

    def test_it_says_in_the_story_what_was_closed(self, team: flags.OnCall, settings: object) -> None:
        texts_are_refused(settings)
        flags.text(LEGS)
        event = flags.only_alert().events.filter(kind=EventKind.STEP_PAGED).get()
        assert event.detail["closed"] == ["sms"]


class TestTheWholeAccount:
    def test_it_tells_the_patient_by_a_mail_that_she_agreed_to(self, team: flags.OnCall) -> None:
        patient = Patient.objects.get()
        make.contact(patient, make.MAILBOX)
        agree(make.MAILBOX, now=NOW - MINUTE)
        account_is_refused()
        flags.text(LEGS)
        for second in (2, 4, 6):
            sweeps.check_instructions(now=NOW + second * SECOND)
            telling_others.tell_others(now=NOW + second * SECOND)
        (told,) = flags.texts_to(make.MAILBOX)
        assert (told.channel, told.template, told.status) == ("email", "instruction", "planned")
        assert flags.only_alert().phone_her == "no text can be sent to anybody now"

    def test_it_mails_everybody_of_the_policy_at_once(self, team: flags.OnCall) -> None:
        account_is_refused()
        flags.text(LEGS)
        mailed = set(Message.objects.filter(template="page", channel=Channel.EMAIL).values_list("address", flat=True))
        assert mailed == {person.email for person in team.people.values()}
        assert Alarm.objects.filter(grave=True, closed_at__isnull=True).exists()

    def test_it_mails_nobody_twice_in_that(self, team: flags.OnCall) -> None:
        account_is_refused()
        flags.text(LEGS)
        mails = Message.objects.filter(template="page", channel=Channel.EMAIL)
        assert mails.count() == len(team.people)

    def test_it_goes_on_by_the_waits_of_the_policy_after_that(self, team: flags.OnCall) -> None:
        account_is_refused()
        flags.text(LEGS)
        before = flags.only_alert().position
        for second in range(2, 60, 2):
            mails_leave(now=NOW + second * SECOND)
            sweeps.check_receipts(now=NOW + second * SECOND)
            sweeps.advance(now=NOW + second * SECOND)
        assert flags.only_alert().position == before
        alert = flags.wind(flags.only_alert(), until=NOW + 10 * MINUTE, deliver=False)
        assert (alert.state, alert.position > before) == (AlertState.PAGED, True)

    def test_it_climbs_at_once_when_it_breaks_under_a_page(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        account_is_refused(now=NOW + SECOND)
        sweeps.check_receipts(now=NOW + 2 * SECOND)
        mailed = set(Message.objects.filter(template="page", channel=Channel.EMAIL).values_list("address", flat=True))
        assert mailed == {person.email for person in team.people.values()}

    def test_it_rings_again_once_it_works(self, team: flags.OnCall) -> None:
        account_is_refused()
        flags.text(LEGS)
        breakers.free(Sender.objects.get(), now=NOW + MINUTE)
        flags.wind(flags.only_alert(), until=NOW + 10 * MINUTE)
        last = flags.only_alert().pages.order_by("-pk").first()
        assert last is not None
        assert last.sent_at > NOW + MINUTE
        assert last.message.channel in ("sms", "voice")

    def test_it_leaves_an_amber_flag_with_the_nurse_who_was_mailed(self, team: flags.OnCall) -> None:
        account_is_refused()
        noon = NOW + timedelta(hours=33)
        flags.text("my usual chronic back pain is a little worse", now=noon)
        alert = flags.only_alert()
        assert alert.tier == "amber"
        assert by("On-Call Nurse Ortiz") == ["sms", "email"]
        for second in range(2, 20, 2):
            mails_leave(now=noon + second * SECOND)
            sweeps.check_receipts(now=noon + second * SECOND)
        assert positions() == [0]


def test_it_waits_for_no_detour_while_everything_works(team: flags.OnCall) -> None:
    flags.text(LEGS)
    sweeps.check_receipts(now=NOW + 2 * SECOND)
    assert by("On-Call Nurse Ortiz") == ["sms", "email"]
    assert flags.only_alert().phone_her == ""
