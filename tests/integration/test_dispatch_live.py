"""The whole way on real parts: a row, Redis, a Celery worker, the carrier over HTTP, and its signed answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from celery import current_app
from django.utils import timezone

from messaging import bulk, consent, dispatch, inbound, outbox, reconcile
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import InboundMessage, Message
from sandbox import testing as carrier
from tests.support import signing
from tests.support.messages import MAILBOX, PHONE, agree, draft, mail
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]


def send(*drafts: outbox.Draft) -> None:
    now = timezone.now()
    agree(*{d.address for d in drafts}, now=now)
    outbox.enqueue(drafts, now=now)
    outbox.wake(Urgency.ORDINARY)


def soon(key: str, **changes: Any) -> outbox.Draft:
    now = timezone.now()
    return draft(key, due_at=now, expires_at=now + timedelta(hours=1), **changes)


def status(key: str) -> str:
    return Message.objects.get(key=key).status


def test_texts_and_mails_arrive_and_the_carriers_receipts_come_back(
    live_app: str, worker: Running, eventually: Eventually
) -> None:
    now = timezone.now()
    send(soon("text"), mail("mail", due_at=now, expires_at=now + timedelta(hours=1)))
    eventually(lambda: status("text") == Status.DELIVERED, 20)
    eventually(lambda: status("mail") == Status.SENT, 20)
    assert carrier.bodies_to(PHONE) == ["Your visit is tomorrow at 9:30."]
    assert len(carrier.mails_to(MAILBOX)) == 1
    message = Message.objects.get(key="text")
    assert message.attempts == 1
    assert "delivered" in set(message.receipts.values_list("word", flat=True))
    assert PHONE not in worker.output(), "a number in the worker's log"


def test_a_stop_by_text_is_obeyed_and_confirmed(live_app: str, worker: Running, eventually: Eventually) -> None:
    send(soon("first"))
    eventually(lambda: status("first") == Status.DELIVERED, 20)
    # Not one of the carrier's own words: the carrier lets our confirmation through.
    carrier.reply(PHONE, "no more messages please")
    eventually(lambda: InboundMessage.objects.filter(disposition="opt_out").exists(), 20)
    eventually(lambda: len(carrier.bodies_to(PHONE)) == 2, 20)
    assert consent.state(PHONE, Purpose.REMINDERS) is False
    outbox.enqueue([soon("second")], now=timezone.now())
    outbox.wake(Urgency.ORDINARY)
    eventually(lambda: status("second") == Status.SUPPRESSED, 20)
    assert len(carrier.bodies_to(PHONE)) == 2


def test_an_answer_lost_on_its_way_is_found_in_the_carriers_log_and_not_sent_twice(
    live_app: str, worker: Running, eventually: Eventually
) -> None:
    carrier.misbehave(drop_percent=100, callback_lost_percent=100)
    send(soon("lost"))
    eventually(lambda: status("lost") == Status.IN_DOUBT, 20)
    carrier.behave()
    Message.objects.update(lease_until=timezone.now())
    current_app.send_task("messaging.reconcile_in_doubt")
    eventually(lambda: Message.objects.get(key="lost").provider_id, 20)
    assert len(carrier.bodies_to(PHONE)) == 1


def test_ten_megabytes_over_a_real_server_are_cut_and_kept(live_app: str) -> None:
    form = {"MessageSid": "SM" + "1" * 32, "From": PHONE, "To": "+12025550100", "Body": "back pain " * 1_000_000}
    path = "/webhooks/twilio/sms/"
    headers = {"X-Twilio-Signature": signing.signature(live_app + path, form, "sandbox-token")}
    assert requests.post(live_app + path, form, headers=headers, timeout=30).status_code == 200
    stored = InboundMessage.objects.get()
    assert (len(stored.body), stored.body[:20]) == (inbound.LONGEST_BODY, "back pain back pain ")
    assert stored.handled_at is not None


def test_a_worker_killed_while_the_carrier_is_asked_leaves_a_row_that_is_resolved(
    live_app: str, worker: Running, eventually: Eventually
) -> None:
    carrier.misbehave(latency_ms=5000, callback_lost_percent=100)
    send(soon("killed"))
    eventually(lambda: status("killed") == Status.SUBMITTING, 20)
    worker.kill()
    assert status("killed") == Status.SUBMITTING
    # Its request may be on its way all the same: then the carrier takes the text with nobody left to hear of it.
    carrier.misbehave(latency_ms=0)
    taken_at_most_after = timezone.now() + timedelta(seconds=6)
    eventually(lambda: carrier.bodies_to(PHONE) or timezone.now() > taken_at_most_after, 20)
    later = timezone.now() + bulk.SUBMIT_LEASE[Urgency.ORDINARY]
    assert reconcile.recover_leases(now=later) == (0, 1)
    settled = reconcile.resolve_doubts(clock=lambda: later, worker="reconciler:1")
    assert settled == ({"found": 1} if carrier.bodies_to(PHONE) else {"sent_again": 1})
    dispatch.run(Urgency.ORDINARY, clock=lambda: later, worker="worker:2")
    assert len(carrier.bodies_to(PHONE)) == 1
    assert status("killed") not in (Status.PLANNED, Status.IN_DOUBT)
    assert Message.objects.get(key="killed").provider_id == carrier.texts_to(PHONE)[0].sid
