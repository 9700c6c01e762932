"""What a mail that came in is: reports of every make, answers, and bytes that are no mail at all."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from messaging.domain.incoming_mail import Incoming, Kind, parse, read
from sandbox import mail_host

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
OURS = UUID("0b5c9f9e-6d53-4b57-9d0e-2f1a4f6f9a11")
RETURNS = "returns@clinic.example"
MAILBOX = "rosa@example.org"
SENT = (
    f"From: Bone clinic <care@clinic.example>\r\nTo: {MAILBOX}\r\nSubject: Your visit\r\n"
    f"Message-ID: <{OURS}@clinic.example>\r\nList-Unsubscribe: <https://clinic.example/u/abc/>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nYour visit is tomorrow.\r\n"
).encode()


def of(raw: bytes) -> Incoming:
    return read(parse(raw), bounce_address=RETURNS)


def mail(headers: str, body: str = "") -> bytes:
    return f"{headers.strip()}\n\n{body}".encode()


class TestReports:
    @pytest.mark.parametrize(
        ("status", "kind"), [("5.1.1", Kind.BOUNCED), ("5.2.2", Kind.BOUNCED), ("4.4.1", Kind.DELAYED)]
    )
    def test_a_returned_mail_is_known_by_its_name(self, status: str, kind: Kind) -> None:
        found = of(mail_host.bounce(SENT, MAILBOX, status=status, now=NOW))
        assert (found.kind, found.status, found.about) == (kind, status, (OURS,))
        assert found.number == (550 if kind is Kind.BOUNCED else 451)

    def test_something_is_made_finer_by_what_the_last_host_said(self) -> None:
        raw = mail_host.bounce(SENT, MAILBOX, status="5.0.0", now=NOW).replace(b"550 5.0.0", b"550 5.1.1")
        assert of(raw).status == "5.1.1"

    def test_a_complaint_is_one_and_not_spam_is_none(self) -> None:
        raw = mail_host.complaint(SENT, MAILBOX, now=NOW)
        assert (of(raw).kind, of(raw).about) == (Kind.COMPLAINT, (OURS,))
        assert of(raw.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")).kind is Kind.AUTOMATIC

    def test_a_host_that_heeds_no_standard_is_understood_by_what_it_quotes(self) -> None:
        raw = mail(
            "From: MAILER-DAEMON@old.example\nSubject: failure notice",
            f"<{MAILBOX}>:\n550 5.1.1 sorry, no mailbox here by that name\n\n--- Below is a copy.\n\n"
            f"To: {MAILBOX}\nMessage-ID: <{str(OURS).upper()}@clinic.example>\n\nYour visit\n",
        )
        found = of(raw)
        assert (found.kind, found.status, found.number, found.about) == (Kind.BOUNCED, "5.1.1", 550, (OURS,))

    def test_a_daemon_that_goes_on_trying_returns_nothing(self) -> None:
        raw = mail("From: postmaster@old.example\nSubject: Delivery delayed", "We are still trying.")
        assert of(raw).kind is Kind.DELAYED

    def test_the_tagged_address_names_the_mail_where_nothing_is_quoted(self) -> None:
        raw = mail(f"From: MAILER-DAEMON@old.example\nTo: returns+{OURS.hex}@clinic.example\nSubject: failed", "no")
        assert of(raw).about == (OURS,)

    def test_the_name_of_a_report_is_not_the_name_of_what_it_returns(self) -> None:
        other = UUID(int=5)
        raw = mail_host.bounce(SENT, MAILBOX, now=NOW)
        raw = raw.replace(b"Message-ID: <", f"References: <{other}@x.example>\nMessage-ID: <".encode(), 1)
        assert of(raw).about[0] == OURS

    def test_an_address_alone_silences_nobody(self) -> None:
        raw = mail_host.bounce(SENT.replace(str(OURS).encode(), b"something-else"), MAILBOX, now=NOW)
        assert of(raw).about == ()


class TestAnswers:
    def test_what_is_quoted_is_left_out(self) -> None:
        found = of(mail_host.answer(SENT, MAILBOX, "I can't come.\nNext week?", now=NOW))
        assert (found.kind, found.words, found.about) == (Kind.WORDS, "I can't come.\nNext week?", (OURS,))

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "X-Autoreply: yes",
            "Subject: Out of Office: back on Monday",
            "List-Id: <x.y>",
        ],
    )
    def test_a_machines_answer_is_no_persons(self, header: str) -> None:
        assert of(mail(f"From: {MAILBOX}\n{header}", "I am away")).kind is Kind.AUTOMATIC

    def test_a_person_who_writes_of_an_office_is_read(self) -> None:
        assert of(mail(f"From: {MAILBOX}\nSubject: your office\nAuto-Submitted: no", "Help")).kind is Kind.WORDS

    def test_a_mail_programs_unsubscribe_comes_as_a_mail_too(self) -> None:
        tagged = f"To: returns+{OURS.hex}@clinic.example"
        assert of(mail(f"From: {MAILBOX}\n{tagged}\nSubject: unsubscribe")).kind is Kind.UNSUBSCRIBE
        assert of(mail(f"From: {MAILBOX}\nTo: care@clinic.example\nSubject: unsubscribe")).kind is Kind.WORDS

    def test_a_calendars_yes_is_noted_and_its_no_is_read(self) -> None:
        head = f"From: {MAILBOX}\nIn-Reply-To: <{OURS}@clinic.example>\nContent-Type: text/calendar; method=REPLY"
        entry = (
            "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;PARTSTAT={}:mailto:r@x\nEND:VEVENT\nEND:VCALENDAR"
        )
        assert of(mail(head, entry.format("ACCEPTED"))).kind is Kind.ACCEPTED
        declined = of(mail(head, entry.format("DECLI\n NED")))
        assert (declined.kind, declined.words) == (Kind.WORDS, "[declined in the calendar]")

    def test_html_alone_is_read_as_words(self) -> None:
        body = (
            "<html><head><style>p{}</style></head><body><div>My back &amp; legs</div><div class='gmail_quote'>"
            "<div>On Monday the clinic wrote:</div><blockquote>Call us with fever</blockquote></div></body></html>"
        )
        found = of(mail(f"From: {MAILBOX}\nContent-Type: text/html; charset=utf-8", body))
        assert found.words == "My back & legs"

    def test_pictures_are_counted(self) -> None:
        raw = mail(
            f"From: {MAILBOX}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b",
            "--b\nContent-Type: text/plain\n\nLook\n--b\nContent-Type: image/jpeg\n"
            "Content-Disposition: attachment; filename=a.jpg\n\nxx\n--b--\n",
        )
        assert (of(raw).words, of(raw).files) == ("Look", 1)


@given(st.binary(max_size=2000))
@example(b"\x00\xff")
@example(b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 40)
@example(b"Content-Type: text/plain; charset=nonsense\nFrom: =?x?q?=\xff?=\nSubject: =?utf-8?b?////?=\n\nhi")
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_something(raw: bytes) -> None:
    assert isinstance(of(raw), Incoming)


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Content-Type", "Message-ID", "References", "Auto-Submitted", "Content-Transfer-Encoding"]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["multipart/report; report-type=delivery-status; boundary=b", "message/delivery-status", "message/rfc822",
         "text/html; charset=utf-7", "base64", f"<{OURS}@x.example>", "\"", "<>", "auto-replied"]
    ),
)  # fmt: skip


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_headers_are_something(headers: list[tuple[str, str]], body: str) -> None:
    raw = "\n".join(f"{name}: {value}" for name, value in headers) + f"\n\n--b\n{body}\n--b--"
    assert isinstance(of(raw.encode("utf-8", "surrogatepass")), Incoming)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("", Kind.ACCEPTED),
        ("Rosa Quintana has accepted this invitation.", Kind.ACCEPTED),
        ("Rosa ha aceptado esta invitación.", Kind.ACCEPTED),
        ("See you then, but my legs are numb.", Kind.WORDS),
        ("Rosa has accepted this invitation.\r\nMy legs are numb.", Kind.WORDS),
    ],
)
def test_what_somebody_types_beside_a_calendars_yes_is_read(written: str, kind: Kind) -> None:
    raw = (
        "From: rosa@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{written}\r\n"
        "--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:rosa@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n"
    )
    found = read(parse(raw.encode()), bounce_address="")
    assert found.kind is kind
    assert ("legs" in found.words) is (kind is Kind.WORDS)
