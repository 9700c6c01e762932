"""A real SMTP sink: takes every mail over a socket and keeps it, or misbehaves as the mood says."""

from __future__ import annotations

import asyncio
import socket
from email.errors import MessageError
from typing import Any

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from django.db import DatabaseError, connections
from django.utils import timezone

from sandbox import mailbox
from sandbox import mood as moods

log = structlog.get_logger(__name__)
BUSY = "451 4.3.0 Busy, try again later"


def _refuses(address: str) -> bool:
    """Whether the mood refuses this recipient."""
    refused = {line.strip().lower() for line in moods.current().mail_refused.splitlines()}
    return address.lower() in refused


def _take(raw: bytes, sender: str, recipients: list[str]) -> tuple[str, bool]:
    """Keep the mail; the answer, and whether the connection is to die instead of giving it."""
    try:
        mood = moods.take_turn()
        if moods.strikes(mood, "mail_busy", serial=mood.turns):
            return BUSY, False
        mailbox.keep(raw, envelope_from=sender, recipients=recipients, now=timezone.now())
        return "250 2.0.0 Kept", moods.strikes(mood, "mail_drop", serial=mood.turns)
    except (DatabaseError, MessageError) as error:
        log.warning("sandbox.mail_not_kept", error=type(error).__name__)
        return BUSY, False


def _in_own_connection(work: Any, *args: Any) -> Any:
    """Run `work` in a pool thread, and close the database connection that it opened there."""
    try:
        return work(*args)
    finally:
        connections.close_all()


class Sink:
    """What the SMTP server asks at each step."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept the recipient, or 550."""
        if await asyncio.to_thread(_in_own_connection, _refuses, address):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail and say so, or cut the line after keeping it."""
        raw = envelope.original_content or b""
        sender = envelope.mail_from or ""
        answer, cut = await asyncio.to_thread(_in_own_connection, _take, raw, sender, list(envelope.rcpt_tos))
        if cut and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return str(answer)


def _any_password(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=True)


def sink(host: str, port: int) -> Controller:
    """A sink ready to `start()`; any user name and password will do, and none, too. OSError when the port is taken."""
    with socket.socket() as probe:  # the controller would find out only after its whole timeout
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    return Controller(
        Sink(),
        hostname=host,
        port=port,
        enable_SMTPUTF8=True,
        decode_data=False,
        authenticator=_any_password,
        auth_require_tls=False,
        ident="Bonewatch sandbox",
        ready_timeout=10,
    )
