"""A real SMTP server for tests that keeps what it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class SmtpSink:
    """Mails in the order of arrival; `answers` may hold an SMTP answer per recipient (`550 no such box`)."""

    host: str
    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]) -> str:
        refusal = self.answers.get(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
        self.mails.append(mail)
        return "250 Message accepted"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails whose To header names `address`."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    def start(self) -> Controller:
        controller = Controller(self, hostname=self.host, port=self.port)
        controller.start()
        return controller
