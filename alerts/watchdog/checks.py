"""What the watchdog looks at, and how it mends what it finds: by calling the very code that a worker would have run."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts import alarm_pages, canary, ledger, sweeps
from alerts.models import Alert
from alerts.watchdog.finding import Check, Clock, Look, Trouble
from messaging import dispatch, inbound, reconcile, watch
from messaging.domain.delivery import Urgency
from messaging.models import InboundMessage

#: How late a worker may be before the watchdog does its work.
PATIENCE = timedelta(seconds=3)
TEXT_PATIENCE = timedelta(seconds=5)
#: What is still so after the watchdog has tried is more than a slow worker.
ALARMING = timedelta(seconds=20)
#: A carrier's log needs a quarter of a minute before its silence proves anything.
UNSENT = timedelta(seconds=30)
#: The ledger of every round looks back so far; `audit_ledger` looks at everything.
RECENT = timedelta(days=2)


def clocks(clock: Clock) -> Look:
    """Open alerts whose next moment has passed: let it strike."""
    if not _overdue_alerts(clock() - PATIENCE):
        return Look()
    mended = sweeps.advance(now=clock(), via="watchdog")
    _send_now(clock)
    late = _overdue_alerts(clock() - ALARMING)
    words = f"{late} open alert{_s(late)} cannot be moved on: the board shows which. Phone these patients now."
    return Look((Trouble("overdue", words),) if late else (), mended)


def pages(clock: Clock) -> Look:
    """What became of pages that went out: lost ones pull the next step forward. Its normal work, so nothing mended."""
    sweeps.check_receipts(now=clock())
    return Look()


def urgent_messages(clock: Clock) -> Look:
    """Urgent messages that should have left: take them from dead workers, ask after doubtful ones, send them."""
    if not watch.unsent_urgent(clock(), PATIENCE):
        return Look()
    worker = _worker()
    freed, doubtful = reconcile.recover_leases(now=clock())
    doubts = reconcile.resolve_doubts(clock=clock, worker=worker, urgency=Urgency.URGENT)
    sent = dispatch.send_overdue(Urgency.URGENT, PATIENCE, clock=clock, worker=worker)
    late = len(watch.unsent_urgent(clock(), UNSENT))
    words = f"{late} urgent message{_s(late)} cannot be sent. Is the carrier reachable? Use the phone meanwhile."
    mended = freed + doubtful + doubts.get("found", 0) + sent
    return Look((Trouble("unsent", words),) if late else (), mended)


def texts(clock: Clock) -> Look:
    """Inbound texts that nobody has read: read them here."""
    if not _unread(clock() - TEXT_PATIENCE):
        return Look()
    mended = inbound.sweep(now=clock())
    _send_now(clock)
    late = _unread(clock() - ALARMING)
    words = f"{late} text{_s(late)} of patients cannot be read by the service: read the inbound texts yourself."
    return Look((Trouble("unread", words),) if late else (), mended)


def reviews(clock: Clock) -> Look:
    """Texts in the nurse's inbox past their time."""
    sweeps.chase_reviews(now=clock())
    return Look()


def books(clock: Clock) -> Look:
    """The ledger of the last days: a row that nobody would act upon is shouted about, whatever else happens."""
    now = clock()
    found = ledger.orphans(now, since=now - RECENT)
    troubles = (
        Trouble(f"orphan:{lost.kind.value}", f"{lost.count} x {lost.kind.words}. See the ledger.") for lost in found
    )
    return Look(tuple(troubles))


def canaries(clock: Clock) -> Look:
    """Whether the canary walks, and comes back."""
    canary.look(now=clock())
    words = "No test alert has started for two turns: is beat at work?"
    return Look((Trouble(canary.MISSED, words),) if canary.missed(clock()) else ())


def managers(clock: Clock) -> Look:
    """Alarms that managers have not heard of yet."""
    if alarm_pages.tell(now=clock()):
        _send_now(clock)
    alarm_pages.settle_quiet(now=clock())
    return Look()


CHECKS = (
    Check("clocks", clocks),
    Check("texts", texts),
    Check("messages", urgent_messages),
    Check("pages", pages),
    Check("reviews", reviews, every=30),
    Check("books", books, every=30),
    Check("canary", canaries, every=5),
)
#: The last of a round: tells of what the others have found.
TELL = Check("managers", managers)


def _send_now(clock: Clock) -> None:
    """Send what has just been written: where the watchdog had to write it, nobody else may be there to send it."""
    dispatch.run(Urgency.URGENT, clock=clock, worker=_worker())


def _overdue_alerts(by: datetime) -> int:
    return Alert.objects.filter(_literally("NOT (state = 'closed')"), next_due_at__lte=by).count()


def _unread(by: datetime) -> int:
    return InboundMessage.objects.filter(_literally("handled_at IS NULL"), received_at__lte=by).count()


def _literally(condition: str) -> RawSQL:
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    return RawSQL(condition, [], output_field=BooleanField())  # noqa: S611


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _worker() -> str:
    return f"watchdog:{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
