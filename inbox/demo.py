"""Conversations of the demo clinic: three that are lively, one of a shared phone; the words are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from inbox import answering, closing, filing, ledger
from inbox.domain.words import Disposition
from inbox.models import StaffAnswer, Thread
from messaging import inbound
from messaging.models import Message
from messaging.retelling import arrive
from patients.domain.profile import ContactKind
from patients.models import Clinic, ContactPoint

#: How a line of a story begins that a member of staff wrote; everything else is the patient's.
_OURS = ">"
#: MRN → minutes ago and what was said.
STORIES: dict[str, Sequence[tuple[float, str]]] = {
    "HB-1051": (
        (190, "hello, can my daughter sit with me while the infusion runs?"),
        (170, "> Yes, one person may sit with you. Please bring something warm to wear."),
        (12, "thank you dear. and is there parking near the door?"),
    ),
    "HB-1024": (
        (26 * 60, "do you have the form for my insurance"),
        (25 * 60, "> It lies ready at the front desk, any day from 8 to 5."),
    ),
    "HB-1022": ((34, "are we both on wednesday or just one of us?"),),
}
#: Whose conversations are somebody's already.
_TAKEN = "HB-1051"
_OVER = "HB-1024"


@transaction.atomic
def load(clinic: Clinic, *, now: datetime) -> int:
    """Tell the stories that are missing, and file what stands in no conversation yet; answers how many were told."""
    filing.file_all(now=now)
    if StaffAnswer.objects.filter(thread__clinic=clinic).exists():
        return 0
    user = cast("AbstractBaseUser", get_user_model().objects.get(username="coordinator"))
    closing.catch_up(filing.open_texts().select_related("thread"), now=now)
    for old in ledger.late(now=now).select_related("clinic"):
        # What is older than the demo's working day was dealt with: nothing begins overdue.
        closing.close(old, Disposition.PHONED, by=user, now=now, note="Phoned and explained.")
    lines = sorted(((minutes, mrn, said) for mrn, told in STORIES.items() for minutes, said in told), reverse=True)
    for minutes, mrn, said in lines:
        contact = ContactPoint.objects.filter(patient__clinic=clinic, patient__mrn=mrn, kind=ContactKind.PHONE)
        _tell(mrn, contact.order_by("position", "pk")[0].address, said, user, at=now - timedelta(minutes=minutes))
    Thread.objects.filter(patient__mrn=_TAKEN, patient__clinic=clinic).update(assigned_to=user.pk)
    return len(STORIES)


def _tell(mrn: str, phone: str, said: str, user: AbstractBaseUser, *, at: datetime) -> None:
    if not said.startswith(_OURS):
        arrival = inbound.Arrival(
            provider_id=f"SM{uuid5(NAMESPACE_URL, f'{mrn}:{said}').hex}",
            from_address=phone,
            to_address=settings.TWILIO_FROM_REMINDERS,
            body=said,
        )
        inbound.receive(arrival, now=at)
    else:
        thread = Thread.objects.select_related("patient", "clinic").get(patient__mrn=mrn)
        form = uuid5(NAMESPACE_URL, said)
        answering.send(thread, said.removeprefix(_OURS).strip(), to=phone, form=form, by=user, now=at)
        if mrn == _OVER:
            closing.close(thread, Disposition.ANSWERED, by=user, now=at)
    _arrived(phone, at=at)


def _arrived(phone: str, *, at: datetime) -> None:
    """What was written in the past arrived in the past: nothing of it is sent now."""
    for message in Message.objects.filter(address=phone, status="planned", created_at=at):
        arrive(message, at=at, words=("sent", "delivered"))
