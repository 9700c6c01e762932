"""What a page's message tells of the page: on the phone, lost, or not known yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from messaging.domain.delivery import Channel, Status

_LOST = frozenset({Status.UNDELIVERED, Status.FAILED, Status.EXPIRED, Status.SUPPRESSED})
_TAKEN = frozenset({Status.ACCEPTED, Status.SENT})

ARRIVED = "arrived"
LOST = "lost"


def fate(
    status: Status, channel: Channel, *, sent_at: datetime, now: datetime, receipt_within: timedelta
) -> str | None:
    """ARRIVED, LOST, or None while neither is known.

    A page that nobody has confirmed `receipt_within` after it was written is lost, whatever became of
    it on the way. A mail host that took a mail says no more: that is all the proof there will be.
    A call that is being made is no loss yet; one that was answered has arrived, which accepts nothing.
    """
    if status in _LOST:
        return LOST
    if status is Status.DELIVERED or (channel is Channel.EMAIL and status in _TAKEN):
        return ARRIVED
    return LOST if now - sent_at >= receipt_within else None
