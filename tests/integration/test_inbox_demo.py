"""The demo's conversations: lively, told once, and nothing of the past left to be sent."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from inbox import demo, ledger
from inbox.models import StaffAnswer, Thread
from messaging.models import Message
from reminders.demo.clinic import make_clinic

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_it_has_lively_conversations_one_of_them_of_a_shared_phone() -> None:
    call_command("load_demo")
    now = timezone.now()
    waiting = set(ledger.waiting().values_list("patient__mrn", flat=True))
    assert {"HB-1051", "HB-1022", "HB-1023"} <= waiting
    assert "HB-1024" not in waiting
    assert StaffAnswer.objects.count() == 2
    assert not Message.objects.filter(key__startswith="answer:", status="planned").exists()
    assert Thread.objects.get(patient__mrn="HB-1051").assigned_to is not None
    assert demo.load(make_clinic(), now=now) == 0
    assert (ledger.ledger(now=now).unfiled, ledger.late(now=now).count()) == (0, 0)
