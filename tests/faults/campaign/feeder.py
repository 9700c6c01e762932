"""Writes the messages of a campaign into the outbox while everything around it fails."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction

from messaging import consent, outbox
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.models import ConsentEvent
from messaging.outbox import Draft
from tests.faults.campaign import clock

log = structlog.get_logger(__name__)

#: Of a hundred messages so many are pages by text, and by phone; the others are reminders.
PAGES, CALLS = 5, 1
#: Every so many reminders come in pairs with one number and one text: only their names tell them apart.
TWINS = 50
CHUNK = 50
CLINICS = 5
_PAUSE = 0.5


@dataclass
class Feeder:
    """Feeds `count` messages within about `seconds`; each is tried until it is written down."""

    seed: int
    count: int
    seconds: float
    fed: int = 0
    refusals: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(target=self._feed, name="feeder", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether all are in the outbox."""
        return self.fed >= self.count

    def rest(self) -> None:
        """Stop now, whatever is left."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _feed(self) -> None:
        chance = random.Random(self.seed)
        pause = self.seconds / max(self.count / CHUNK, 1)
        while not self.done and not self._stop.is_set():
            drafts = [_draft(number, chance) for number in range(self.fed, min(self.fed + CHUNK, self.count))]
            while not self._written(drafts):
                if self._stop.wait(_PAUSE):
                    return
            self.fed += len(drafts)
            self._stop.wait(pause)
        connection.close()

    def _written(self, drafts: Sequence[Draft]) -> bool:
        try:
            with transaction.atomic():
                consent.record_all(_agreements(drafts))
                outbox.enqueue(drafts, now=clock.now())
                outbox.wake(Urgency.URGENT)
        except (DatabaseError, InterfaceError) as error:
            # As every author of messages must: nothing was written, or all was; keys make the second time harmless.
            self.refusals += 1
            log.warning("outbox_did_not_take_it", error=type(error).__name__)
            connection.close()
            return False
        return True


def _draft(number: int, chance: random.Random) -> Draft:
    part = number % 100
    page, call = part < PAGES, part < CALLS
    now = clock.now()
    # A twin has the number and the words of the message before it.
    owner = number - 1 if number % TWINS == TWINS - 1 else number
    return Draft(
        key=f"campaign-{number}",
        channel=Channel.VOICE if call else Channel.SMS,
        purpose=Purpose.PAGES if page else Purpose.REMINDERS,
        urgency=Urgency.URGENT if page else Urgency.ORDINARY,
        address=f"+1{2_020_000_000 + owner}",
        body=f"Please answer page {number}." if page else f"Your visit {owner} is tomorrow at 9:30.",
        answer_path=f"/a/{number}/" if call else "",
        on_behalf_of=str(number % CLINICS),
        due_at=now + timedelta(seconds=chance.random() * 5),
        expires_at=now + timedelta(hours=12),
    )


def _agreements(drafts: Sequence[Draft]) -> list[ConsentEvent]:
    return [
        ConsentEvent(
            address=draft.address,
            purpose=draft.purpose,
            granted=True,
            source=ConsentEvent.Source.FORM,
            wording="campaign",
            recorded_at=clock.now(),
        )
        for draft in drafts
        if draft.purpose == Purpose.REMINDERS
    ]
