"""The accounting: a product at work has no orphans, and each kind of orphan is found when it is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from alerts import ledger, services, sweeps
from alerts.domain.ledger import Book, Orphan, names
from alerts.domain.words import Outcome
from alerts.models import Alert, AlertPage, AlertReport, NurseReview
from messaging.domain.delivery import Status
from messaging.models import InboundMessage, Message
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
NOW = flags.NOW
LEGS = "my legs feel numb and weak since this morning, prob nothing"
SECOND = timedelta(seconds=1)


@pytest.fixture
def alert() -> Alert:
    flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    flags.text(LEGS)
    flags.deliver_all(now=NOW)
    return flags.only_alert()


def found(now: object = NOW + SECOND) -> set[Orphan]:
    return {lost.kind for lost in ledger.accounting(now).lost}  # type: ignore[arg-type]


def test_a_product_at_work_has_no_orphans_and_adds_up(alert: Alert) -> None:
    flags.text("qwrt zzxp")
    services.accept(alert.pk, by=alert.pages.all()[0].responder, via="text", now=NOW)  # type: ignore[arg-type]
    seen = ledger.accounting(NOW + SECOND)
    assert seen.lost == ()
    assert seen.is_whole
    counts = {account.book: account for account in seen.accounts}
    assert (counts[Book.ALERTS].counts["accepted"], counts[Book.ALERTS].total) == (1, 1)
    assert counts[Book.MESSAGES].total == Message.objects.count() > 0
    assert counts[Book.TEXTS].counts["read"] == 2
    assert counts[Book.REVIEWS].counts["open"] == 1


def test_a_whole_ladder_of_six_hours_leaves_no_orphan_at_any_step(alert: Alert) -> None:
    for minutes in range(0, 360, 30):
        moment = NOW + timedelta(minutes=minutes)
        flags.wind(alert, until=moment)
        assert ledger.orphans(moment) == ()


def test_an_ended_alert_is_no_orphan(alert: Alert) -> None:
    nurse = alert.pages.all()[0].responder
    assert nurse is not None
    services.close(alert.pk, by=nurse, outcome=Outcome.ADVICE, via="admin", now=NOW)
    sweeps.check_receipts(now=NOW + SECOND)
    assert found(NOW + timedelta(days=3)) == set()


def overdue(alert: Alert) -> None:
    Alert.objects.update(next_due_at=NOW - timedelta(seconds=61))


def unpaged(alert: Alert) -> None:
    alert.pages.all().delete()


def holes(alert: Alert) -> None:
    write("UPDATE alerts_alertevent SET number = 7 WHERE number = 2")


def disagrees(alert: Alert) -> None:
    Alert.objects.update(state="raised")


def unjudged(alert: Alert) -> None:
    AlertPage.objects.update(fate="waiting", sent_at=NOW - timedelta(minutes=11))


def of_no_alert(alert: Alert) -> None:
    Message.objects.filter(pk=Message.objects.exclude(purpose="pages").values("pk")[:1]).update(
        purpose="pages", key="page:999:1"
    )


def unread(alert: Alert) -> None:
    InboundMessage.objects.update(handled_at=None, disposition="", received_at=NOW - timedelta(seconds=61))


def unanswered(alert: Alert) -> None:
    AlertReport.objects.all().delete()


def unchased(alert: Alert) -> None:
    flags.text("qwrt zzxp")
    NurseReview.objects.update(due_at=NOW - timedelta(minutes=6))


def unsent(alert: Alert) -> None:
    waiting(status=Status.PLANNED, due_at=NOW - timedelta(seconds=61))


def held(alert: Alert) -> None:
    waiting(status=Status.CLAIMED, claimed_by="dead", lease_until=NOW - timedelta(minutes=3))


def in_doubt(alert: Alert) -> None:
    lease = NOW - timedelta(minutes=11)
    waiting(status=Status.IN_DOUBT, claimed_by="dead", lease_until=lease, reason="no answer")


def waiting(**fields: object) -> None:
    Message.objects.update(provider_id="", accepted_at=None, finished_at=None, **fields)


def write(statement: str) -> None:
    # Past the model, which refuses: what a slip of the hand in the database would do.
    with connection.cursor() as cursor:
        cursor.execute(statement)


BREAKING: dict[Orphan, Callable[[Alert], None]] = {
    Orphan.ALERT_OVERDUE: overdue,
    Orphan.ALERT_UNPAGED: unpaged,
    Orphan.STORY_WITH_HOLES: holes,
    Orphan.STORY_DISAGREES: disagrees,
    Orphan.PAGE_UNJUDGED: unjudged,
    Orphan.PAGE_OF_NO_ALERT: of_no_alert,
    Orphan.TEXT_UNREAD: unread,
    Orphan.TEXT_UNANSWERED: unanswered,
    Orphan.REVIEW_UNCHASED: unchased,
    Orphan.MESSAGE_UNSENT: unsent,
    Orphan.MESSAGE_HELD: held,
    Orphan.MESSAGE_IN_DOUBT: in_doubt,
}


def test_every_kind_of_orphan_that_the_database_allows_is_tried_here() -> None:
    # A closed alert without an outcome is a CHECK of the database: nobody can make one.
    assert set(Orphan) - set(BREAKING) == {Orphan.ALERT_WITHOUT_OUTCOME}


@pytest.mark.parametrize("kind", list(BREAKING))
def test_each_kind_of_orphan_is_found_and_named_by_id(alert: Alert, kind: Orphan) -> None:
    assert found() == set()
    BREAKING[kind](alert)
    lost = {one.kind: one for one in ledger.orphans(NOW + SECOND)}
    assert kind in lost
    assert lost[kind].count >= 1
    assert lost[kind].ids
    # The watchdog, which looks back two days, finds the same.
    assert kind in {one.kind for one in ledger.orphans(NOW + SECOND, since=NOW - timedelta(days=2))}


def audit() -> tuple[int, dict[str, object], str]:
    said = StringIO()
    code = 0
    try:
        call_command("audit_ledger", format="json", stdout=said)
    except SystemExit as end:
        code = int(str(end.code))
    return code, json.loads(said.getvalue()), said.getvalue()


def test_the_command_proves_it_in_json() -> None:
    flags.on_call()
    code, report, _ = audit()
    assert (code, report["orphans"], report["balanced"]) == (0, 0, True)
    for book in Book:
        told = report[book.value]
        assert set(told["states"]) == set(names(book))  # type: ignore[index]
        assert sum(told["states"].values()) == told["total"]  # type: ignore[index]


def test_the_command_names_orphans_by_id_and_nothing_else(alert: Alert) -> None:
    overdue(alert)
    code, report, text = audit()
    assert code == 1
    assert {"alert_overdue"} <= {one["kind"] for one in report["orphan_list"]}  # type: ignore[attr-defined]
    for secret in (make.PHONE, "Rosa", "legs"):
        assert secret not in text
