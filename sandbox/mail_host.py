"""What a mail host sends back: returned mails (RFC 3464), complaints (RFC 5965), and a reader's answers."""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from uuid import uuid4

from sandbox.mailbox import parse, read

HOST = "mx.mailhost.example"
_HEADERS = ("From", "To", "Subject", "Message-ID", "Date")


def bounce(raw: bytes, recipient: str, *, status: str = "5.1.1", said: str = "", now: datetime) -> bytes:
    """`raw` could not be delivered to `recipient`: for good with a status of 5, not yet with one of 4."""
    for_good = status.startswith("5")
    number = "550" if for_good else "451"
    said = said or ("No such mailbox" if for_good else "The mailbox is busy, we try again")
    fields = "\n".join(
        (
            f"Reporting-MTA: dns; {HOST}",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            f"Action: {'failed' if for_good else 'delayed'}",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; {number} {status} {said}",
            "",
        )
    )
    subject = "Undelivered mail returned to sender" if for_good else "Delayed mail (still being retried)"
    return _report(raw, "delivery-status", fields, subject=subject, words=said, now=now)


def complaint(raw: bytes, recipient: str, *, now: datetime) -> bytes:
    """The reader of `raw` has called it unwanted."""
    fields = f"Feedback-Type: abuse\nUser-Agent: Bonewatch-Sandbox/1.0\nVersion: 1\nOriginal-Rcpt-To: {recipient}\n"
    words = "This is an e-mail abuse report for a mail that came from you."
    return _report(
        raw,
        "feedback-report",
        fields,
        subject="Complaint about a mail",
        words=words,
        now=now,
    )


def answer(raw: bytes, sender: str, text: str, *, automatic: bool = False, now: datetime) -> bytes:
    """`sender` answers `raw` with `text`, and the mail program quotes what it answers."""
    original, letter = parse(raw), read(raw)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = str(original["Reply-To"] or original["From"])
    subject = str(original["Subject"])
    mail["Subject"] = f"Automatic reply: {subject}" if automatic else f"Re: {subject}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain="reader.example")
    mail["In-Reply-To"] = str(original["Message-ID"])
    mail["References"] = str(original["Message-ID"])
    if automatic:
        mail["Auto-Submitted"] = "auto-replied"
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    mail.set_content(f"{text}\n\nOn {now:%a, %b %d, %Y} at {now:%H:%M} {original['From']} wrote:\n{quoted}\n")
    return mail.as_bytes()


def one_click(raw: bytes) -> str:
    """Where a mail program posts for "unsubscribe", as the headers of `raw` offer it (RFC 8058); empty: they do not."""
    mail = parse(raw)
    if "One-Click" not in str(mail.get("List-Unsubscribe-Post", "")):
        return ""
    found = re.search(r"<(https?://[^>\s]+)>", re.sub(r"\s+", "", str(mail.get("List-Unsubscribe", ""))))
    return found[1] if found else ""


def _report(raw: bytes, report: str, fields: str, *, subject: str, words: str, now: datetime) -> bytes:
    # By hand: the standard library takes the fields of a report for messages of their own.
    original, boundary = parse(raw), f"report-{uuid4().hex}"
    heads = (
        f"From: Mail Delivery System <MAILER-DAEMON@{HOST}>",
        f"To: {original['Return-Path'] or original['From']}",
        f"Subject: {subject}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {make_msgid(domain=HOST)}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={report}; boundary="{boundary}"',
    )
    returned = "\n".join(f"{name}: {original[name]}" for name in _HEADERS if original[name])
    parts = (("text/plain; charset=utf-8", words), (f"message/{report}", fields), ("text/rfc822-headers", returned))
    body = "".join(f"--{boundary}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return ("\n".join(heads) + f"\n\n{body}--{boundary}--\n").encode()
