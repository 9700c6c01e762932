"""A report that a sender is too fast slows it down, whoever brings the report."""

from __future__ import annotations

from typing import Any

import pytest

from messaging import dispatch, receipts
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.models import Message
from messaging.pacing import SenderKey, pacer
from tests.support.messages import NOW, HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db


def test_a_receipt_that_says_too_fast_silences_its_sender_for_a_moment(
    memory: type[Memory], clock: HandClock, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    (message,) = outbox_with(draft())
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="w")
    sender = SenderKey(Channel.SMS, settings.TWILIO_FROM_REMINDERS)
    assert pacer().take(sender, 1, urgency=Urgency.ORDINARY, owed_ok=False).granted == 1
    with django_capture_on_commit_callbacks(execute=True):
        receipts.take(message.uuid, provider_id="memory-1", word="undelivered", code="30022", now=NOW)
    assert Message.objects.get().status == Status.PLANNED, "it is tried again"
    assert pacer().take(sender, 1, urgency=Urgency.ORDINARY, owed_ok=False).granted == 0
