"""The buttons beneath a mail: each comes to the clinic's own door, as from a mail host or a mail program."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from messaging import consent
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status
from messaging.faults import standing
from messaging.models import InboundMessage, Message
from sandbox import mailbox, post
from sandbox.carrier import Answer
from sandbox.models import Mail
from tests.support.desk import page, receive_mail
from tests.support.mails import MAILBOX, raw, sent

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture(autouse=True)
def _at_the_door(memory: type[Memory], monkeypatch: pytest.MonkeyPatch) -> None:
    """The product is in this process: what would go over HTTP goes to it directly, with every header."""

    def through(url: str, body: bytes, headers: dict[str, str]) -> Answer:
        kind = headers.pop("Content-Type")
        answer = Client(enforce_csrf_checks=True).post(urlsplit(url).path, body, content_type=kind, headers=headers)
        return Answer(answer.status_code, answer.content.decode())

    monkeypatch.setattr(post, "_safely", through)


def lying_in_the_mailbox() -> tuple[Message, Mail]:
    message = sent()
    back = f"returns+{message.uuid.hex}@bonewatch.example"
    return message, mailbox.keep(raw(message), envelope_from=back, recipients=[MAILBOX], now=timezone.now())


def press(mail: Mail, act: str, **more: str) -> int:
    return Client().post(f"/sandbox/mail/{mail.key}/act/", {"act": act} | more).status_code


def test_a_mailbox_that_does_not_exist() -> None:
    message, mail = lying_in_the_mailbox()
    assert press(mail, "bounce") == 302
    message.refresh_from_db()
    assert message.status == Status.UNDELIVERED
    assert standing([(Channel.EMAIL, MAILBOX)])


@pytest.mark.parametrize("act", ["complain", "unsubscribe"])
def test_a_reader_who_wants_no_more(act: str) -> None:
    _, mail = lying_in_the_mailbox()
    assert press(mail, act) == 302
    assert not consent.allowed({(MAILBOX, Purpose.REMINDERS)})


def test_a_reader_who_answers_and_one_who_is_away() -> None:
    _, mail = lying_in_the_mailbox()
    assert press(mail, "answer", text="¿A qué hora?") == 302
    assert press(mail, "away") == 302
    assert {(text.body, text.disposition == "mail_automatic") for text in InboundMessage.objects.all()} == {
        ("¿A qué hora?", False),
        ("I am out of the office until Monday.", True),
    }


def test_what_makes_no_sense_is_refused_by_name() -> None:
    _, mail = lying_in_the_mailbox()
    assert press(mail, "explode") == 400
    assert press(mail, "answer") == 400
    assert not InboundMessage.objects.exists()


def test_the_page_shows_buttons_and_the_calendar(client: Client) -> None:
    html = page(client, f"/sandbox/mail/{receive_mail().key}/")
    assert "Return it: no such mailbox" in html
    assert "Unsubscribe with one click" not in html, "this mail does not offer it"
    assert "Nothing stands in it." in html
