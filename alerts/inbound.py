"""What red flags make of a text: every text of everybody is read here first, before anything else consumes it."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from alerts import alarms, canary, nurse_replies, raising, rendering, rulebook, services, wishes
from alerts.callback import phone_of
from alerts.context import context_of
from alerts.domain.inbox import due_by
from alerts.domain.triage import Context, Reading, read
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alert, NurseReview, Responder
from messaging import consent, outbox, wordings
from messaging.domain import answers, wall_time
from messaging.domain.address import is_phone
from messaging.domain.asking import asks_for_page
from messaging.domain.consent_words import CARRIER_HELP
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.plain import words
from messaging.domain.quiet_hours import Window
from messaging.models import InboundMessage
from patients.domain.profile import PatientStatus
from patients.models import Clinic, ContactPoint, Patient

log = structlog.get_logger(__name__)

#: Bare answers to the questions of reminders: whoever asked reads them. So is a wish for the own page, and no more.
BARE_ANSWERS = frozenset({"1", "2"})
#: What the fallback instruction asks her to answer with.
CONFIRMS = frozenset({"1", "one", "uno"})
CONFIRMS_WITHIN = timedelta(hours=12)
ANSWER_LASTS = timedelta(hours=2)
#: By when a nurse must have read what the machine could not.
READ_AT_ONCE = timedelta(minutes=15)
ASK_WHO_WE_ARE = CARRIER_HELP | {"ayuda", "informacion", "who is this", "who are you", "quien es", "quienes son"}
#: Intents that somebody besides the nurse has to act on.
LOGISTICS = frozenset({"confirm", "cancel", "reschedule"})
#: What somebody wrote on a patient's own page, and nothing in it is for a nurse.
NOTED = "noted"


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """Read one text. What became of it in a word; None where there is nothing for a nurse in it.

    Should reading break, a nurse reads it, soon, and staff are told: a fault of ours is nobody's silence.
    """
    try:
        return _handled(message, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever broke, the text must come before a person
        log.error("triage_broke", inbound=message.pk, error=type(error).__name__)
    return _unread(message, now=now)


def _handled(message: InboundMessage, *, now: datetime) -> str | None:
    try:
        with transaction.atomic():
            return _handle(message, now=now)
    except IntegrityError:
        # Two texts at once, and the other one has opened the alert: looked at again, it is there.
        with transaction.atomic():
            return _handle(message, now=now)


def _handle(message: InboundMessage, *, now: datetime) -> str | None:
    if message.source == InboundMessage.Source.PAGE:
        # A form is no answer to a page or an instruction, whoever's phone its link was sent to.
        return _read_of(message, _patients_of(message), now=now)
    if message.from_address == canary.SENDER:
        return canary.report(message, now=now)
    if canary.is_robot(message.from_address):
        return canary.answered(message, now=now)
    responder = Responder.objects.filter(phone=message.from_address, is_active=True).select_related("clinic").first()
    if responder is not None:
        said = nurse_replies.handle(message, responder, now=now)
        if said is not None:
            return said
    if _confirms_instruction(message, now=now):
        return "alert_confirmed"
    patients = _patients_of(message)
    if patients and (words(message.body) in BARE_ANSWERS or asks_for_page(message.body)):
        return None
    return _read_of(message, patients, now=now)


def _read_of(message: InboundMessage, patients: list[Patient], *, now: datetime) -> str | None:
    if not patients:
        return _from_nobody(message, now=now)
    book = rulebook.current()
    for code in book.broken:
        alarms.shout(f"rule-broken:{code}", f"The rule {code} cannot be read and fires on nothing: mend it.", now=now)
    readings = [(patient, read(message.body, book.rules, _context(patient, now))) for patient in patients]
    if not any(_alerts(reading) for _, reading in readings):
        return _to_the_inbox(message, readings, now=now)
    raised: list[Alert] = []
    # In one order for all: two phones of one family may know its patients in different ones.
    for patient, reading in sorted(readings, key=lambda one: one[0].pk):
        phone = phone_of(message, patient)
        shared = len(patients) > 1 or len(_patients_at(phone)) > 1
        to_phone = wishes.why_to_phone(message)
        teller = raising.Teller(
            clinic=patient.clinic, patient=patient, phone=phone, shared_phone=shared, phone_her=to_phone
        )
        raised += raising.report(message, teller, reading, book=book, now=now)
    return _disposition(message, readings[0][1], raised, now=now)


def _unread(message: InboundMessage, *, now: datetime) -> str | None:
    words = "A patient's text could not be read by the machine: read it in the inbox now."
    alarms.shout("triage-broke", words, now=now)
    if message.from_address == canary.SENDER:
        return "canary_lost"
    patients = _patients_of(message)
    clinic = patients[0].clinic if patients else Clinic.objects.order_by("pk").first()
    if clinic is None:
        return None
    NurseReview.objects.get_or_create(
        inbound=message,
        defaults={
            "clinic": clinic,
            "patient": patients[0] if patients else None,
            "shared_phone": len(patients) > 1,
            "why": words,
            "opened_at": now,
            "due_at": now + READ_AT_ONCE,
        },
    )
    return "nurse_inbox"


def open_review(
    message: InboundMessage, clinic: Clinic, patient: Patient | None, reading: Reading, *, shared: bool, now: datetime
) -> NurseReview:
    """Put a text into the nurse's inbox, once, with the time by which she must have read it."""
    window = Window(clinic.messages_from, clinic.messages_until)
    review, _ = NurseReview.objects.get_or_create(
        inbound=message,
        defaults={
            "clinic": clinic,
            "patient": patient,
            "shared_phone": shared,
            "why": reading.why[:300] or "Nothing in it was recognised.",
            "evidence": raising.evidence_json(reading.evidence),
            "opened_at": now,
            "due_at": due_by(now, window, clinic.zone),
        },
    )
    return review


def _patients_of(message: InboundMessage) -> list[Patient]:
    """Whose words they are: of the patient whose page they came by, else of anybody who has the number."""
    named = message.on_behalf_of
    if named.isascii() and named.isdigit() and len(named) < 19:
        return list(Patient.objects.filter(pk=named).select_related("clinic"))
    return _patients_at(message.from_address)


def _patients_at(address: str) -> list[Patient]:
    """Who may have written from here, those in treatment first; the dead only where nobody else has the number."""
    contacts = ContactPoint.objects.filter(address=address).select_related("patient__clinic").order_by("pk")
    patients = {contact.patient_id: contact.patient for contact in contacts}
    living = [patient for patient in patients.values() if patient.status != PatientStatus.DECEASED]
    return sorted(living or patients.values(), key=lambda patient: not patient.is_active)


def _context(patient: Patient, now: datetime) -> Context:
    try:
        return context_of(patient, now)
    except (LookupError, ValueError, TypeError) as error:
        # A file that cannot be read, a zone that is none: the words alone page as well.
        log.error("patient_without_context", patient=patient.pk, error=type(error).__name__)
        return Context()


def _alerts(reading: Reading) -> bool:
    return any(one.tier in raising.ALERTING for one in reading.fired)


def _confirms_instruction(message: InboundMessage, *, now: datetime) -> bool:
    """Whether it is the "1" that the fallback instruction asked for."""
    if words(message.body) not in CONFIRMS:
        return False
    asked = Alert.objects.filter(
        phone=message.from_address,
        fallback_confirmed_at__isnull=True,
        events__kind=EventKind.FALLBACK_SENT,
        events__at__gt=now - CONFIRMS_WITHIN,
    ).exclude(state=AlertState.CLOSED)
    confirmed = [services.confirm_instruction(pk, now=now) for pk in sorted(set(asked.values_list("pk", flat=True)))]
    return any(confirmed)


def _disposition(message: InboundMessage, reading: Reading, raised: list[Alert], *, now: datetime) -> str:
    said = "alert_raised" if any(alert.raised_at == now for alert in raised) else "alert_added"
    if wishes.wants_silence(message):
        # Both are meant: she is in trouble, and she wants no more texts. The nurse is told to phone.
        return f"{said}+stop"
    return f"{said}+visit" if reading.intents & LOGISTICS else said


def _cries_for_help(message: InboundMessage, reading: Reading) -> bool:
    """Whether "help" may be more than the keyword that asks who we are: "help me", "i need help"."""
    return "help" in reading.intents and words(message.body) not in ASK_WHO_WE_ARE


def _to_the_inbox(message: InboundMessage, readings: list[tuple[Patient, Reading]], *, now: datetime) -> str | None:
    patient, reading = readings[0]
    by_page = message.source == InboundMessage.Source.PAGE
    if all(wishes.is_all_about_texts(message, one) for _, one in readings):
        return None
    if not by_page and not any(one.evidence for _, one in readings) and answers.read(message.body).whole:
        # Strange to triage, and yet every word of it answers a question about a visit: whoever asked reads it.
        return None
    if not any(one.review for _, one in readings) and not _cries_for_help(message, reading):
        if wishes.asks_us(message):
            asked = wishes.for_the_nurse(reading)
            open_review(message, patient.clinic, patient, asked, shared=len(readings) > 1, now=now)
        return NOTED if by_page else None
    open_review(message, patient.clinic, patient, reading, shared=len(readings) > 1, now=now)
    if wishes.wants_silence(message):
        return "nurse_inbox+stop"
    if not by_page:
        hour = f"{wall_time.local_date(now, patient.zone)}:{now:%H}"
        _answer(message, "text_for_nurse", f"inbox:{patient.pk}:{hour}", patient.clinic, patient.language, now=now)
    return "nurse_inbox+visit" if reading.intents & LOGISTICS else "nurse_inbox"


def _from_nobody(message: InboundMessage, *, now: datetime) -> str | None:
    """A number that nobody knows: what sounds like an emergency is paged, the rest is read by a nurse."""
    clinic = Clinic.objects.order_by("pk").first()
    if clinic is None:
        return None
    reading = read(message.body, rulebook.active_rules(), Context())
    if reading.page:
        # What is no number cannot be called back or answered: then the nurse is told so.
        phone = message.from_address if is_phone(message.from_address) else ""
        to_phone = wishes.why_to_phone(message)
        teller = raising.Teller(clinic=clinic, patient=None, phone=phone, phone_her=to_phone)
        return _disposition(message, reading, raising.report(message, teller, reading, now=now), now=now)
    if wishes.is_all_about_texts(message, reading):
        return None
    if not reading.review and reading.intents & {"stop", "start", "help"}:
        if wishes.asks_us(message):
            open_review(message, clinic, None, wishes.for_the_nurse(reading), shared=False, now=now)
        return None
    open_review(message, clinic, None, reading, shared=False, now=now)
    if wishes.wants_silence(message):
        return "nurse_inbox+stop"
    day = wall_time.local_date(now, clinic.zone)
    key = f"unknown:{message.from_address}:{day}"
    _answer(message, "unknown_sender", key, clinic, clinic.default_language, now=now)
    return "nurse_inbox"


def _answer(message: InboundMessage, template: str, key: str, clinic: Clinic, language: str, *, now: datetime) -> None:
    """At most one polite answer for each `key`; none to who has asked for silence."""
    if consent.opted_out(message.from_address) or not is_phone(message.from_address):
        return
    language = language if language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])
    wording = wordings.load(template, language, Channel.SMS)
    draft = outbox.Draft(
        key=key[:200],
        channel=Channel.SMS,
        purpose=Purpose.REPLIES,
        address=message.from_address,
        body=wording.filled({"clinic": clinic.short_name, "line": rendering.line(clinic)}).body,
        template=template,
        template_version=wording.version,
        language=language,
        on_behalf_of=str(clinic.pk),
        due_at=now,
        expires_at=now + ANSWER_LASTS,
    )
    outbox.enqueue([draft], now=now)
    outbox.wake(Urgency.ORDINARY)
