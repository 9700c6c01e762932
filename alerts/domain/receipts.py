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
    A call that somebody has picked up may take three times as long: she may be hearing it again. One
    that ended after it was answered has arrived, which accepts nothing.
    """
    if status in _LOST:
        return LOST
    if status is Status.DELIVERED or (channel is Channel.EMAIL and status in _TAKEN):
        return ARRIVED
    # A phone rings for less than receipt_within: what still runs then was picked up.
    limit = receipt_within * 3 if channel is Channel.VOICE and status is Status.SENT else receipt_within
    return LOST if now - sent_at >= limit else None
