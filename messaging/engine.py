"""The sending engine: one run claims what is due, hands it over, many at once, and writes down what came of it.

It goes in turns. Each turn is one transaction, which writes down the answers that have come and begins the next
messages; only then the providers hear of these. No transaction and no lock is held while a provider is asked. A row
says "submitting" before, and what came of it after: a process that dies in between leaves evidence (reconcile.py).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from messaging import breakers, bulk, channels, codes, gate, guard, outbox, record, unasked
from messaging.channels.base import UNREACHABLE, Accepted, ChannelFailure, TransientFailure
from messaging.domain import lanes
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.lanes import Lane
from messaging.domain.pacing import TOO_FAST
from messaging.envelope import outgoing
from messaging.handover import LATE, RECALLED, Done, Handover, Inline, Job, Loop, moment
from messaging.models import Message
from messaging.pacing import SenderKey, pacer
from messaging.stock import SHORT_WAIT, Stock
from messaging.tally import Tally

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Answer = Accepted | ChannelFailure

#: How many rows are claimed at once, and for how long. What is not begun by then is free again.
BATCH = {Urgency.ORDINARY: 500, Urgency.URGENT: 50}
LEASE = {Urgency.ORDINARY: timedelta(seconds=30), Urgency.URGENT: timedelta(seconds=15)}
#: While providers are being asked, how often (in seconds) it is looked whether more has become due.
LOOK_AGAIN = {Urgency.ORDINARY: 0.25, Urgency.URGENT: 0.03}
#: A provider that has not answered yet in this run is asked so many at once, and one without a connection so many times
#: in a row is left alone for a while: waiting for it would keep the messages of the other channels waiting too.
SLOW_START = 8
UNREACHABLE_TRIES = 3
UNREACHABLE_PAUSE = {Urgency.ORDINARY: timedelta(seconds=15), Urgency.URGENT: timedelta(seconds=3)}
#: Mail is handed over by threads that wait; more than these would only stand in line, their time running.
MAILS_AT_ONCE = 8
#: The database may be away for so long, in seconds, before what providers answered meanwhile is given up as in doubt.
DATABASE_PATIENCE = 60.0
DATABASE_PAUSE = 0.5

_never = threading.Event()


class Run:
    """One run: claims until nothing is due or `until` has come, and does not end before all its answers are written."""

    def __init__(
        self, urgency: Urgency, *, clock: Clock, worker: str, until: datetime, older_than: timedelta = timedelta(0)
    ) -> None:
        self.urgency, self.clock, self.worker, self.until = urgency, clock, worker, until
        self.older_than = older_than
        self.tally = Tally()
        self._alone = connection.in_atomic_block
        self._handover: Handover = Inline() if self._alone else Loop()
        self._stock = Stock(pacer(), urgency)
        self._in_flight: dict[int, Message] = {}
        #: By channel: tries in a row that ended without a connection; None before the first answer.
        self._unreachable: Counter[Channel] = Counter()
        self._answered: set[Channel] = set()
        self._next_claim = 0.0
        self._held = breakers.held(now=clock())
        codes.refresh(now=clock())
        pacer().refresh(now=clock())

    def go(self) -> Tally:
        """Send; answers what was done."""
        done: list[Done] = []
        try:
            while True:
                self._stock_up()
                self._turn(done)
                if not self._in_flight and not self._worth_waiting():
                    break
                done = self._collect()
        finally:
            self.tally.unfinished = self._time_is_up() and (len(self._stock) > 0 or self._next_claim == 0.0)
            self._give_back(self._stock.drop())
            pacer().leave(self.worker)
        return self.tally

    def _worth_waiting(self) -> bool:
        """Nothing is on its way: whether something may leave in a moment all the same."""
        if self._time_is_up():
            return False
        waiting = len(self._stock)
        if not waiting:
            return self._next_claim == 0.0
        return (self._next_claim == 0.0 and waiting < self._limit()) or self._stock.again_in() <= SHORT_WAIT

    def _collect(self) -> list[Done]:
        """Answers that have come; waits for the first, and not past the moment when something else can be done."""
        pause = LOOK_AGAIN[self.urgency]
        if len(self._stock):
            pause = min(pause, max(self._stock.again_in(), 0.001))
        if self._in_flight:
            return self._handover.collect(pause)
        if len(self._stock):
            _never.wait(pause)
        return []

    # -- claiming

    def _time_is_up(self) -> bool:
        return self.clock() >= self.until

    def _stock_up(self) -> None:
        """Claim more when little is left and it is time to look."""
        # A run that finds nothing takes no place from the others: the limit is asked for by who has something to send.
        enough = len(self._stock) > 0 and len(self._stock) >= self._limit()
        if enough or time.monotonic() < self._next_claim or self._time_is_up():
            return
        try:
            batch = self._claim()
            fit = gate.sift(batch, self.tally, worker=self.worker, now=self.clock()) if batch else []
        except (OperationalError, InterfaceError):
            if not self._in_flight or self._alone:
                raise
            # What is on its way comes first: its answers are to be written down when the database is back.
            connection.close()
            self._next_claim = time.monotonic() + 1
            return
        self.tally.claimed += len(batch)
        # A full hand: more may be due. An empty one: look again only after a while.
        self._next_claim = 0.0 if batch else time.monotonic() + LOOK_AGAIN[self.urgency]
        self._stock.put(fit)

    def _claim(self) -> list[Message]:
        now = self.clock()
        self._held = breakers.held(now=now)
        shares = self._shares(outbox.due_lanes(self.urgency, now=now), now=now)
        if not shares:
            return []
        return outbox.claim(
            urgency=self.urgency,
            limit=BATCH[self.urgency],
            now=now,
            lease=LEASE[self.urgency],
            worker=self.worker,
            shares=shares,
            wanted_before=now - self.older_than if self.older_than else None,
        )

    def _shares(self, due: Sequence[outbox.DueLane], *, now: datetime) -> dict[str, int]:
        """How much to claim of which lane: nothing of what is stopped, little of what is slow."""
        paused = self.urgency is Urgency.ORDINARY and guard.paused(now=now) is not None
        most = {lane.text: self._most(lanes.parse(lane.text), paused=paused, now=now) for lane in due}
        open_lanes = [text for text, share in most.items() if share]
        shares = outbox.fair_shares(open_lanes, BATCH[self.urgency])
        return {text: min(share, most[text]) for text, share in shares.items()}

    def _most(self, lane: Lane | None, *, paused: bool, now: datetime) -> int:
        """The most that may be claimed of a lane now."""
        if lane is None:
            return BATCH[self.urgency]
        if (paused and lane.routine) or self._is_away(lane.channel):
            return 0
        if self._held.stops(lane, self.urgency, now):
            # Asked, it is taken: one message goes to see whether the sender works again.
            return 1 if self._held.probes(lane, self.urgency, now) else 0
        return self._stock.room_of(self._stock.key_of(lane.channel, lane.sender), BATCH[self.urgency])

    # -- turns

    def _turn(self, done: Sequence[Done]) -> None:
        """Write down what is `done` and begin what may leave."""
        answers = [(self._in_flight.pop(one.id), one.answer) for one in done]
        for message, answer in answers:
            # The answers themselves are not lost for it; the next one teaches the same.
            with contextlib.suppress(OperationalError, InterfaceError):
                self._learn(message, answer)
        chunk: list[Message] = []
        if len(self._stock) and not self._time_is_up():
            chunk = self._stock.take(self._most_begun() - len(self._in_flight), self._rooms())
        self._give_back(self._stock.surplus())
        if not answers and not chunk:
            return
        began = self.clock()
        asking = self._write(answers, chunk)
        now = self.clock()
        # Well before anybody can look for these in a provider's log, and not find them there.
        not_after = moment() + (began + bulk.SUBMIT_LEASE[self.urgency] / 2 - now).total_seconds()
        self._in_flight.update((message.pk, message) for message in asking)
        self.tally.asked += len(asking)
        self._handover.give(
            [
                Job(message.pk, channels.member(Channel(message.channel)), outgoing(message, now=now), not_after)
                for message in asking
            ],
            places=self._limit(),
        )

    def _most_begun(self) -> int:
        # So many wait for a place as have one: none is empty while answers are written down.
        return 1 if self._alone else self._limit() * 2

    def _limit(self) -> int:
        return 1 if self._alone else pacer().concurrency(runner=self.worker, urgency=self.urgency)

    def _rooms(self) -> dict[Channel, int]:
        """How many more of each channel may be on their way."""
        on_their_way = Counter(Channel(message.channel) for message in self._in_flight.values())
        most = {channel: self._most_begun() if channel in self._answered else SLOW_START for channel in Channel}
        most[Channel.EMAIL] = MAILS_AT_ONCE
        return {channel: 0 if self._is_away(channel) else most[channel] - on_their_way[channel] for channel in Channel}

    def _is_away(self, channel: Channel) -> bool:
        return self._unreachable[channel] >= UNREACHABLE_TRIES

    def _learn(self, message: Message, answer: Answer) -> None:
        """What an answer means for those that wait behind it."""
        key, now = self._stock.key(message), self.clock()
        code = answer.code if isinstance(answer, TransientFailure) else ""
        if code in (LATE, RECALLED):
            return
        if code == UNREACHABLE:
            self._unreachable[key.channel] += 1
            if self._is_away(key.channel):
                self._handover.recall()
                self._postpone(self._stock.drop([one for one in self._stock.senders() if one.channel is key.channel]))
            return
        self._unreachable[key.channel] = 0
        self._answered.add(key.channel)
        if isinstance(answer, Accepted):
            if self._is_held(key, now):
                breakers.mend(key.channel, key.address, now=now, asked_at=message.submitted_at)
                self._held = breakers.held(now=now)
                self._next_claim = 0.0
        elif isinstance(answer, TransientFailure) and answer.holds_sender:
            account, words = answer.whole_account, {"code": answer.code, "words": answer.words}
            breakers.trip(key.channel, key.address, **words, whole_account=account, now=now)
            self._held = breakers.held(now=now)
            self._give_back(self._stock.drop([one for one in self._stock.senders() if self._is_held(one, now)]))
        elif code in TOO_FAST and isinstance(answer, TransientFailure):
            pacer().slow_down(key, retry_after=answer.retry_after, crowded=TOO_FAST[code])
            self._stock.ask_anew(key)

    def _is_held(self, key: SenderKey, now: datetime) -> bool:
        return self._held.stops(Lane(key.channel, key.address, routine=False, owner=""), self.urgency, now)

    def _write(self, answers: Sequence[tuple[Message, Answer]], chunk: Sequence[Message]) -> list[Message]:
        """One transaction: the answers, and the beginning of `chunk`; answers those that were begun."""
        give_up = time.monotonic() + DATABASE_PATIENCE
        lost: Sequence[Message] = []
        while True:
            try:
                asking = self._write_once(answers, chunk)
                unasked.take_back(lost, worker=self.worker, now=self.clock())
                return asking
            except (OperationalError, InterfaceError) as error:
                if self._alone or time.monotonic() > give_up:
                    raise
                log.warning("database_away", answers=len(answers), error=type(error).__name__)
                # What providers have said is worth waiting for. Whether the others were begun, nobody knows.
                lost, chunk = lost or chunk, []
                connection.close()
                _never.wait(DATABASE_PAUSE)

    def _write_once(self, answers: Sequence[tuple[Message, Answer]], chunk: Sequence[Message]) -> list[Message]:
        now = self.clock()
        # Durable: it must be on disk before a provider hears of it, whoever calls.
        try:
            with transaction.atomic(durable=True):
                counted = record.outcomes(answers, worker=self.worker, now=now)
                begun = bulk.begin(chunk, worker=self.worker, now=now)
        except IntegrityError:
            # One of the names is another message's; one by one it shows which.
            with transaction.atomic(durable=True):
                counted = record.outcomes(answers, worker=self.worker, now=now, singly=True)
                begun = bulk.begin(chunk, worker=self.worker, now=now)
        record.count(counted)
        gate.end_unbegun(chunk, begun, self.tally, worker=self.worker, now=now)
        return begun.asking

    def _give_back(self, messages: Collection[Message]) -> None:
        """Untouched, for others or for later."""
        if messages:
            ids = [message.pk for message in messages]
            with contextlib.suppress(OperationalError, InterfaceError):
                record.release(Message.objects.filter(pk__in=ids, claimed_by=self.worker), now=self.clock())

    def _postpone(self, messages: Collection[Message]) -> None:
        now = self.clock()
        rows = Message.objects.filter(pk__in=[message.pk for message in messages], claimed_by=self.worker)
        until = now + UNREACHABLE_PAUSE[self.urgency]
        record.postpone(rows, until=until, reason="the provider cannot be reached", now=now)
