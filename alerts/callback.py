"""Where a person whose words have come in can be phoned and texted."""

from __future__ import annotations

from messaging.domain.address import is_phone
from messaging.models import InboundMessage
from patients.domain.profile import ContactKind
from patients.models import Patient


def phone_of(message: InboundMessage, patient: Patient | None) -> str:
    """Whence it came, unless that is a mailbox: then the patient's own first phone, a caregiver's after it."""
    if is_phone(message.from_address):
        return message.from_address
    if patient is None:
        return ""
    phones = patient.contacts.filter(kind=ContactKind.PHONE, unusable_since__isnull=True)
    return phones.order_by("-owner", "position", "pk").values_list("address", flat=True).first() or ""
