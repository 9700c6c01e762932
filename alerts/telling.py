"""What the patient is told: the instruction at once, that a nurse will call, and what to do when nobody has come."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from alerts import rendering
from alerts.models import Alert, RuleVersion
from messaging import breakers, consent, outbox, wordings
from messaging.domain.address import is_phone
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import WordingError, fill
from messaging.models import InboundMessage
from patients.models import Clinic

log = structlog.get_logger(__name__)

#: What to do now is worth reading for so long.
INSTRUCTION_LASTS = timedelta(hours=2)
OPTED_OUT = "opted out of texts"
CLOSED = "no text can be sent to anybody now"


def instruct(alert: Alert, inbound: InboundMessage, *, now: datetime) -> bool:
    """Tell her what to do now. False: no text may go out or none could be worded; `phone_her` says why."""
    version, language = alert.rule_version, language_of(alert)
    words = instruction_words(version, alert.clinic, language, stands_in=alert.stands_in)
    return _send(alert, words, key=instruction_key(inbound.pk, alert.subject), template="instruction", now=now)


def instruction_key(inbound_id: int, subject: str) -> str:
    """What makes it the same instruction: one for each text and each person it is about."""
    return f"instruction:{inbound_id}:{subject}"


def announce_nurse(alert: Alert, *, number: int, now: datetime) -> bool:
    """Tell her that a nurse has it and will call. Only where she was told to act at once."""
    words = _template("nurse_will_call", alert.clinic, language_of(alert))
    return _send(alert, words, key=f"nurse:{alert.pk}:{number}", template="nurse_will_call", now=now)


def send_fallback(alert: Alert, *, now: datetime) -> bool:
    """Nobody has taken it in time: tell her what to do without waiting any longer."""
    version, language = alert.rule_version, language_of(alert)
    words = fallback_words(version, alert.clinic, language, stands_in=alert.stands_in)
    return _send(alert, words, key=f"fallback:{alert.pk}", template="fallback", now=now)


def language_of(alert: Alert) -> str:
    """The language in which she is spoken to."""
    language = alert.patient.language if alert.patient else alert.clinic.default_language
    return language if language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])


def instruction_words(version: RuleVersion, clinic: Clinic, language: str, *, stands_in: bool) -> str:
    """What she is told at once: the rule's own words where a named person has signed them, else the neutral ones."""
    own = "" if stands_in else _own_words(version, version.instruction, clinic, language)
    return own or _template("red_flag_neutral", clinic, language)


def fallback_words(version: RuleVersion, clinic: Clinic, language: str, *, stands_in: bool) -> str:
    """What she is told when nobody has taken it in time."""
    own = "" if stands_in else _own_words(version, version.fallback, clinic, language)
    return own or _template("red_flag_fallback", clinic, language)


def _own_words(version: RuleVersion, texts: dict[str, str], clinic: Clinic, language: str) -> str:
    try:
        return fill(texts.get(language, ""), {"line": rendering.line(clinic)})
    except WordingError as error:
        log.error("instruction_without_words", version=version.pk, why=type(error).__name__)
        return ""


def _template(name: str, clinic: Clinic, language: str) -> str:
    """The words; none where the file is missing or broken: whoever is paged is told to phone her."""
    values = {"line": rendering.line(clinic), "clinic": clinic.short_name}
    try:
        return wordings.load(name, language, Channel.SMS).filled(values).body
    except WordingError as error:
        log.error("telling_without_words", template=name, error=type(error).__name__)
        return ""


def _version(name: str, language: str) -> str:
    """Of a template. What a rule's version has her told is kept with the alert."""
    there = wordings.exists(name, language, Channel.SMS)
    return wordings.load(name, language, Channel.SMS).version if there else ""


def _send(alert: Alert, words: str, *, key: str, template: str, now: datetime) -> bool:
    if not is_phone(alert.phone):
        alert.phone_her = "no phone is known that takes texts"
        return False
    if consent.opted_out(alert.phone):
        alert.phone_her = OPTED_OUT
        return False
    if not words.strip():
        alert.phone_her = "no words could be found to tell her"
        return False
    draft = outbox.Draft(
        key=key,
        channel=Channel.SMS,
        purpose=Purpose.REPLIES,
        urgency=Urgency.URGENT,
        address=alert.phone,
        body=words,
        template=template,
        template_version=_version(template, language_of(alert)),
        language=language_of(alert),
        on_behalf_of=str(alert.clinic_id),
        due_at=now,
        expires_at=now + INSTRUCTION_LASTS,
    )
    # Written all the same: it leaves when texts can leave again, should that be soon.
    outbox.enqueue([draft], now=now)
    if Channel.SMS in breakers.broken(now=now):
        alert.phone_her = CLOSED
        return False
    return True
