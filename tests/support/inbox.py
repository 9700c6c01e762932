"""Conversations for tests: who wrote, what stands in them."""

from __future__ import annotations

from datetime import datetime

from inbox.models import Thread, ThreadText
from patients.models import Patient
from tests.support.red_flags import NOW, text

#: Nothing in it that triage, consent or a question would claim.
QUESTION = "what should i bring on tuesday"


def asks(sender: str, body: str = QUESTION, *, now: datetime = NOW) -> ThreadText:
    """A text that a person must read, as it stands in the first of its conversations."""
    message = text(body, sender=sender, now=now)
    return ThreadText.objects.select_related("thread", "inbound").filter(inbound=message).earliest("thread_id")


def thread_of(patient: Patient) -> Thread:
    """The conversation of a patient as it stands now."""
    return Thread.objects.get(patient=patient)
