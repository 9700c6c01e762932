"""The accounts of a campaign: what the carrier took, held against what the outbox says became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from django.db.models import F, QuerySet

from alerts import ledger
from messaging.domain.delivery import ACKNOWLEDGED, FINAL, Status, Urgency
from messaging.models import Attempt, Message

#: What a message must not end as here: nothing in a campaign is refused for good.
BAD = frozenset({Status.FAILED, Status.EXPIRED, Status.SUPPRESSED, Status.UNDELIVERED})
#: What was accepted so long after it was asked for was not told by the answer.
LONGEST_ANSWER = timedelta(seconds=12)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sending:
    """One line of the carrier's journal."""

    at: float
    sid: str
    name: str
    to: str


@dataclass(slots=True)
class Accounts:
    """How it ended."""

    messages: int = 0
    pages: int = 0
    taken: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    #: Pages that came twice after nobody could tell, as they may.
    repeated_pages: int = 0
    doubled_pages: list[str] = field(default_factory=list)
    unknown: int = 0
    misnamed: list[str] = field(default_factory=list)
    open: int = 0
    badly_ended: int = 0
    states: dict[str, int] = field(default_factory=dict)
    orphans: int = 0
    #: Twins (one number, one text) that arrived as often as there are of them, though not each under its own name.
    exchanged: int = 0
    #: What is known of the first of those that went wrong.
    evidence: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    #: Seconds from due to acknowledged: half, 99 of 100, all; and the same for those that were in doubt.
    times: tuple[float, float, float] = (0.0, 0.0, 0.0)
    doubtful_times: tuple[float, float, float] = (0.0, 0.0, 0.0)
    doubtful: int = 0

    @property
    def is_whole(self) -> bool:
        """Nothing lost, nothing doubled, every row at an end, no orphan."""
        wrong = (self.lost, self.doubled, self.doubled_pages, self.misnamed)
        return not any(wrong) and not (self.open or self.badly_ended or self.orphans or self.unknown)


def journal(folder: Path) -> list[Sending]:
    """What the carrier took, in order."""
    lines = (folder / "journal").read_text().splitlines()
    return [Sending(float(at), sid, name, to) for at, sid, name, to in (line.split(" ") for line in lines)]


def close(folder: Path, *, now: datetime, speed: float) -> Accounts:
    """Hold the carrier's journal against the outbox."""
    found = Accounts()
    by_name: defaultdict[str, list[Sending]] = defaultdict(list)
    by_sid = {}
    for sending in journal(folder):
        by_name[sending.name].append(sending)
        by_sid[sending.sid] = sending
        found.taken += 1
    doubts = _in_doubt()
    ours = set()
    times: list[float] = []
    doubtful_times: list[float] = []
    rows = Message.objects.filter(key__startswith="campaign-")
    for message in rows.iterator(chunk_size=5000):
        ours.add(str(message.uuid))
        _judge(found, message, by_name[str(message.uuid)], by_sid, in_doubt=message.pk in doubts)
        if message.accepted_at is not None and message.wanted_at is not None:
            took = (message.accepted_at - message.wanted_at).total_seconds() / speed
            (doubtful_times if message.pk in doubts else times).append(took)
    exchanged = _exchanged(rows, by_name)
    found.exchanged = len(exchanged & {*found.lost, *found.doubled})
    found.lost = [key for key in found.lost if key not in exchanged]
    found.doubled = [key for key in found.doubled if key not in exchanged]
    found.unknown = len({name for name, sendings in by_name.items() if sendings} - ours)
    found.states = dict(Counter(rows.values_list("status", flat=True)))
    tries = Attempt.objects.filter(message__key__startswith="campaign-")
    found.tries = dict(Counter(tries.values_list("outcome", flat=True)))
    found.orphans = ledger.accounting(now).orphans
    found.doubtful = len(doubts)
    wrong = [*found.lost, *found.doubled, *found.doubled_pages, *found.misnamed][:SHOWN]
    found.evidence = [_story(message, by_name[str(message.uuid)]) for message in rows.filter(key__in=wrong)]
    found.times, found.doubtful_times = _spread(times), _spread(doubtful_times)
    return found


def _exchanged(rows: QuerySet[Message], by_name: dict[str, list[Sending]]) -> set[str]:
    """Keys of reminders with a twin whose number got the text exactly as often as it should: nobody can tell whose."""
    alike: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    reminders = rows.filter(urgency=Urgency.ORDINARY).values_list("key", "uuid", "address", "body")
    for key, uuid, address, body in reminders.iterator(chunk_size=5000):
        alike[address, body].append((key, len(by_name.get(str(uuid), ()))))
    whole = (twins for twins in alike.values() if len(twins) > 1 and sum(times for _, times in twins) == len(twins))
    return {key for twins in whole for key, _ in twins}


def _story(message: Message, sendings: list[Sending]) -> str:
    """How one message went: its tries, and when the carrier took it."""
    tries = [f"{one.number} {one.outcome} {one.error_code} {one.started_at:%H:%M:%S}" for one in message.tries.all()]
    taken = [f"{datetime.fromtimestamp(one.at, UTC):%H:%M:%S} {one.sid[-6:]}" for one in sendings]
    end = f"{message.key}: {message.status} {message.provider_id[-6:]} {message.reason}"
    return f"{end}; tries {', '.join(tries)}; taken {', '.join(taken)}"


def _in_doubt() -> set[int]:
    """Messages of which nobody knew at some time whether they had left."""
    asked = Attempt.objects.filter(outcome__in=(Attempt.Outcome.UNKNOWN, Attempt.Outcome.ABSENT))
    # Left behind by a worker that died, then found in the carrier's log or named by a receipt.
    healed = Attempt.objects.filter(outcome=Attempt.Outcome.ASKING).exclude(message__status=Status.SUBMITTING)
    late = Message.objects.filter(accepted_at__gt=F("submitted_at") + LONGEST_ANSWER)
    return {
        *asked.values_list("message", flat=True),
        *healed.values_list("message", flat=True),
        *late.values_list("pk", flat=True),
    }


def _judge(
    found: Accounts, message: Message, sendings: list[Sending], by_sid: dict[str, Sending], *, in_doubt: bool
) -> None:
    page = message.urgency == Urgency.URGENT
    found.messages += 1
    found.pages += page
    status = Status(message.status)
    found.open += status not in FINAL | ACKNOWLEDGED
    found.badly_ended += status in BAD
    if not sendings:
        found.lost.append(message.key)
    elif len(sendings) > 1:
        if page and len(sendings) == 2 and in_doubt:
            found.repeated_pages += 1
        else:
            (found.doubled_pages if page else found.doubled).append(message.key)
    named = by_sid.get(message.provider_id)
    # Twins may have changed names: one number, one text.
    if status in ACKNOWLEDGED and (named is None or named.to != message.address):
        found.misnamed.append(message.key)


def _spread(times: Iterable[float]) -> tuple[float, float, float]:
    ordered = sorted(times)
    if len(ordered) < 2:
        return (0.0, 0.0, 0.0)
    parts = quantiles(ordered, n=100)
    return (parts[49], parts[98], ordered[-1])


def after(sendings: list[Sending], moment: float) -> float | None:
    """Seconds from `moment` to the next message that the carrier took."""
    return next((sending.at - moment for sending in sendings if sending.at > moment), None)
