"""What the patient is told: the instruction at once, that a nurse will call, and what to do when nobody has come."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from alerts import rendering
from alerts.models import Alert
from messaging import consent, outbox, wordings
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import WordingError, fill
from messaging.models import InboundMessage

log = structlog.get_logger(__name__)

#: What to do now is worth reading for so long.
INSTRUCTION_LASTS = timedelta(hours=2)
OPTED_OUT = "She has opted out of texts."


def instruct(alert: Alert, inbound: InboundMessage, *, now: datetime) -> bool:
    """Tell her what to do now. False: no text may go out or none could be worded; `phone_her` says why."""
    words = _rule_words(alert, alert.rule_version.instruction) or _template(alert, "red_flag_neutral")
    return _send(alert, words, key=f"instruction:{inbound.pk}:{alert.subject}", template="instruction", now=now)


def announce_nurse(alert: Alert, *, number: int, now: datetime) -> bool:
    """Tell her that a nurse has it and will call. Only where she was told to act at once."""
    words = _template(alert, "nurse_will_call")
    return _send(alert, words, key=f"nurse:{alert.pk}:{number}", template="nurse_will_call", now=now)


def send_fallback(alert: Alert, *, now: datetime) -> bool:
    """Nobody has taken it in time: tell her what to do without waiting any longer."""
    words = _rule_words(alert, alert.rule_version.fallback) or _template(alert, "red_flag_fallback")
    return _send(alert, words, key=f"fallback:{alert.pk}", template="fallback", now=now)


def language_of(alert: Alert) -> str:
    """The language in which she is spoken to."""
    language = alert.patient.language if alert.patient else alert.clinic.default_language
    return language if language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])


def _rule_words(alert: Alert, texts: dict[str, str]) -> str:
    """The rule's own words, which a named person has signed; empty while nobody has."""
    text = "" if alert.stands_in else texts.get(language_of(alert), "")
    if not text:
        return ""
    try:
        return fill(text, {"line": rendering.line(alert.clinic)})
    except WordingError as error:
        log.error("instruction_without_words", alert=alert.pk, why=type(error).__name__)
        return ""


def _template(alert: Alert, name: str) -> str:
    wording = wordings.load(name, language_of(alert), Channel.SMS)
    return wording.filled({"line": rendering.line(alert.clinic), "clinic": alert.clinic.short_name}).body


def _send(alert: Alert, words: str, *, key: str, template: str, now: datetime) -> bool:
    if not alert.phone:
        alert.phone_her = "No phone is known that can take a text."
        return False
    if consent.opted_out(alert.phone):
        alert.phone_her = OPTED_OUT
        return False
    draft = outbox.Draft(
        key=key,
        channel=Channel.SMS,
        purpose=Purpose.REPLIES,
        urgency=Urgency.URGENT,
        address=alert.phone,
        body=words,
        template=template,
        language=language_of(alert),
        due_at=now,
        expires_at=now + INSTRUCTION_LASTS,
    )
    outbox.enqueue([draft], now=now)
    return True
