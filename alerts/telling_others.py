"""Telling another contact what to do, where the patient's own phone takes no text: one after the other, by consent.

Beside it a nurse is told to phone. What is told goes out as the answer to the patient's own text, so that neither a
pause of routine messages nor the flood guard keeps it; only who agreed to warnings is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts import cases, rendering, telling
from alerts.domain.words import EventKind
from alerts.models import Alert
from messaging import breakers, consent, faults, outbox, wordings
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.domain.wording import WordingError
from messaging.models import Message
from patients.domain.profile import ContactKind, Owner
from patients.models import ContactPoint

log = structlog.get_logger(__name__)

LOST = (Status.UNDELIVERED, Status.FAILED, Status.EXPIRED, Status.SUPPRESSED)
_CHANNELS = {ContactKind.PHONE: Channel.SMS, ContactKind.EMAIL: Channel.EMAIL}
#: Phones before mailboxes, for they are looked at; the patient's own before a caregiver's.
_ORDER = (
    (ContactKind.PHONE, Owner.PATIENT),
    (ContactKind.PHONE, Owner.CAREGIVER),
    (ContactKind.EMAIL, Owner.PATIENT),
    (ContactKind.EMAIL, Owner.CAREGIVER),
)


@dataclass(frozen=True, slots=True)
class Saying:
    """What she is to be told: how it was tried on her own phone, what it is called for others, and its words."""

    own_keys: Sequence[str]
    name: str
    words: str
    template: str


def tell_others(*, now: datetime) -> int:
    """Tell the next contact of each patient whom our text did not reach; answers how many were told.

    Her row is locked meanwhile, and each message has the contact in its key: told once, whoever sweeps beside us.
    """
    is_open = RawSQL("NOT (alerts_alert.state = 'closed')", [], output_field=BooleanField())
    young = Alert.objects.filter(is_open, reports__at__gt=now - telling.INSTRUCTION_LASTS)
    # Whose phone it is stands in doubt where several write from it: a nurse finds out.
    hers = young.filter(is_canary=False, shared_phone=False, patient__isnull=False).exclude(phone_her="")
    told = 0
    for pk in sorted(set(hers.values_list("pk", flat=True))):
        with transaction.atomic():
            alert = cases.lock(pk, skip_locked=True)
            if alert is not None and alert.is_open:
                told += sum(_tell_next(alert, saying, now=now) for saying in _sayings(alert))
    return told


def _sayings(alert: Alert) -> list[Saying]:
    """What she should have been told: what to do now, and that nobody has come."""
    version, language = alert.rule_version, telling.language_of(alert)
    found = []
    texts = alert.reports.values_list("inbound_id", flat=True)
    words = telling.instruction_words(version, alert.clinic, language, stands_in=alert.stands_in)
    # What got worse has another instruction, and everybody is told anew.
    own = [telling.instruction_key(inbound, alert.subject) for inbound in texts]
    found.append(Saying(own, f"told:{alert.pk}:{alert.tier}", words, "instruction"))
    over = alert.events.filter(kind__in=(EventKind.FALLBACK_SENT, EventKind.NOT_INSTRUCTED), detail__what="fallback")
    if over.exists():
        words = telling.fallback_words(version, alert.clinic, language, stands_in=alert.stands_in)
        found.append(Saying([f"fallback:{alert.pk}"], f"told:{alert.pk}:fallback", words, "fallback"))
    return [saying for saying in found if saying.words.strip()]


def _tell_next(alert: Alert, saying: Saying, *, now: datetime) -> bool:
    key_of = {contact: f"{saying.name}:{contact.pk}" for contact in _contacts(alert)}
    own = Message.objects.filter(key__in=saying.own_keys).order_by("-created_at", "-pk").first()
    others: Mapping[str, Message] = Message.objects.in_bulk(list(key_of.values()), field_name="key")
    closed = Channel.SMS in breakers.broken(now=now)
    if any(_may_arrive(message, closed=closed) for message in (own, *others.values()) if message):
        return False
    for contact, key in key_of.items():
        if key in others or (closed and contact.kind == ContactKind.PHONE):
            continue
        draft = _draft(alert, saying, contact, key, now=now)
        if draft is None:
            continue
        outbox.enqueue([draft], now=now)
        cases.note(alert, EventKind.NOTED, hand=cases.Hand("clock"), now=now, what="told_other", to=str(contact))
        outbox.wake(Urgency.URGENT)
        return True
    return False


def _may_arrive(message: Message, *, closed: bool) -> bool:
    """Whether it is on its way or has arrived. A text that waits for the carrier to be mended is neither."""
    stuck = closed and message.channel == Channel.SMS and message.status == Status.PLANNED
    return message.status not in LOST and not stuck


def _contacts(alert: Alert) -> Sequence[ContactPoint]:
    """Her other contacts that agreed to warnings and work, in the order in which they are told."""
    points = [p for p in ContactPoint.objects.filter(patient=alert.patient) if p.is_usable and p.address != alert.phone]
    allowed = consent.allowed({(point.address, Purpose.WARNINGS) for point in points})
    where = {point.pk: (_CHANNELS[ContactKind(point.kind)], point.address) for point in points}
    broken = faults.standing(set(where.values()))
    may = [p for p in points if (p.address, Purpose.WARNINGS) in allowed and where[p.pk] not in broken]
    return sorted(may, key=lambda p: (_ORDER.index((ContactKind(p.kind), Owner(p.owner))), p.position, p.pk))


def _draft(alert: Alert, saying: Saying, contact: ContactPoint, key: str, *, now: datetime) -> outbox.Draft | None:
    channel, language = _CHANNELS[ContactKind(contact.kind)], telling.language_of(alert)
    values = {
        "instruction": saying.words,
        "clinic": alert.clinic.short_name,
        "line": rendering.line(alert.clinic),
    }
    subject, body, html, version = "", saying.words, "", ""
    if channel is Channel.EMAIL or contact.owner == Owner.CAREGIVER:
        template = "told_caregiver" if contact.owner == Owner.CAREGIVER else "told_by_mail"
        try:
            filled = wordings.load(template, language, channel).filled(values)
        except WordingError as error:
            log.error("telling_without_words", template=template, error=type(error).__name__)
            return None
        subject, body, html, version = filled.subject, filled.body, filled.html, filled.version
    return outbox.Draft(
        key=key,
        channel=channel,
        purpose=Purpose.REPLIES,
        urgency=Urgency.URGENT,
        address=contact.address,
        body=body,
        subject=subject,
        html=html,
        template=saying.template,
        template_version=version,
        language=language,
        on_behalf_of=str(alert.clinic_id),
        due_at=now,
        expires_at=now + telling.INSTRUCTION_LASTS,
    )
