"""What a text wants of our texts, as those see it who read it for red flags: silence, or to know who we are."""

from __future__ import annotations

from dataclasses import replace

from alerts.domain.triage import Reading
from alerts.telling import OPTED_OUT
from messaging.domain.consent_words import Wish, is_stop_among_others, read
from messaging.models import InboundMessage

ASKS_US = "Asks for help, or who we are. The general answer has been sent."


def wants_silence(message: InboundMessage) -> bool:
    """Whether it asks for no more texts, whatever else it says. messaging.consent_replies obeys it, after us."""
    return _wish(message) is Wish.STOP or is_stop_among_others(message.body)


def why_to_phone(message: InboundMessage) -> str:
    """Why whoever is paged must phone the writer from now on; empty where she may be texted."""
    return OPTED_OUT if wants_silence(message) else ""


def is_all_about_texts(message: InboundMessage, reading: Reading) -> bool:
    """Whether it is an opt-out and nothing that a nurse need read."""
    return _wish(message) is Wish.STOP and not reading.evidence


def asks_us(message: InboundMessage) -> bool:
    """Whether it asks for help or who we are: answered at once (messaging.consent_replies), and read by a nurse."""
    return _wish(message) is Wish.HELP


def for_the_nurse(reading: Reading) -> Reading:
    """The reading of such a text, with words that tell her why it is before her."""
    return replace(reading, why=ASKS_US)


def _wish(message: InboundMessage) -> Wish | None:
    reading = read(message.body, carrier_says=message.opt_out_type)
    return reading.wish if reading else None
