"""The values that fill the wordings of pages and instructions; nothing here names a patient."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.domain.words import Tier
from alerts.models import Alert, Responder
from patients.domain.address import national
from patients.models import Clinic, Patient

#: Every blank that the wordings of red flags may use, with the longest value it is likely to get.
VOCABULARY: Mapping[str, str] = {
    "clinic": "Bayside Bone & Infusion",
    "initials": "W. W.",
    "tier": "RED FLAG",
    "code": "K7Q4",
    "link": "https://bonewatch.bayside-hospital.org/a/abcdefghijklmnopqrstuvwx/",
    "line": "(202) 555-0123",
    "note": "PHONE: no texts. Shared phone.",
    "owner": "Nurse Practitioner Alexandra Montgomery-Smith",
    "minutes": "120",
    "list": "K7Q4 W. W. 120 min, K7Q4 W. W. 120 min, K7Q4 W. W. 120 min",
    "count": "120",
    "wrong": "K7Q4",
    "time": "Nov 22, 11:30 AM",
    "outcome": "Sent to the emergency department",
    "alarm": "W" * 180,
    "instruction": "W" * 160,
}
TIER_WORDS = {
    "en": {Tier.T0: "RED FLAG 911", Tier.RED: "RED FLAG", Tier.AMBER: "Amber flag", Tier.GREEN: "Note"},
    "es": {Tier.T0: "ALERTA ROJA 911", Tier.RED: "ALERTA ROJA", Tier.AMBER: "Alerta ambar", Tier.GREEN: "Nota"},
}
NOTES = {
    "en": {"phone_her": "PHONE: no texts.", "shared": "Shared phone."},
    "es": {"phone_her": "LLAME: sin mensajes.", "shared": "Telefono compartido."},
}


def initials(patient: Patient | None) -> str:
    """How a patient is called in a text: "M. W."; a number that nobody knows is "??"."""
    if patient is None:
        return "??"
    letters = [name.strip()[0].upper() for name in (patient.given_name, patient.family_name) if name.strip()]
    return " ".join(f"{letter}." for letter in letters) or "??"


def line(clinic: Clinic) -> str:
    """The clinic's 24-hour line as people write it at home; its day line, or 911, where it has none."""
    number = str(clinic.emergency_line or clinic.daytime_line or "")
    return national(number) if number else "911"


def page_values(alert: Alert, person: Responder | None) -> dict[str, str]:
    """What fills the blanks of a page: initials, tier, what the nurse must know before she calls."""
    wanted = person.language if person else alert.clinic.default_language
    language = wanted if wanted in TIER_WORDS else "en"
    notes = NOTES[language]
    marks = [notes["phone_her"]] if alert.phone_her else []
    marks += [notes["shared"]] if alert.shared_phone else []
    return {
        "initials": initials(alert.patient),
        "tier": TIER_WORDS[language][Tier(alert.tier)],
        "note": " ".join(marks),
        "clinic": alert.clinic.short_name,
        "line": line(alert.clinic),
    }
