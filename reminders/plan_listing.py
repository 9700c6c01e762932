"""The plan as operators read it: one line for each planned reminder, streamed in the order of sending."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder

COLUMNS = ("mrn", "treatment", "visit_at", "rule", "channel", "send_at", "local_send_at", "expires_at", "state")
#: What is listed unless everything is asked for: cancelled reminders belong to plans that no longer hold.
LIVE = (ReminderState.PLANNED, ReminderState.RELEASED, ReminderState.SKIPPED)
_CHUNK = 2000


def listing(*, since: datetime, until: datetime, mrn: str = "", cancelled: bool = False) -> Iterator[dict[str, str]]:
    """Every reminder with `since` <= send_at < `until` (aware), as one flat query read in chunks."""
    rows = PlannedReminder.objects.filter(send_at__gte=since, send_at__lt=until)
    if not cancelled:
        rows = rows.filter(state__in=LIVE)
    if mrn:
        rows = rows.filter(visit__schedule__patient__mrn=mrn)
    fields = (
        "visit__schedule__patient__mrn",
        "visit__schedule__treatment__code",
        "visit__at",
        "rule__code",
        "channel",
        "send_at",
        "expires_at",
        "state",
        "visit__schedule__patient__timezone",
    )
    for row in rows.order_by("send_at", "id").values_list(*fields).iterator(chunk_size=_CHUNK):
        number, treatment, visit_at, rule, channel, send_at, expires_at, state, zone = row
        yield {
            "mrn": number,
            "treatment": treatment,
            "visit_at": utc(visit_at),
            "rule": rule,
            "channel": channel,
            "send_at": utc(send_at),
            "local_send_at": send_at.astimezone(_zone(zone)).isoformat(timespec="seconds"),
            "expires_at": utc(expires_at),
            "state": state,
        }


def utc(instant: datetime) -> str:
    """`instant` (aware) in UTC, with a Z."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
