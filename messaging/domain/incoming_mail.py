"""What a mail that came to us is: one of ours returned, a complaint about one, a machine's answer, or a person's words.

Reports are read as RFC 3464 and RFC 5965 have them, and as hosts that heed neither write them, as far as the returned
mail is quoted. A report is believed only where it names one of our mails by its uuid, which nobody knows but those who
handled that mail: an address alone would let anybody silence anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from messaging.domain.mail_names import uuid_of_return, uuids_in
from messaging.domain.reply_text import from_html, own_words


class Kind(StrEnum):
    """What a mail is to us."""

    BOUNCED = "bounced"  # for good: it was not delivered
    DELAYED = "delayed"  # not yet: its host goes on trying
    ARRIVED = "arrived"  # delivered, says a host
    COMPLAINT = "complaint"  # its reader has called it unwanted
    UNSUBSCRIBE = "unsubscribe"  # a mail program's "unsubscribe", sent as a mail
    AUTOMATIC = "automatic"  # written by a machine: out of office and the like
    ACCEPTED = "calendar_accepted"  # a calendar program says that the visit was taken into the calendar
    WORDS = "words"  # a person's


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as we understand it. What is missing is empty."""

    kind: Kind
    about: tuple[UUID, ...] = ()  # ours that it may speak of, the likeliest first
    sender: str = ""
    recipient: str = ""
    message_id: str = ""
    subject: str = ""
    words: str = ""  # a person's own, without what they quote
    whole: str = ""  # with it
    status: str = ""  # of a report: "5.1.1"
    number: int = 0  # of a report: the answer of the last host, 550
    files: int = 0


class _Known(TypedDict):
    about: tuple[UUID, ...]
    sender: str
    recipient: str
    message_id: str
    subject: str
    whole: str


_MACHINE_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From")
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(automatic reply|auto(?:matic)?[- ]?response|out of (?:the )?office|autoreply|respuesta autom[aá]tica"
    r"|fuera de (?:la )?oficina)\b",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NUMBER = re.compile(r"\b([45]\d\d)\b")
_ID_LINE = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_TEMPORARY = re.compile(r"\b(delayed|temporar|will (?:keep|continue|retry)|still trying)", re.IGNORECASE)
_ACTIONS = {
    "failed": Kind.BOUNCED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.ARRIVED,
    "expanded": Kind.ARRIVED,
    # Handed to a host that tells nothing: no more is known than before.
    "relayed": Kind.AUTOMATIC,
}
#: What a calendar program writes beside its "yes" by itself; what else stands there somebody has typed.
_OF_THE_CALENDAR = re.compile(
    r"^.{0,120}\b(?:(?:has )?accepted (?:this|the|your) (?:invitation|meeting|event)"
    r"|ha aceptado (?:esta|la|su) \w+)\b.{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)
#: Parts of a mail that are looked at; a person's has a handful.
_MOST_PARTS = 200
_LONGEST = 200_000
#: Reading a longer one takes the square of its length.
_LONGEST_SUBJECT = 5_000


def parse(raw: bytes) -> Message:
    """The mail as the standard library reads it. Whatever the bytes are, there is something."""
    return BytesParser(policy=policy.compat32).parsebytes(raw)


def read(mail: Message, *, bounce_address: str) -> Incoming:
    """What `mail` is."""
    parts = _parts(mail)
    recipient = _recipient(mail, bounce_address)
    tagged = uuid_of_return(recipient, bounce_address)
    report = _complaint(parts) or _delivery_report(mail, parts) or _plain_report(mail, parts)
    about = _about(mail, parts, tagged, returned=report is not None)
    known = _Known(
        about=about,
        sender=_sender(mail),
        recipient=recipient,
        message_id=_header(mail, "Message-ID").strip(),
        subject=_header(mail, "Subject").strip(),
        whole=_text(parts),
    )
    if report is not None:
        kind, status, number = report
        return Incoming(kind, status=status, number=number, words=known["whole"][:2000], **known)
    if tagged and known["subject"].lower() == "unsubscribe":
        return Incoming(Kind.UNSUBSCRIBE, **known)
    answer = _calendar_answer(parts)
    written = own_words(known["whole"])
    if answer == "ACCEPTED" and not _OF_THE_CALENDAR.sub("", written).strip():
        return Incoming(Kind.ACCEPTED, **known)
    if answer:
        # Nobody else would tell a person: what a calendar declines comes without words.
        return Incoming(Kind.WORDS, words=f"[{answer.lower()} in the calendar] {written}".strip(), **known)
    if _is_automatic(mail):
        return Incoming(Kind.AUTOMATIC, words=written, **known)
    return Incoming(Kind.WORDS, words=written, files=sum(_is_file(part) for part in parts), **known)


def _parts(mail: Message) -> list[Message]:
    """Every part that holds something, as deep as it lies; the inside of a returned mail as well."""
    found: list[Message] = []
    waiting = [mail]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part is not mail or not part.is_multipart():
            found.append(part)
        # What is returned is looked into where it is needed: its words are ours, and not its sender's.
        if isinstance(inner, list) and part.get_content_type() not in ("message/rfc822", "message/delivery-status"):
            waiting = [one for one in inner if isinstance(one, Message)] + waiting
    return found


def _complaint(parts: list[Message]) -> tuple[Kind, str, int] | None:
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            kind = re.search(r"^Feedback-Type:\s*([\w-]+)", _inside(part), re.IGNORECASE | re.MULTILINE)
            # Some hosts send reports of what passed; those are no complaints.
            passed = kind is not None and kind[1].lower() in ("not-spam", "auth-failure")
            return (Kind.AUTOMATIC if passed else Kind.COMPLAINT), "", 0
    return None


def _delivery_report(mail: Message, parts: list[Message]) -> tuple[Kind, str, int] | None:
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        fields = _inside(part)
        action = re.search(r"^Action:\s*([a-z]+)", fields, re.IGNORECASE | re.MULTILINE)
        status = re.search(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", fields, re.IGNORECASE | re.MULTILINE)
        said = re.search(r"^Diagnostic-Code:(.*(?:\n[ \t].*)*)", fields, re.IGNORECASE | re.MULTILINE)
        number = _number(said[1]) if said else 0
        code = status[1] if status else ""
        if code.endswith(".0.0"):
            # "Something": what the last host has said is finer, where it said it.
            finer = _STATUS.search(said[1]) if said else None
            code = finer[0] if finer else ""
        kind = _ACTIONS.get(action[1].lower()) if action else None
        return kind or (Kind.DELAYED if code.startswith("4") else Kind.BOUNCED), code, number
    if mail.get_content_type() == "multipart/report" and "delivery-status" in str(mail.get_param("report-type", "")):
        return Kind.DELAYED, "", 0
    return None


def _plain_report(mail: Message, parts: list[Message]) -> tuple[Kind, str, int] | None:
    """A report of a host that heeds no standard: it is from the daemon, or to nobody, and quotes what it returns."""
    empty = _header(mail, "Return-Path").strip() == "<>" and "auto-replied" not in _header(mail, "Auto-Submitted")
    failed = bool(_header(mail, "X-Failed-Recipients"))
    if not failed and not (_DAEMON.search(_header(mail, "From")) or (empty and _returned(parts))):
        return None
    text = _text(parts)
    status = _STATUS.search(text)
    code = status[0] if status else ""
    if _TEMPORARY.search(_header(mail, "Subject")) or code.startswith("4"):
        return Kind.DELAYED, code, _number(text)
    return Kind.BOUNCED, code, _number(text)


def _number(text: str) -> int:
    found = _NUMBER.search(text)
    return int(found[1]) if found else 0


def _about(mail: Message, parts: list[Message], tagged: UUID | None, *, returned: bool) -> tuple[UUID, ...]:
    found = [tagged] if tagged else []
    for part in _returned(parts):
        inner = part.get_payload()
        heads = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
        names = [_header(one, "Message-ID") for one in heads] or _ID_LINE.findall(_inside(part))
        found += [uuid for name in names for uuid in uuids_in(name)]
    if returned:
        found += [uuid for name in _ID_LINE.findall(_text(parts)) for uuid in uuids_in(name)]
    # The mail that was answered stands last in the references.
    found += uuids_in(_header(mail, "In-Reply-To")) + uuids_in(_header(mail, "References"))[::-1]
    return tuple(dict.fromkeys(found))


def _returned(parts: list[Message]) -> list[Message]:
    return [part for part in parts if part.get_content_type() in ("message/rfc822", "text/rfc822-headers")]


def _is_automatic(mail: Message) -> bool:
    submitted = _header(mail, "Auto-Submitted").strip().lower()
    if submitted and submitted.partition(";")[0].strip() != "no":
        return True
    if any(mail.get(name) is not None for name in _MACHINE_HEADERS):
        return True
    if mail.get("List-Id") is not None or mail.get("List-Unsubscribe") is not None:
        return True
    return _AUTOMATIC_SUBJECT.match(_header(mail, "Subject")) is not None


def _calendar_answer(parts: list[Message]) -> str:
    """What a calendar program answers to an entry of ours: ACCEPTED, DECLINED, TENTATIVE; empty when it does not."""
    for part in parts:
        if part.get_content_type() == "text/calendar":
            text = re.sub(r"\r?\n[ \t]", "", _decoded(part))
            said = re.search(r"PARTSTAT=(ACCEPTED|DECLINED|TENTATIVE)", text, re.IGNORECASE)
            if said and re.search(r"^METHOD:REPLY\s*$", text, re.IGNORECASE | re.MULTILINE):
                return said[1].upper()
    return ""


def _text(parts: list[Message]) -> str:
    """What a reader is shown first: the first part of plain text, or else the first of HTML as text."""
    shown = [part for part in parts if not _is_file(part)]
    for wanted, as_text in (("text/plain", str), ("text/html", from_html)):
        for part in shown:
            if part.get_content_type() == wanted and (text := as_text(_decoded(part)).strip()):
                return text[:_LONGEST]
    return ""


def _is_file(part: Message) -> bool:
    if part.is_multipart() or part.get_content_type() == "text/calendar":
        return False
    named = part.get_filename() is not None and part.get_content_maintype() != "text"
    return named or part.get_content_disposition() == "attachment" or part.get_content_maintype() in ("image", "audio")


def _inside(part: Message) -> str:
    """The text of a part of fields, which the parser takes for messages of their own."""
    inner = part.get_payload()
    if isinstance(inner, list):
        lines = [f"{name}: {value}" for one in inner if isinstance(one, Message) for name, value in one.items()]
        return "\n".join(lines)[:_LONGEST]
    return _decoded(part)[:_LONGEST]


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8") or "utf-8", errors="replace")
    except LookupError:
        return raw.decode("utf-8", errors="replace")


def _sender(mail: Message) -> str:
    addresses = [address for _, address in getaddresses([_header(mail, "From")]) if "@" in address]
    return addresses[0][:254] if addresses else ""


def _recipient(mail: Message, bounce_address: str) -> str:
    """To whom of ours it came: the tagged address for returns where it was that, else the first that it names."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
    found = [address for _, address in getaddresses([_header(mail, name) for name in names]) if "@" in address]
    ours = [address for address in found if uuid_of_return(address, bounce_address)]
    return (ours or found or [""])[0][:254]


def _header(mail: Message, name: str) -> str:
    """One header in letters. Those that break the rules are read as well as it goes."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return (
            str(policy.default.header_factory(name, str(value)[:_LONGEST_SUBJECT])) if name == "Subject" else str(value)
        )
    except Exception:  # noqa: BLE001 - the standard library's parser of headers has its own surprises
        return str(value)
