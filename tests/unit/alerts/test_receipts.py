"""What a page's message tells of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.domain.receipts import ARRIVED, LOST, fate
from messaging.domain.delivery import Channel, Status

SENT = datetime(2026, 6, 14, 7, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(status: Status, channel: Channel, seconds: int) -> str | None:
    return fate(status, channel, sent_at=SENT, now=SENT + timedelta(seconds=seconds), receipt_within=MINUTE)


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNDELIVERED, Status.EXPIRED, Status.SUPPRESSED])
def test_what_came_back_is_lost_at_once(status: Status) -> None:
    assert {after(status, channel, 1) for channel in Channel} == {LOST}


def test_a_delivered_page_has_arrived_however_late() -> None:
    assert {after(Status.DELIVERED, channel, 600) for channel in Channel} == {ARRIVED}


@pytest.mark.parametrize("status", [Status.PLANNED, Status.SUBMITTING, Status.ACCEPTED, Status.SENT, Status.IN_DOUBT])
def test_a_text_without_a_receipt_is_lost_after_a_minute_and_not_before(status: Status) -> None:
    assert (after(status, Channel.SMS, 59), after(status, Channel.SMS, 60)) == (None, LOST)


def test_a_mail_that_its_host_has_taken_is_all_the_proof_there_will_be() -> None:
    assert after(Status.ACCEPTED, Channel.EMAIL, 1) == ARRIVED


def test_a_call_that_somebody_listens_to_again_is_not_lost_after_a_minute() -> None:
    assert (after(Status.SENT, Channel.VOICE, 90), after(Status.SENT, Channel.VOICE, 180)) == (None, LOST)
    assert after(Status.ACCEPTED, Channel.VOICE, 60) == LOST
