"""The names that a mail of ours goes by, all made from its uuid: Message-ID, envelope sender; and the way back."""

from __future__ import annotations

import re
from email.utils import parseaddr
from uuid import UUID

#: As the Message-ID has it, or the envelope sender, which mail hosts fold to lower case or not as they like.
_UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_MESSAGE_ID = re.compile(rf"<\s*({_UUID})@[^<>\s]{{1,250}}>", re.IGNORECASE)
#: Longer than any list of references that a mail program keeps.
_LONGEST = 20_000


def message_id(uuid: UUID, sender: str) -> str:
    """The Message-ID header of a mail: our uuid at the domain of our sender."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid}@{domain}>"


def uuids_in(header: str) -> list[UUID]:
    """Which of our mails Message-ID, In-Reply-To or References name, in their order; others are passed over."""
    return [UUID(found) for found in _MESSAGE_ID.findall(header[:_LONGEST])]


def return_address(bounce_address: str, uuid: UUID) -> str:
    """Where one mail comes back to: the mailbox for returns, tagged with the mail's own name."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{uuid.hex}@{domain}"


def uuid_of_return(address: str, bounce_address: str) -> UUID | None:
    """Which mail came back to `address`; None when it is no return address of ours."""
    local, _, domain = bounce_address.rpartition("@")
    if not local:
        return None
    found = re.fullmatch(
        rf"{re.escape(local)}\+({_UUID})@{re.escape(domain)}", address.strip().strip("<>"), re.IGNORECASE
    )
    return UUID(found[1]) if found else None
