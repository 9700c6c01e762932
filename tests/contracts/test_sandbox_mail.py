"""Django's SMTP backend delivers to the stand-in's mail sink over a socket, and meets its moods."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from sandbox import testing
from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.smtp import sink

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
MARIA, JAMES = "maria@example.org", "james@example.org"


@pytest.fixture
def backend() -> Iterator[EmailBackend]:
    port = free_port()
    controller = sink(LOOPBACK, port)
    controller.start()
    connection = EmailBackend(host=LOOPBACK, port=port, timeout=10)
    yield connection
    connection.close()
    controller.stop()


def mail(backend: EmailBackend, *to: str, subject: str = "Su visita mañana") -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(subject, "Hola María:\n.\nhasta mañana", "clinic@bonewatch.example", to)
    message.connection = backend
    message.attach_alternative("<p>Hola <b>María</b></p>", "text/html")
    message.attach("visit.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "text/calendar")
    return message


def test_a_mail_arrives_whole(backend: EmailBackend) -> None:
    message = mail(backend, MARIA, JAMES)
    message.extra_headers["Message-ID"] = "<1@bonewatch.example>"
    assert message.send() == 1
    for address in (MARIA, JAMES.upper()):
        (letter,) = testing.mails_to(address)
        assert letter.text.split() == ["Hola", "María:", ".", "hasta", "mañana"]
        assert letter.html.strip() == "<p>Hola <b>María</b></p>"
        assert [(file.name, file.content_type) for file in letter.attachments] == [("visit.ics", "text/calendar")]
        headers = dict(letter.headers)
        assert (headers["Subject"], headers["Message-ID"]) == ("Su visita mañana", "<1@bonewatch.example>")


def test_many_mails_use_one_connection(backend: EmailBackend) -> None:
    assert backend.send_messages([mail(backend, MARIA, subject=str(number)) for number in range(20)]) == 20
    assert [dict(letter.headers)["Subject"] for letter in testing.mails_to(MARIA)] == [str(n) for n in range(20)]


def test_any_password_opens(backend: EmailBackend) -> None:
    with smtplib.SMTP(LOOPBACK, backend.port, timeout=10) as client:
        client.login("anyone", "anything")
        client.sendmail("clinic@bonewatch.example", [MARIA], b"Subject: x\r\n\r\ny\r\n")
    assert len(testing.mails_to(MARIA)) == 1


def test_a_refused_address_gets_550_and_the_others_their_mail(backend: EmailBackend) -> None:
    testing.misbehave(mail_refused="Maria@example.org\nnobody@example.org")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        mail(backend, MARIA).send()
    assert caught.value.recipients[MARIA][0] == 550
    assert mail(backend, JAMES).send() == 1
    assert (len(testing.mails_to(MARIA)), len(testing.mails_to(JAMES))) == (0, 1)


def test_a_busy_host_answers_451_and_keeps_nothing(backend: EmailBackend) -> None:
    testing.misbehave(mail_busy_percent=100)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        mail(backend, MARIA).send()
    assert caught.value.smtp_code == 451
    assert testing.mails_to(MARIA) == []


def test_the_line_dies_after_the_mail_was_kept(backend: EmailBackend) -> None:
    testing.misbehave(mail_drop_percent=100)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        mail(backend, MARIA).send()
    assert len(testing.mails_to(MARIA)) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"no header at all",
        b"Subject: =?utf-8?b?broken?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
        b"",
    ],
)
def test_a_broken_mail_is_kept_all_the_same(backend: EmailBackend, raw: bytes) -> None:
    with smtplib.SMTP(LOOPBACK, backend.port, timeout=10) as client:
        client.sendmail("clinic@bonewatch.example", [MARIA], raw)
    assert len(testing.mails_to(MARIA)) == 1
