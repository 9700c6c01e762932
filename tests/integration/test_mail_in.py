"""Mails that come in: ours returned, complained about, answered; by whoever brings them, and however often."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import consent, faults
from messaging.channels.memory import Memory
from messaging.domain.delivery import CONSENT_PURPOSES, Channel, Purpose, Status
from messaging.models import AddressFault, ConsentEvent, InboundMessage, Message
from sandbox import mail_host
from tests.support import builders as make
from tests.support import red_flags
from tests.support.mails import MAILBOX, NOW, bring, raw, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _channels(memory: type[Memory]) -> None:
    """Nothing leaves."""


def fate(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.error_code


class TestReturned:
    def test_a_mailbox_that_is_gone_is_not_written_to_again(self) -> None:
        message = sent()
        assert bring(mail_host.bounce(raw(message), MAILBOX, now=NOW)) == 204
        assert fate(message) == (Status.UNDELIVERED, "smtp-5.1")
        assert faults.standing([(Channel.EMAIL, MAILBOX)])
        assert InboundMessage.objects.get().disposition == "mail_bounced"

    def test_brought_twice_it_is_one(self) -> None:
        message = sent()
        returned = mail_host.bounce(raw(message), MAILBOX, now=NOW)
        assert [bring(returned), bring(returned)] == [204, 204]
        assert bring(mail_host.bounce(raw(message), MAILBOX, now=NOW)) == 204
        assert message.receipts.count() == 1
        assert AddressFault.objects.count() == 1

    def test_what_is_only_late_is_noted(self) -> None:
        message = sent()
        bring(mail_host.bounce(raw(message), MAILBOX, status="4.4.1", now=NOW))
        assert fate(message) == (Status.SENT if message.status == "sent" else message.status, "")
        assert message.status not in (Status.UNDELIVERED, Status.FAILED)
        assert InboundMessage.objects.get().disposition == "mail_delayed"

    @pytest.mark.parametrize(
        ("status", "code"),
        [("5.2.2", "returned-full"), ("5.0.0", "returned"), ("5.7.1", "smtp-5.7"), ("5.1.8", "returned")],
    )
    def test_one_that_says_little_of_the_mailbox_does_not_silence_it(self, status: str, code: str) -> None:
        message = sent()
        bring(mail_host.bounce(raw(message), MAILBOX, status=status, said="no", now=NOW))
        assert fate(message) == (Status.UNDELIVERED, code)
        assert not AddressFault.objects.exists()

    def test_a_second_one_that_says_little_does(self) -> None:
        for key in ("first", "second"):
            bring(mail_host.bounce(raw(sent(key)), MAILBOX, status="5.0.0", said="no", now=NOW))
        assert AddressFault.objects.get().code == "returned"

    def test_a_report_about_nothing_of_ours_changes_nothing(self) -> None:
        message = sent()
        strange = mail_host.bounce(raw(message), MAILBOX, now=NOW).replace(str(message.uuid).encode(), b"x-1")
        strange = strange.replace(message.uuid.hex.encode(), b"x-1")
        assert bring(strange) == 204
        assert fate(message)[1] == ""
        assert InboundMessage.objects.get().disposition == "mail_bounced_unmatched"


class TestComplaints:
    def test_who_reports_a_mail_gets_no_more(self) -> None:
        message = sent()
        assert bring(mail_host.complaint(raw(message), MAILBOX, now=NOW)) == 204
        assert not consent.allowed({(MAILBOX, purpose) for purpose in CONSENT_PURPOSES})
        assert ConsentEvent.objects.order_by("-pk")[0].source == ConsentEvent.Source.MAIL

    def test_a_mail_programs_unsubscribe_by_mail_does_the_same(self) -> None:
        message = sent()
        tagged = f"From: {MAILBOX}\nTo: returns+{message.uuid.hex}@bonewatch.example\nSubject: unsubscribe\n\n"
        assert bring(tagged.encode()) == 204
        assert not consent.allowed({(MAILBOX, Purpose.REMINDERS)})


class TestAnswers:
    def test_who_answers_has_got_it_and_is_read(self) -> None:
        message = sent()
        assert bring(mail_host.answer(raw(message), MAILBOX.upper(), "Thank you", now=NOW)) == 204
        assert fate(message)[0] == Status.DELIVERED
        text = InboundMessage.objects.get()
        assert (text.source, text.from_address, text.body) == ("mail", MAILBOX, "Thank you")
        assert text.disposition

    def test_a_machines_answer_is_kept_and_read_by_nobody(self) -> None:
        message = sent()
        bring(mail_host.answer(raw(message), MAILBOX, "I am away. Help is at 911.", automatic=True, now=NOW))
        assert InboundMessage.objects.get().disposition == "mail_automatic"
        assert Message.objects.count() == 1

    def test_a_mailbox_is_never_texted(self) -> None:
        make.patient(MAILBOX)
        message = sent()
        for words in ("When is my visit?", "STOP", "yes", "my legs are numb and I can not walk", "another time"):
            assert bring(mail_host.answer(raw(message), MAILBOX, words, now=NOW)) == 204
        assert not Message.objects.filter(channel=Channel.SMS, address=MAILBOX).exists()
        assert InboundMessage.objects.exclude(handled_at=None).count() == 5

    def test_words_that_ask_for_silence_are_obeyed(self) -> None:
        make.patient(MAILBOX)
        bring(mail_host.answer(raw(sent()), MAILBOX, "Please stop sending me mails", now=NOW))
        assert not consent.allowed({(MAILBOX, Purpose.REMINDERS)})

    def test_a_red_flag_by_mail_is_a_red_flag_and_a_nurse_phones(self) -> None:
        red_flags.on_call()
        red_flags.sign_everything()
        make.patient(MAILBOX)
        bring(mail_host.answer(raw(sent()), MAILBOX, "I cannot feel my legs and cannot walk", now=NOW))
        alert = red_flags.only_alert()
        assert InboundMessage.objects.get().disposition == "alert_raised"
        assert alert.patient is not None
        assert alert.phone_her, "nothing can be texted to a mailbox"
        assert not Message.objects.filter(channel=Channel.SMS, address=MAILBOX).exists()

    def test_a_subject_of_their_own_is_read_with_the_words(self) -> None:
        answer = mail_host.answer(raw(sent()), MAILBOX, "since today", now=NOW)
        bring(answer.replace(b"Subject: Re: Your visit", b"Subject: I cannot feel my legs"))
        assert InboundMessage.objects.get().body == "I cannot feel my legs\nsince today"

    def test_an_answer_that_is_all_quotation_does_not_put_our_words_into_her_mouth(self) -> None:
        message = sent(body="Call us if you have fever or numb legs.")
        bring(mail_host.answer(raw(message), MAILBOX, "", now=NOW))
        assert InboundMessage.objects.get().body == ""


class TestTheDoor:
    def test_it_does_not_exist_without_a_token(self, settings: Any) -> None:
        settings.MAIL_WEBHOOK_TOKENS = []
        assert bring(b"From: a@b.example\n\nhi") == 404

    @pytest.mark.parametrize("token", ["", "wrong", "sandbox-mail-tokex", "ü"])
    def test_who_shows_another_token_is_refused(self, token: str) -> None:
        assert bring(b"From: a@b.example\n\nhi", token=token) == 401
        assert not InboundMessage.objects.exists()

    def test_an_empty_mail_and_another_method_are_refused_by_name(self) -> None:
        assert bring(b"  \r\n") == 400
        head = {"Authorization": "Bearer sandbox-mail-token"}
        assert Client().get("/webhooks/mail/", headers=head).status_code == 405

    def test_without_the_database_it_is_to_be_brought_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object, **__: object) -> None:
            raise OperationalError

        monkeypatch.setattr("messaging.inbound.put_away", away)
        returned = mail_host.bounce(raw(sent()), MAILBOX, now=NOW)
        assert bring(returned) == 503
        monkeypatch.undo()
        assert bring(returned) == 204
        assert InboundMessage.objects.count() == 1


HOSTILE = st.one_of(
    st.binary(min_size=1, max_size=400),
    st.builds(
        lambda kind, body: f"From: a@b.example\nContent-Type: {kind}; boundary=b\n\n--b\n".encode() + body,
        st.sampled_from(["multipart/report; report-type=delivery-status", "message/rfc822", "text/calendar", "x/y"]),
        st.binary(max_size=200),
    ),
)


@given(mail=HOSTILE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_brought_is_kept_once_and_ends_in_a_disposition(mail: bytes) -> None:
    before = InboundMessage.objects.count()
    answers = {bring(mail), bring(mail)}
    assert answers in ({204}, {400})
    kept = InboundMessage.objects.exclude(handled_at=None).exclude(disposition="").count()
    assert kept == InboundMessage.objects.count() <= before + 1
    assert answers == {400} or kept >= 1
