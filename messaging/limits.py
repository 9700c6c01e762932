"""What is looked after while something is held: late messages end and say why, and the operator knows of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from messaging import breakers, guard, operator, stopped

FLOOD = "flood-guard"


def look_after(*, now: datetime) -> None:
    """One round."""
    guard.expire_held(now=now)
    pause = guard.paused(now=now)
    if pause is not None:
        guard.expire_paused(pause, now=now)
    held = breakers.held(now=now)
    if held.open:
        stopped.expire(held.why, now=now)
    for sender in breakers.open_breakers():
        # Told already, once; what is not found again for a day would be taken to be over.
        breakers.tell_of(sender, now=now)
    tell_of_flood(now=now)


def tell_of_flood(*, now: datetime) -> None:
    """Have staff know that messages wait for a decision: one trouble, however many and to whomever they are."""
    count = guard.holding().aggregate(messages=Count("pk"), addresses=Count("address", distinct=True))
    if not count["messages"]:
        operator.over(FLOOD, "", now=now)
        return
    words = (
        f"Too much was asked for: {count['messages']} messages to {count['addresses']} addresses are held. "
        "Let them through or drop them under Held messages."
    )
    operator.tell(FLOOD, words, now=now, grave=False)
