"""How sending is at this moment: what waits in line and since when, what is stopped and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from messaging import guard, queue, scope
from messaging.admin.queue import span_in_words
from messaging.domain.delivery import Channel, Urgency
from messaging.models import SendingPause
from reminders.domain.words import CHANNEL_WORDS


@dataclass(frozen=True, slots=True)
class Way:
    """One way out: texts, mails or calls."""

    words: str
    due: int
    oldest: str  # how long the oldest that may leave has waited; empty for none
    stopped: tuple[str, ...]  # why some of it does not leave


@dataclass(frozen=True, slots=True)
class Sending:
    """All ways out, and what concerns every one of them."""

    ways: Sequence[Way]
    in_doubt: int
    pause: SendingPause | None
    address: str

    @property
    def calm(self) -> bool:
        """Whether nothing is stopped."""
        return self.pause is None and not any(way.stopped for way in self.ways)


def read(user: Any, *, now: datetime) -> Sending:
    """As `user` may see it."""
    seen = queue.look(now=now, only=scope.messages(user), owners=scope.owners(user))
    ways = []
    for channel in Channel:
        lines = [line for line in seen.lines if line.lane is not None and line.lane.channel is channel]
        free = [line.oldest_due for line in lines if not line.stopped]
        stopped = tuple(dict.fromkeys(line.stopped for line in lines if line.stopped))
        due = sum(line.due for line in lines)
        ways.append(
            Way(
                _(CHANNEL_WORDS[channel]),
                due,
                span_in_words((now - min(free)).total_seconds()) if free else "",
                stopped,
            )
        )
    doubts = sum(seen.in_doubt[urgency] for urgency in Urgency)
    return Sending(ways, doubts, guard.paused(now=now), reverse("admin:messaging_message_queue"))
