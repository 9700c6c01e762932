"""The page of the queue and its gauges: due, in flight, in doubt, held and ended badly, each with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging import breakers, dispatch, guard, outbox, queue
from messaging.channels.base import OutcomeUnknown, PermanentFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message
from tests.support import builders
from tests.support.messages import agree, draft, outbox_with

pytestmark = pytest.mark.django_db


def soon(key: str, **changes: Any) -> outbox.Draft:
    now = timezone.now()
    return draft(key, due_at=now - timedelta(minutes=3), expires_at=now + timedelta(hours=1), **changes)


def page(client: Client) -> str:
    return client.get(reverse("admin:messaging_message_queue")).content.decode()


def test_an_empty_queue_says_so(admin_client: Client) -> None:
    text = page(admin_client)
    assert "Nothing is due." in text
    assert "Nothing is in doubt." in text
    assert "Everything of the last day arrived" in text


def test_what_waits_is_shown_with_its_clinic_its_age_and_why(admin_client: Client) -> None:
    clinic = builders.clinic(name="Harbour Clinic")
    outbox_with(soon("a", on_behalf_of=str(clinic.pk)), soon("b", on_behalf_of=str(clinic.pk)))
    text = page(admin_client)
    assert "Harbour Clinic" in text
    assert "3 min" in text
    assert "its turn comes" in text


def test_a_pause_and_a_refused_sender_are_named_as_the_reason(admin_client: Client, settings: Any) -> None:
    now = timezone.now()
    outbox_with(soon("reminder"), soon("page", urgency=Urgency.URGENT, purpose=Purpose.PAGES))
    guard.pause(by="morgan", reason="snow day", now=now)
    breakers.trip(
        Channel.SMS, settings.TWILIO_FROM_ALERTS, code="21606", words="no texts", whole_account=False, now=now
    )
    text = page(admin_client)
    assert "paused by morgan: snow day" in text
    assert "its sender is refused" in text
    seen = queue.look(now=timezone.now())
    assert seen.oldest_due(Urgency.ORDINARY) is None, "what waits by decision is not late"
    assert seen.due(Urgency.ORDINARY) == 1


def test_doubts_and_failures_stand_there_with_their_reasons(admin_client: Client, memory: type[Memory]) -> None:
    outbox_with(soon("lost"), soon("refused", address="+12025550188"))
    memory.failures += [OutcomeUnknown("late", "no answer in time"), PermanentFailure("21614", "not a mobile number")]
    dispatch.run(Urgency.ORDINARY, clock=timezone.now, worker="w")
    text = page(admin_client)
    assert "no answer in time" in text
    assert "not a mobile number" in text
    assert "21614" in text


def test_the_gauges_say_the_same(client: Client, memory: type[Memory]) -> None:
    outbox_with(soon("lost"))
    memory.failures.append(OutcomeUnknown("late"))
    dispatch.run(Urgency.ORDINARY, clock=timezone.now, worker="w")
    outbox_with(soon("due", address="+12025550188"))
    outbox.claim(urgency=Urgency.ORDINARY, limit=1, now=timezone.now(), lease=timedelta(minutes=1), worker="w")
    outbox_with(soon("due too", address="+12025550177"))
    said = client.get("/metrics").content.decode()
    assert 'bonewatch_messages_due{urgency="ordinary"} 1.0' in said
    assert 'bonewatch_messages_in_flight{urgency="ordinary"} 1.0' in said
    assert 'bonewatch_messages_in_doubt{urgency="ordinary"} 1.0' in said
    assert 'bonewatch_messages_due{urgency="urgent"} 0.0' in said


def test_looking_costs_the_same_however_much_was_ever_sent(memory: type[Memory]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            queue.look(now=timezone.now())
        return len(captured)

    agree()
    before = queries()
    outbox_with(*(soon(f"k{n}", address=f"+120255501{n:02}") for n in range(20)))
    dispatch.run(Urgency.ORDINARY, clock=timezone.now, worker="w")
    assert Message.objects.filter(status=Status.ACCEPTED).count() == 20
    assert queries() == before


def test_nobody_without_the_right_sees_it(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("temp", is_staff=True))
    assert client.get(reverse("admin:messaging_message_queue")).status_code == 403
