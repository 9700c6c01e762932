"""Mails as they arrive, and a mail host that fails at each step."""

from __future__ import annotations

import asyncio
import logging
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from messaging.channels.base import OutcomeUnknown, Outgoing, PermanentFailure, TransientFailure
from messaging.channels.smtp import Mail, message_id
from messaging.domain.delivery import Channel, Status
from tests.support.mailbox import SmtpSink

ROSA = "rosa@example.org"
CALENDAR = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "SUMMARY:Visita",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
)


def outgoing(**changes: Any) -> Outgoing:
    plain: dict[str, Any] = {
        "uuid": uuid4(),
        "channel": Channel.EMAIL,
        "address": ROSA,
        "sender": "Clínica <clinic@bonewatch.example>",
        "subject": "Su visita de mañana",
        "body": "Hola Rosa,\n\nsu visita es mañana a las 9:30.",
        "html": "<p>Hola Rosa,</p><p>su visita es <b>mañana</b>.</p>",
        "calendar": CALENDAR,
    }
    return Outgoing(**plain | changes)


def only(sink: SmtpSink) -> EmailMessage:
    (mail,) = sink.mails
    return mail


def test_a_mail_arrives_in_three_parts_under_our_own_name(smtp_sink: SmtpSink) -> None:
    sent = outgoing()
    answer = Mail().send(sent)
    mail = only(smtp_sink)
    assert answer.provider_id == f"<{sent.uuid}@bonewatch.example>"
    assert answer.status is Status.SENT, "the mail host has it; nobody has read it"
    assert mail["Message-ID"] == answer.provider_id
    assert (mail["Subject"], mail["To"]) == ("Su visita de mañana", ROSA)
    assert mail["From"].addresses[0].addr_spec == "clinic@bonewatch.example"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "mañana a las 9:30" in text.get_content()
    assert "<b>mañana</b>" in html.get_content()
    (calendar,) = mail.iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_filename() == "visit.ics"
    assert "SUMMARY:Visita" in calendar.get_content()


def test_a_mail_may_be_text_alone(smtp_sink: SmtpSink) -> None:
    Mail().send(outgoing(html="", calendar=""))
    assert only(smtp_sink).get_content_type() == "text/plain"


def test_the_name_of_a_mail_stays_the_same_when_it_is_tried_again() -> None:
    sent = outgoing()
    assert message_id(sent) == message_id(sent)


def test_without_a_sender_of_its_own_it_is_the_clinics(smtp_sink: SmtpSink, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Clinic <post@clinic.example>"
    assert Mail().send(outgoing(sender="")).provider_id.endswith("@clinic.example>")


@pytest.mark.parametrize(
    ("step", "answer", "kind", "code"),
    [
        ("RCPT", "550 5.1.1 unknown rosa@example.org", PermanentFailure, "smtp-5.1"),
        ("RCPT", "550 unknown rosa@example.org", PermanentFailure, "smtp-550"),
        ("RCPT", "550 5.7.1 you are on a list", PermanentFailure, "smtp-5.7"),
        ("RCPT", "552 5.2.2 mailbox full", TransientFailure, "smtp-5.2.2"),
        ("RCPT", "451 4.7.1 greylisted", TransientFailure, "smtp-451"),
        ("RCPT", "599 odd", PermanentFailure, "smtp-599"),
        ("MAIL", "421 4.3.2 closing", TransientFailure, "smtp-421"),
        ("MAIL", "550 5.7.1 sender not allowed", TransientFailure, "smtp-sender"),
        ("MAIL", "552 too long", PermanentFailure, "smtp-5.3.4"),
        ("DATA", "554 5.6.0 not wanted", PermanentFailure, "smtp-5.6"),
        ("DATA", "550 not wanted", PermanentFailure, "smtp-data"),
        ("DATA", "452 4.2.2 mailbox full", TransientFailure, "smtp-4.2.2"),
    ],
)
def test_an_answer_is_reacted_to_by_its_class(
    smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, step: str, answer: str, kind: type[Exception], code: str
) -> None:
    async def refuse(*_: Any, **__: Any) -> str:
        return answer

    monkeypatch.setattr(smtp_sink, f"handle_{step}", refuse, raising=False)
    with pytest.raises(kind) as caught:
        Mail().send(outgoing())
    assert getattr(caught.value, "code", "") == code
    assert ROSA not in getattr(caught.value, "words", ROSA)


@pytest.mark.parametrize(
    ("step", "kind"), [("MAIL", TransientFailure), ("RCPT", TransientFailure), ("DATA", OutcomeUnknown)]
)
def test_a_line_that_is_cut_is_unknown_only_once_the_mail_was_handed_over(
    smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, step: str, kind: type[Exception]
) -> None:
    async def hang_up(server: Any, *_: Any, **__: Any) -> str:
        server.transport.abort()
        return "250 OK"

    monkeypatch.setattr(smtp_sink, f"handle_{step}", hang_up, raising=False)
    with pytest.raises(kind):
        Mail().send(outgoing())


def test_a_host_that_falls_silent_after_the_mail_leaves_it_unknown(
    smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.5

    async def dawdle(*_: Any, **__: Any) -> str:
        await asyncio.sleep(2)
        return "250 OK"

    monkeypatch.setattr(smtp_sink, "handle_DATA", dawdle)
    with pytest.raises(OutcomeUnknown):
        Mail().send(outgoing())


@pytest.mark.parametrize("address", ["rosa@@example.org", "rosa@exa mple.org", "@example.org"])
def test_an_address_that_cannot_be_written_is_refused_for_good(smtp_sink: SmtpSink, address: str) -> None:
    with pytest.raises(PermanentFailure):
        Mail().send(outgoing(address=address))
    assert not smtp_sink.mails


def test_neither_address_nor_text_reaches_a_log(smtp_sink: SmtpSink, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="messaging")
    smtp_sink.answers[ROSA] = f"550 no such box {ROSA}"
    with pytest.raises(PermanentFailure):
        Mail().send(outgoing())
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("messaging"))
    assert ROSA not in ours
    assert "mañana" not in ours
