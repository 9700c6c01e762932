"""A text that asks for the page is answered with its link, by a new one for each patient of the phone."""

from __future__ import annotations

from datetime import datetime

import structlog

from messaging.domain.asking import asks_for_page
from messaging.domain.delivery import Purpose
from messaging.domain.wording import WordingError
from messaging.models import InboundMessage
from patients.domain.profile import PatientStatus
from patients.models import ContactPoint
from portal.page_links import send

log = structlog.get_logger(__name__)

#: A number that more patients share than a family has is nobody's own.
MOST_PATIENTS = 4


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """`page_link` where the link was asked for and is on its way; None where the text is none of ours.

    Two who share a phone get a link each: without a name, as texts are, and each page asks for its own date of birth.
    """
    if message.source != InboundMessage.Source.TEXT or message.disposition or not asks_for_page(message.body):
        return None
    known = ContactPoint.objects.filter(address=message.from_address, unusable_since__isnull=True)
    living = known.filter(patient__status__in=[PatientStatus.ACTIVE, PatientStatus.ON_HOLD])
    contacts = list(living.select_related("patient__clinic").order_by("pk")[: MOST_PATIENTS + 1])
    if not contacts or len(contacts) > MOST_PATIENTS:
        return None
    try:
        for contact in contacts:
            send(contact, key=f"page_link:{message.pk}:{contact.pk}", purpose=Purpose.REPLIES, now=now)
    except WordingError as error:
        log.error("page_link_without_words", inbound=message.pk, why=str(error))
        return None
    return "page_link"
