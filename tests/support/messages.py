"""Messages for tests: a plain draft, consent for it, and a clock that is wound by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES, Channel, Purpose, Urgency
from messaging.models import Message
from messaging.outbox import Draft, enqueue

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
PHONE = "+12025550123"
MAILBOX = "rosa@example.org"


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def draft(key: str = "visit-1", **changes: Any) -> Draft:
    """An SMS reminder that is due at NOW."""
    plain = Draft(
        key=key,
        channel=Channel.SMS,
        purpose=Purpose.REMINDERS,
        address=PHONE,
        body="Your visit is tomorrow at 9:30.",
        due_at=NOW,
        expires_at=NOW + timedelta(hours=12),
    )
    return replace(plain, **changes)


def mail(key: str = "mail-1", **changes: Any) -> Draft:
    """The same as a mail."""
    wanted: dict[str, Any] = {"channel": Channel.EMAIL, "address": MAILBOX, "subject": "Your visit"}
    return draft(key, **wanted | changes)


def agree(*addresses: str, granted: bool = True, now: datetime = NOW) -> None:
    """Record a yes (or no) of each address to every purpose."""
    for address in addresses or (PHONE, MAILBOX):
        for purpose in CONSENT_PURPOSES:
            consent.record(address, purpose, granted=granted, source="form", wording="test form", now=now)


def outbox_with(*drafts: Draft) -> list[Message]:
    """Consent for each draft's address, and the drafts in the outbox."""
    agree(*{draft.address for draft in drafts})
    stored = enqueue(drafts, now=NOW)
    return [stored[draft.key] for draft in drafts]


__all__ = ["MAILBOX", "NOW", "PHONE", "HandClock", "Urgency", "agree", "draft", "mail", "outbox_with"]
