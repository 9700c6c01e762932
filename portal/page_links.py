"""Sending the link to a patient's own page: to a phone that asked for it, or because staff send it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from messaging import outbox, wordings
from messaging.domain.delivery import Channel, Purpose, Urgency
from patients import links
from patients.domain.profile import ContactKind
from patients.models import ContactPoint

TEMPLATE = "page_link"
#: Every blank that the wording may use, with the longest value it is likely to get.
VOCABULARY: Mapping[str, str] = {
    "clinic": "Bayside Bone & Infusion",
    "page": "https://reminders.example-hospital.org/p/" + "W" * 22 + "/",
}
#: Who asked waits for it; later it would only puzzle.
LASTS = timedelta(hours=12)
_CHANNELS = {ContactKind.PHONE: Channel.SMS, ContactKind.EMAIL: Channel.EMAIL}


def send(contact: ContactPoint, *, key: str, purpose: Purpose, now: datetime) -> None:
    """Put the link into the outbox, once by `key`. WordingError where there are no words for it.

    `purpose` REPLIES for somebody who has just asked, by text or by telephone; REMINDERS, which consent is asked
    about, where the clinic sends it of its own accord.
    """
    patient = contact.patient
    channel = _CHANNELS[ContactKind(contact.kind)]
    wording = wordings.load(TEMPLATE, patient.language, channel)
    page = links.page_url(patient, contact, now=now)
    words = wording.filled({"clinic": patient.clinic.short_name, "page": page})
    draft = outbox.Draft(
        key=key,
        channel=channel,
        purpose=purpose,
        address=contact.address,
        body=words.body,
        subject=words.subject,
        html=words.html,
        template=TEMPLATE,
        template_version=wording.version,
        language=patient.language,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=now + LASTS,
    )
    outbox.enqueue([draft], now=now)
    outbox.wake(Urgency.ORDINARY)
