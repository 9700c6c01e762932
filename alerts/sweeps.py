"""What goes on without anybody: clocks that strike, pages without a receipt, texts that nobody has read."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts import alarms, cases, outage, telling
from alerts.domain.case import ClockStruck, StepLost
from alerts.domain.receipts import fate
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alert, AlertPage, NurseReview
from messaging import breakers
from messaging.domain.delivery import Channel, Status
from messaging.models import Message

log = structlog.get_logger(__name__)

BATCH = 500
#: States of a message that say nothing of its page, for as long as the shortest limit that a policy may have.
ON_THE_WAY = (Status.PLANNED, Status.CLAIMED, Status.SUBMITTING, Status.ACCEPTED, Status.SENT, Status.IN_DOUBT)
SHORTEST_LIMIT = timedelta(seconds=10)
NEVER_ARRIVED = (Status.UNDELIVERED, Status.FAILED, Status.EXPIRED, Status.SUPPRESSED)
NOT_ARRIVED = "our text to her did not arrive"
#: Seconds, where the alert's own policy does not say.
RECEIPT_WITHIN = 60.0


def advance(*, now: datetime, via: str = "clock") -> int:
    """Let the clock strike for every open alert whose next moment has come; answers how many moved.

    One alert that cannot be moved does not stop the others: it stays overdue, and the watchdog shouts.
    """
    moved = 0
    for pk in overdue(now)[:BATCH]:
        try:
            moved += _strike(pk, now=now, via=via)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this one, the next is another patient
            _shout_about(pk, error, now=now)
    return moved


def overdue(now: datetime) -> list[int]:
    """Open alerts whose next moment has come, the longest overdue first."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    is_open = RawSQL("NOT (state = 'closed')", [], output_field=BooleanField())
    due = Alert.objects.filter(is_open, next_due_at__lte=now)
    return list(due.order_by("next_due_at").values_list("pk", flat=True))


def check_receipts(*, now: datetime) -> int:
    """Write down what became of the pages, and pull the next step forward where all of one are lost."""
    outage.go_round(now=now)
    waiting = AlertPage.objects.filter(RawSQL("fate = 'waiting'", [], output_field=BooleanField()))
    # On its way and young: there is nothing to be told of it yet, whatever the policy's limit.
    waiting = waiting.exclude(message__status__in=ON_THE_WAY, sent_at__gt=now - SHORTEST_LIMIT)
    changed: dict[int, list[AlertPage]] = defaultdict(list)
    for page in waiting.select_related("message", "alert").order_by("sent_at")[:BATCH]:
        within = timedelta(seconds=page.alert.policy.get("receipt_within", RECEIPT_WITHIN))
        message = page.message
        became = fate(
            Status(message.status), Channel(message.channel), sent_at=page.sent_at, now=now, receipt_within=within
        )
        if became is not None:
            page.fate = AlertPage.Fate(became)
            changed[page.alert_id].append(page)
    for alert_id, pages in changed.items():
        try:
            with transaction.atomic():
                AlertPage.objects.bulk_update(pages, ["fate"])
                _pull_forward(alert_id, now=now)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - as above: the others are other patients
            _shout_about(alert_id, error, now=now)
    return sum(map(len, changed.values()))


def check_instructions(*, now: datetime) -> int:
    """Whom our texts do not reach: the board and every later page say that she must be phoned."""
    is_open = RawSQL("NOT (alerts_alert.state = 'closed')", [], output_field=BooleanField())
    waiting = Alert.objects.filter(is_open, phone_her="", is_canary=False)
    told = waiting.filter(reports__isnull=False).values_list("pk", "subject", "reports__inbound_id")
    alert_of = {telling.instruction_key(inbound, subject): pk for pk, subject, inbound in told}
    texts = Message.objects.filter(key__in=list(alert_of))
    lost = {NOT_ARRIVED: texts.filter(status__in=NEVER_ARRIVED)}
    if Channel.SMS in breakers.broken(now=now):
        lost[telling.CLOSED] = texts.filter(status=Status.PLANNED, channel=Channel.SMS)
    return sum(
        _must_be_phoned(pk, why, now=now)
        for why, rows in lost.items()
        for pk in sorted({alert_of[key] for key in rows.values_list("key", flat=True)})
    )


def chase_reviews(*, now: datetime) -> int:
    """Shout about texts that nobody has read in time, once for each."""
    late = NurseReview.objects.filter(done_at__isnull=True, due_at__lte=now)
    found = late.count()
    if found:
        words = f"{found} text{'' if found == 1 else 's'} in the nurse's inbox should have been read by now."
        alarms.shout("inbox-overdue", words, now=now)
        late.filter(chased_at__isnull=True).update(chased_at=now)
    else:
        alarms.settle("inbox-overdue", now=now)
    return found


def _strike(pk: int, *, now: datetime, via: str) -> bool:
    with transaction.atomic():
        alert = cases.lock(pk, skip_locked=True)
        # Moved by another meanwhile: its clock is no longer this one.
        if alert is None or alert.next_due_at is None or alert.next_due_at > now:
            return False
        cases.move(alert, ClockStruck(), hand=cases.Hand(via), now=now)
    return True


def _shout_about(pk: int, error: Exception, *, now: datetime) -> None:
    log.error("alert_could_not_move", alert=pk, error=type(error).__name__)
    alarms.shout(f"stuck:{pk}", f"Alert {pk} could not be moved on ({type(error).__name__}).", now=now)


def _must_be_phoned(pk: int, why: str, *, now: datetime) -> bool:
    with transaction.atomic():
        alert = cases.lock(pk)
        if alert is None or not alert.is_open or alert.phone_her:
            return False
        alert.phone_her = why
        alert.save(update_fields=["phone_her"])
        cases.note(alert, EventKind.NOT_INSTRUCTED, hand=cases.Hand("clock"), now=now, why=why)
    return True


def _pull_forward(alert_id: int, *, now: datetime) -> None:
    alert = cases.lock(alert_id)
    if alert is None or alert.state != AlertState.PAGED:
        return
    pages = list(alert.pages.filter(position=alert.position))
    # Of this round alone: a page that arrived before somebody gave it back proves nothing of the present one.
    latest = max((page.sent_at for page in pages), default=None)
    step = [page for page in pages if page.sent_at == latest]
    # A mail brings no receipt from the reader's side: it never holds a step whose text or call is lost.
    proving = [page for page in step if page.channel != Channel.EMAIL] or step
    if proving and all(page.fate == AlertPage.Fate.LOST for page in proving):
        broken = breakers.broken(now=now)
        closed = {Channel(page.channel) for page in proving} <= broken
        if closed and not cases.goes_unheard(alert, alert.position, step, broken):
            # Everybody has been paged by what is left; from here on the waits of the policy hold.
            return
        cases.move(alert, StepLost(alert.position), hand=cases.Hand("clock"), now=now)
