"""What goes on without anybody: texts that a broken handler left unfiled, deeds done elsewhere, and who is late."""

from __future__ import annotations

from datetime import datetime

from alerts import alarms
from inbox import closing, filing, ledger

#: How far back the sweep looks for texts that stand nowhere; `manage.py file_texts` looks at all.
LATEST = 1000
BATCH = 500
ALARM = "conversations-overdue"


def chase(*, now: datetime) -> int:
    """File what is missing, end what was done elsewhere, and shout while anybody waits too long; how many are late."""
    filing.file_all(now=now, after=filing.latest_id() - LATEST)
    _catch_up(now=now)
    late = ledger.unchased(now=now).count()
    if late:
        one = late == 1
        words = f"{late} conversation{' has' if one else 's have'} waited in the inbox past the time to look at it."
        alarms.shout(ALARM, words if one else words.replace("look at it", "look at them"), now=now)
    else:
        alarms.settle(ALARM, now=now)
    return late


def _catch_up(*, now: datetime) -> None:
    waiting = filing.open_texts().select_related("thread").order_by("pk")
    after = 0
    while batch := list(waiting.filter(pk__gt=after)[:BATCH]):
        closing.catch_up(batch, now=now)
        after = batch[-1].pk
