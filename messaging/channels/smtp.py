"""Mail through Django's SMTP backend: text, HTML and a calendar entry, named by our own uuid."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.mime.text import MIMEText
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from messaging import codes
from messaging.channels import smtp_codes
from messaging.channels.base import (
    UNREACHABLE,
    Accepted,
    ChannelFailure,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    Report,
    TransientFailure,
)
from messaging.domain.delivery import Status
from messaging.domain.mail_names import message_id as named

log = structlog.get_logger(__name__)

DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"


class _Plain(smtplib.SMTP):
    """Remembers whether the mail itself was handed over: before that, nothing can have been taken."""

    content_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.content_begun = True
        return super().data(msg)


class _Encrypted(smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    content_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.content_begun = True
        return super().data(msg)


class Backend(EmailBackend):
    """Django's SMTP backend over a connection that remembers how far it got."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The class of the connection."""
        return _Encrypted if self.use_ssl else _Plain


class Mail:
    """The mail channel. A mail host keeps no log for us: what is in doubt stays so."""

    keeps_log = False

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand one mail to the mail host. From then on it is the host's: that is SENT, not DELIVERED."""
        mail = compose(outgoing)
        chosen = "messaging.channels.smtp.Backend" if settings.EMAIL_BACKEND == DJANGO_SMTP else settings.EMAIL_BACKEND
        connection = get_connection(chosen)
        _open(connection)
        try:
            connection.send_messages([mail])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            raise _refused(*_answer(error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise _refused(smtp_codes.UTF8, 550) from error
        except (smtplib.SMTPException, OSError) as error:
            if getattr(getattr(connection, "connection", None), "content_begun", True):
                raise OutcomeUnknown(type(error).__name__[:20]) from error
            raise TransientFailure(type(error).__name__[:20], "the mail host hung up") from error
        except (ValueError, UnicodeError) as error:
            raise PermanentFailure("malformed", "the mail could not be written") from error
        finally:
            _close(connection)
        return Accepted(message_id(outgoing), Status.SENT)

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """Nothing is ever found: there is no log to look into."""
        return []

    def look(self, provider_id: str) -> Report | None:
        """Nothing is known of any mail: it was the host's from the moment that it took it."""
        return None


def message_id(outgoing: Outgoing) -> str:
    """The Message-ID header of a mail: our uuid at the domain of our sender."""
    return named(outgoing.uuid, outgoing.sender or settings.DEFAULT_FROM_EMAIL)


def compose(outgoing: Outgoing) -> EmailMultiAlternatives:
    """The mail as the mail host is given it."""
    mail = EmailMultiAlternatives(
        subject=outgoing.subject,
        body=outgoing.body,
        # The envelope's sender, to whom mail hosts return it; whom it is from stands in the header.
        from_email=outgoing.return_to or outgoing.sender or settings.DEFAULT_FROM_EMAIL,
        to=[outgoing.address],
        headers=_headers(outgoing),
    )
    if outgoing.html:
        mail.attach_alternative(outgoing.html, "text/html")
    for calendar in _calendars(outgoing.calendar):
        mail.attach(_calendar_part(calendar))
    return mail


def _headers(outgoing: Outgoing) -> dict[str, str]:
    headers = {
        "From": outgoing.sender or settings.DEFAULT_FROM_EMAIL,
        "Message-ID": message_id(outgoing),
        "Auto-Submitted": "auto-generated",
    }
    if outgoing.language:
        headers["Content-Language"] = outgoing.language
    if outgoing.stop_url:
        ways = [f"<{outgoing.stop_url}>"]
        if outgoing.return_to:
            ways.append(f"<mailto:{outgoing.return_to}?subject=unsubscribe>")
        headers["List-Unsubscribe"] = ", ".join(ways)
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _calendars(text: str) -> list[str]:
    """The calendar objects in `text`, each a part of its own: mail programs read one method and one entry of a part."""
    return re.findall(r"BEGIN:VCALENDAR\r?\n.*?END:VCALENDAR(?:\r?\n|$)", text, re.DOTALL)


def _calendar_part(calendar: str) -> MIMEText:
    part = MIMEText(calendar, "calendar", "utf-8")
    # Mail programs offer "add to calendar" only when the part repeats the method of the entry.
    method = re.search(r"^METHOD:([A-Z]+)\s*$", calendar, re.MULTILINE)
    part.set_param("method", method[1] if method else "PUBLISH")
    part.add_header("Content-Disposition", "attachment", filename="visit.ics")
    return part


def _open(connection: Any) -> None:
    """Connect and log in; whatever goes wrong here, nothing was taken."""
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        _close(connection)
        raise _refused(smtp_codes.AUTH, error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        _close(connection)
        raise TransientFailure(UNREACHABLE, "no connection to the mail host") from error


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError) as error:
        # The mail was taken or refused before this: only the goodbye was lost.
        log.info("mail_host_goodbye_lost", error=type(error).__name__)


def _answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> tuple[str, int]:
    """Under which name an answer is looked up, and its number."""
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        number, text = next(iter(error.recipients.values()))
        return smtp_codes.name_of(number, text), number
    number, text = error.smtp_code, error.smtp_error
    if isinstance(error, smtplib.SMTPSenderRefused):
        return smtp_codes.name_of_sender(number, text), number
    if isinstance(error, smtplib.SMTPDataError):
        return smtp_codes.name_of_content(number, text), number
    return smtp_codes.name_of(number, text), number


def _refused(name: str, number: int) -> ChannelFailure:
    known = codes.lookup(name)
    codes.seen(name, known=known)
    if known is not None:
        return codes.failure(name, known)
    # The host's own text often repeats the address: it stays out of our records.
    if 400 <= number < 500:
        return TransientFailure(name, f"the mail host asked to wait (code {number})")
    return PermanentFailure(name, f"the mail host refused it (code {number})", operator=True)
