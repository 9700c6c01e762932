"""Knows through which statuses a text or a call passes, which endings exist, and which numbers have one built in."""

from __future__ import annotations

from dataclasses import dataclass

#: What a text can end as. `sent` is the carrier that never gives a receipt.
TEXT_ENDINGS = ("delivered", "undelivered", "failed", "sent")

_TEXT_ROADS: dict[str, tuple[str, ...]] = {
    "delivered": ("accepted", "queued", "sending", "sent", "delivered"),
    "undelivered": ("accepted", "queued", "sending", "sent", "undelivered"),
    "failed": ("accepted", "queued", "failed"),
    "sent": ("accepted", "queued", "sending", "sent"),
}
_CALL_ROADS: dict[str, tuple[str, ...]] = {
    "completed": ("queued", "ringing", "in-progress", "completed"),
    "busy": ("queued", "ringing", "busy"),
    "no-answer": ("queued", "ringing", "no-answer"),
    "failed": ("queued", "failed"),
}
#: Codes of texts that never left the carrier; other codes come back from the network.
_FAILED_INSIDE = frozenset({30001, 30002, 30010, 30034, 30036})
MAGIC_PREFIX = "+150055"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a text will end, and the carrier's code when it ends badly."""

    status: str = "delivered"
    code: int | None = None


def after(status: str, *, ending: str) -> str:
    """The status that follows `status` on the road to `ending`; empty at the end of the road."""
    road = _TEXT_ROADS.get(ending) or _CALL_ROADS[ending]
    if status not in road or status == road[-1]:
        return ""
    return road[road.index(status) + 1]


def ending_of(code: int) -> Ending:
    """The ending that the carrier reports with `code`."""
    return Ending("failed" if code in _FAILED_INSIDE else "undelivered", code)


def magic(number: str) -> Ending | None:
    """`+150055` followed by a five-digit code from 30001 up ends with that code: +15005530003 is off."""
    tail = number.removeprefix(MAGIC_PREFIX)
    if tail == number or len(tail) != 5 or not tail.isdigit() or tail[0] not in "36" or int(tail) < 30001:
        return None
    return ending_of(int(tail))
