"""The accounting: every row of every book in one state of the table, and the rows that nobody would act upon.

Each count is one statement over one snapshot, so that rows which move meanwhile are counted once. Orphans are
named by id alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.domain.ledger import Account, Book, Orphan, account
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alert, AlertEvent, AlertPage, AlertReport, NurseReview
from messaging import breakers
from messaging.domain.delivery import Purpose
from messaging.models import InboundMessage, Message

#: How many ids of one kind are named; the count is always whole.
NAMED = 100
OVERDUE = timedelta(seconds=60)
UNREAD = timedelta(seconds=60)
UNSENT = timedelta(seconds=60)
UNJUDGED = timedelta(minutes=10)
UNCHASED = timedelta(minutes=5)
HELD = timedelta(minutes=2)
IN_DOUBT = timedelta(minutes=10)
EXPIRED = timedelta(minutes=10)
#: What a text that raised a flag is called by: see alerts/inbound.py.
RAISED = "alert_"
#: What says why an alert paged nobody.
EXPLAINS = (EventKind.STEP_EMPTY, EventKind.ACCEPTED, EventKind.CLOSED)

#: Book → table, and the column or the expression that is its state.
_BOOKS: Mapping[Book, tuple[type[Model], str]] = MappingProxyType(
    {
        Book.ALERTS: (Alert, "state"),
        Book.PAGES: (AlertPage, "fate"),
        Book.TEXTS: (InboundMessage, "CASE WHEN handled_at IS NULL THEN 'unread' ELSE 'read' END"),
        Book.REVIEWS: (NurseReview, "CASE WHEN done_at IS NULL THEN 'open' ELSE 'done' END"),
        Book.MESSAGES: (Message, "status"),
    }
)


@dataclass(frozen=True, slots=True)
class Lost:
    """The orphans of one kind: how many, and the first of them by id."""

    kind: Orphan
    count: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Accounting:
    """All accounts at one moment, and what is lost."""

    at: datetime
    accounts: tuple[Account, ...]
    lost: tuple[Lost, ...]

    @property
    def orphans(self) -> int:
        """How many rows nobody would act upon."""
        return sum(lost.count for lost in self.lost)

    @property
    def balanced(self) -> bool:
        """Whether every row of every book stands in one state of the table."""
        return all(one.balanced for one in self.accounts)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is lost and everything adds up."""
        return self.balanced and not self.orphans

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `manage.py audit_ledger` prints them."""
        return {
            "at": self.at.isoformat(),
            "orphans": self.orphans,
            "balanced": self.balanced,
            **{
                one.book.value: {"total": one.total, "states": dict(one.counts), "balanced": one.balanced}
                for one in self.accounts
            },
            "orphan_list": [
                {"kind": lost.kind.value, "means": lost.kind.words, "count": lost.count, "ids": list(lost.ids)}
                for lost in self.lost
            ],
        }


def accounting(now: datetime) -> Accounting:
    """Count everything, and look for every kind of orphan."""
    return Accounting(now, tuple(map(_account, Book)), orphans(now))


def orphans(now: datetime, *, since: datetime | None = None) -> tuple[Lost, ...]:
    """Every kind of orphan that there is at `now`. With `since`, stories and texts only from then on."""
    found = []
    for kind, look in _LOOKS.items():
        rows = look(now, since)
        ids = tuple(rows.order_by("pk").values_list("pk", flat=True)[: NAMED + 1])
        if ids:
            count = len(ids) if len(ids) <= NAMED else rows.count()
            found.append(Lost(kind, count, ids[:NAMED]))
    return tuple(found)


def _account(book: Book) -> Account:
    model, state = _BOOKS[book]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        # Names of our own making; one statement, so that both counts see the same rows.
        cursor.execute(
            f"SELECT {state} AS state, COUNT(*) FROM {table} GROUP BY 1"  # noqa: S608
            f" UNION ALL SELECT NULL, COUNT(*) FROM {table}"
        )
        rows = cursor.fetchall()
    total = sum(count for name, count in rows if name is None)
    return account(book, ((name, count) for name, count in rows if name is not None), total)


def _literally(condition: str) -> RawSQL:
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    return RawSQL(condition, [], output_field=BooleanField())  # noqa: S611


def _alert_overdue(now: datetime, since: datetime | None) -> QuerySet[Any]:
    late = Q(next_due_at__isnull=True) | Q(next_due_at__lte=now - OVERDUE)
    return Alert.objects.filter(late, _literally("NOT (state = 'closed')"))


def _alert_unpaged(now: datetime, since: datetime | None) -> QuerySet[Any]:
    pages = AlertPage.objects.filter(alert=OuterRef("pk"))
    explained = AlertEvent.objects.filter(alert=OuterRef("pk"), kind__in=EXPLAINS)
    waits = Q(state=AlertState.RAISED, position__lt=0, next_due_at__gt=now)
    return _raised(since).filter(~Exists(pages), ~Exists(explained)).exclude(waits)


def _alert_without_outcome(now: datetime, since: datetime | None) -> QuerySet[Any]:
    bare = Q(outcome="") | Q(closed_at__isnull=True) | Q(closed_by__isnull=True)
    return _raised(since).filter(bare, state=AlertState.CLOSED)


def _story_with_holes(now: datetime, since: datetime | None) -> QuerySet[Any]:
    told = _raised(since).annotate(n=Count("events"), first=Min("events__number"), last=Max("events__number"))
    return told.filter(Q(n=0) | ~Q(first=1) | ~Q(last=F("n")))


def _story_disagrees(now: datetime, since: datetime | None) -> QuerySet[Any]:
    last = AlertEvent.objects.filter(alert=OuterRef("pk")).order_by("-number").values("state")[:1]
    return _raised(since).annotate(told=Subquery(last)).exclude(state=F("told"))


def _page_unjudged(now: datetime, since: datetime | None) -> QuerySet[Any]:
    return AlertPage.objects.filter(_literally("fate = 'waiting'"), sent_at__lte=now - UNJUDGED)


def _page_of_no_alert(now: datetime, since: datetime | None) -> QuerySet[Any]:
    pages = Message.objects.filter(purpose=Purpose.PAGES, key__startswith="page:")
    if since is not None:
        pages = pages.filter(created_at__gte=since)
    return pages.exclude(Exists(AlertPage.objects.filter(message=OuterRef("pk"))))


def _text_unread(now: datetime, since: datetime | None) -> QuerySet[Any]:
    return InboundMessage.objects.filter(_literally("handled_at IS NULL"), received_at__lte=now - UNREAD)


def _text_unanswered(now: datetime, since: datetime | None) -> QuerySet[Any]:
    texts = InboundMessage.objects.filter(disposition__startswith=RAISED).exclude(disposition="alert_confirmed")
    if since is not None:
        texts = texts.filter(received_at__gte=since)
    reported = AlertReport.objects.filter(inbound=OuterRef("pk"))
    return texts.exclude(Exists(reported)).exclude(Exists(NurseReview.objects.filter(inbound=OuterRef("pk"))))


def _review_unchased(now: datetime, since: datetime | None) -> QuerySet[Any]:
    open_ones = NurseReview.objects.filter(_literally("done_at IS NULL"), due_at__lte=now - UNCHASED)
    return open_ones.filter(chased_at__isnull=True)


def _message_unsent(now: datetime, since: datetime | None) -> QuerySet[Any]:
    urgent = Q(urgency="urgent", due_at__lte=now - UNSENT)
    # What waits for a sender that is refused has a next step: it is tried every few seconds.
    urgent &= ~Q(channel__in=breakers.broken(now=now))
    return Message.objects.filter(_literally("status = 'planned'")).filter(urgent | Q(expires_at__lte=now - EXPIRED))


def _message_held(now: datetime, since: datetime | None) -> QuerySet[Any]:
    return Message.objects.filter(_literally("status IN ('claimed', 'submitting')"), lease_until__lte=now - HELD)


def _message_in_doubt(now: datetime, since: datetime | None) -> QuerySet[Any]:
    return Message.objects.filter(_literally("status = 'in_doubt'"), lease_until__lte=now - IN_DOUBT)


def _raised(since: datetime | None) -> QuerySet[Alert]:
    return Alert.objects.all() if since is None else Alert.objects.filter(raised_at__gte=since)


_LOOKS: Mapping[Orphan, Callable[[datetime, datetime | None], QuerySet[Any]]] = MappingProxyType(
    {
        Orphan.ALERT_OVERDUE: _alert_overdue,
        Orphan.ALERT_UNPAGED: _alert_unpaged,
        Orphan.ALERT_WITHOUT_OUTCOME: _alert_without_outcome,
        Orphan.STORY_WITH_HOLES: _story_with_holes,
        Orphan.STORY_DISAGREES: _story_disagrees,
        Orphan.PAGE_UNJUDGED: _page_unjudged,
        Orphan.PAGE_OF_NO_ALERT: _page_of_no_alert,
        Orphan.TEXT_UNREAD: _text_unread,
        Orphan.TEXT_UNANSWERED: _text_unanswered,
        Orphan.REVIEW_UNCHASED: _review_unchased,
        Orphan.MESSAGE_UNSENT: _message_unsent,
        Orphan.MESSAGE_HELD: _message_held,
        Orphan.MESSAGE_IN_DOUBT: _message_in_doubt,
    }
)
