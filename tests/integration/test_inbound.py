"""Texts of people: every handler reads every text, once, and each text ends in one disposition."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, ClassVar

import pytest
from django.db import OperationalError, connection, connections

from messaging import inbound, tasks
from messaging.inbound import Arrival
from messaging.models import ConsentEvent, InboundMessage
from tests.support.messages import NOW, PHONE

HERE = "tests.integration.test_inbound"


class Seen:
    """What the handlers of these tests were shown."""

    by: ClassVar[list[tuple[str, str]]] = []


def first(message: InboundMessage, *, now: datetime) -> str | None:
    Seen.by.append(("first", message.disposition))
    return "confirmed" if message.body == "C" else None


def second(message: InboundMessage, *, now: datetime) -> str | None:
    Seen.by.append(("second", message.disposition))
    return "red_flag" if message.body in ("C", "legs") else None


def grants(message: InboundMessage, *, now: datetime) -> str | None:
    ConsentEvent.objects.create(
        address=PHONE, purpose="reminders", granted=True, source="text", wording="", recorded_at=now
    )
    return "granted"


def writes_then_breaks(message: InboundMessage, *, now: datetime) -> str | None:
    grants(message, now=now)
    raise KeyError(message.body)


def written_by_another_first(message: InboundMessage, *, now: datetime) -> str | None:
    """Two texts at once: the row that this one would write is there when it is looked at again."""
    Seen.by.append(("meets", message.disposition))
    if len(Seen.by) == 1:
        InboundMessage.objects.create(
            provider_id=message.provider_id, from_address=PHONE, to_address=PHONE, received_at=now
        )
    return "joined"


def database_away_once(message: InboundMessage, *, now: datetime) -> str | None:
    Seen.by.append(("once", message.disposition))
    if len(Seen.by) == 1:
        raise OperationalError("deadlock detected")
    return "read"


def line_cut_once(message: InboundMessage, *, now: datetime) -> str | None:
    Seen.by.append(("cut", message.disposition))
    if len(Seen.by) == 1:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return "read"


def database_away(message: InboundMessage, *, now: datetime) -> str | None:
    raise OperationalError("server closed the connection")


@pytest.fixture(autouse=True)
def _handlers(settings: Any) -> None:
    settings.INBOUND_HANDLERS = [f"{HERE}.first", f"{HERE}.second"]
    Seen.by.clear()


def arrival(body: str, sid: str = "SM1") -> Arrival:
    return Arrival(provider_id=sid, from_address=PHONE, to_address="+12025550100", body=body)


def arrive(body: str, sid: str = "SM1") -> InboundMessage:
    """A text that was kept and not read."""
    return InboundMessage.objects.create(
        provider_id=sid, from_address=PHONE, to_address="+12025550100", body=body, received_at=NOW
    )


@pytest.mark.django_db
class TestHandling:
    def test_every_handler_reads_it_and_the_first_word_stands(self) -> None:
        message = arrive("C")
        assert inbound.handle(message.pk, now=NOW) == "confirmed"
        assert Seen.by == [("first", ""), ("second", "confirmed")]
        message.refresh_from_db()
        assert (message.disposition, message.handled_at) == ("confirmed", NOW)

    def test_a_later_handler_may_be_the_first_to_understand(self) -> None:
        assert inbound.handle(arrive("legs").pk, now=NOW) == "red_flag"

    def test_what_means_nothing_to_anybody_goes_to_the_inbox(self) -> None:
        assert inbound.handle(arrive("thank you dear").pk, now=NOW) == "inbox"

    def test_it_is_read_once(self) -> None:
        message = arrive("C")
        assert inbound.handle(message.pk, now=NOW) == "confirmed"
        assert inbound.handle(message.pk, now=NOW) is None
        assert len(Seen.by) == 2

    def test_a_text_that_is_gone_is_no_error(self) -> None:
        assert inbound.handle(999_999, now=NOW) is None

    def test_a_broken_handler_stops_nobody_and_leaves_nothing_half_done(self, settings: Any) -> None:
        settings.INBOUND_HANDLERS = [f"{HERE}.writes_then_breaks", f"{HERE}.second"]
        assert inbound.handle(arrive("legs").pk, now=NOW) == "red_flag"
        assert inbound.handle(arrive("hello", "SM2").pk, now=NOW) == "inbox"
        assert not ConsentEvent.objects.exists()

    def test_its_error_is_reported_without_the_persons_words(
        self, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.INBOUND_HANDLERS = [f"{HERE}.writes_then_breaks"]
        inbound.handle(arrive("my secret pain").pk, now=NOW)
        assert "inbound_handler_broke" in caplog.text
        assert "secret" not in caplog.text
        assert PHONE not in caplog.text

    def test_when_the_database_is_in_trouble_the_text_stays_unread(self, settings: Any) -> None:
        message = arrive("C")
        settings.INBOUND_HANDLERS = [f"{HERE}.first", f"{HERE}.database_away"]
        with pytest.raises(OperationalError):
            inbound.handle(message.pk, now=NOW)
        settings.INBOUND_HANDLERS = [f"{HERE}.first"]
        assert inbound.sweep(now=NOW) == 1
        message.refresh_from_db()
        assert message.disposition == "confirmed"

    def test_the_sweep_reads_what_a_lost_wake_up_left(self) -> None:
        for number in range(3):
            arrive("C", f"SM{number}")
        assert inbound.sweep(now=NOW) == 3
        assert inbound.sweep(now=NOW) == 0
        assert InboundMessage.objects.filter(handled_at__isnull=True).count() == 0

    def test_one_that_cannot_be_read_keeps_nobody_waiting(self, settings: Any) -> None:
        settings.INBOUND_HANDLERS = [f"{HERE}.database_away_once"]
        arrive("first", "SM1")
        arrive("second", "SM2")
        assert inbound.sweep(now=NOW) == 1
        assert inbound.sweep(now=NOW) == 1

    def test_a_row_that_somebody_else_wrote_first_is_met_at_the_second_look(self, settings: Any) -> None:
        settings.INBOUND_HANDLERS = [f"{HERE}.written_by_another_first"]
        assert inbound.handle(arrive("legs").pk, now=NOW) == "joined"
        assert len(Seen.by) == 2

    def test_the_task_reads_one_or_sweeps(self) -> None:
        one, two = arrive("C", "SM1"), arrive("legs", "SM2")
        tasks.handle_inbound(two.pk)
        two.refresh_from_db()
        assert two.disposition == "red_flag"
        tasks.handle_inbound()
        one.refresh_from_db()
        assert one.disposition == "confirmed"


@pytest.mark.django_db
class TestReceiving:
    """The request that brings a text keeps and reads it in one transaction."""

    def test_it_is_kept_and_read(self) -> None:
        assert inbound.receive(arrival("C"), now=NOW) == "confirmed"
        message = InboundMessage.objects.get()
        assert (message.disposition, message.received_at, message.handled_at) == ("confirmed", NOW, NOW)

    def test_brought_again_it_is_not_read_again(self) -> None:
        inbound.receive(arrival("C"), now=NOW)
        assert inbound.receive(arrival("other words"), now=NOW) is None
        assert len(Seen.by) == 2
        assert InboundMessage.objects.get().body == "C"

    def test_brought_again_while_unread_it_is_read(self) -> None:
        arrive("C")
        assert inbound.receive(arrival("C"), now=NOW) == "confirmed"

    def test_what_handlers_wrote_before_the_database_failed_is_undone_and_the_text_is_not(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        published: list[Any] = []
        monkeypatch.setattr("messaging.inbound.broker.publish", lambda *a: published.append(a))
        settings.INBOUND_HANDLERS = [f"{HERE}.grants", f"{HERE}.database_away"]
        assert inbound.receive(arrival("C"), now=NOW) is None
        message = InboundMessage.objects.get()
        assert (message.handled_at, message.disposition) == (None, "")
        assert not ConsentEvent.objects.exists()
        assert published == [("messaging.handle_inbound", message.pk)]
        settings.INBOUND_HANDLERS = [f"{HERE}.first"]
        assert inbound.sweep(now=NOW) == 1

    def test_a_deadlock_costs_one_more_reading(self, settings: Any) -> None:
        settings.INBOUND_HANDLERS = [f"{HERE}.database_away_once"]
        assert inbound.receive(arrival("legs"), now=NOW) == "read"


@pytest.mark.django_db(transaction=True)
def test_a_line_to_the_database_that_is_cut_while_it_is_read_loses_nothing(settings: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no line that could be cut")
    settings.INBOUND_HANDLERS = [f"{HERE}.line_cut_once"]
    assert inbound.receive(arrival("legs"), now=NOW) == "read"
    assert InboundMessage.objects.get().disposition == "read"


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_of_one_text_at_once_are_kept_once_and_read_once() -> None:
    words: list[str | None] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            words.append(inbound.receive(arrival("C"), now=NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(words, key=str) == [None, None, None, "confirmed"]
    assert [name for name, _ in Seen.by] == ["first", "second"]
    assert InboundMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_text_read_it_once() -> None:
    message = arrive("C")
    words: list[str | None] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            words.append(inbound.handle(message.pk, now=NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(words, key=str) == [None, "confirmed"]
    assert [name for name, _ in Seen.by] == ["first", "second"]
