"""What a nurse reads on her page and in answers to her texts, in each language; message texts are in templates/."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from alerts.domain.words import OUTCOME_WORDS, Outcome, Tier

FIRST_LANGUAGE = "en"

TIERS: Mapping[str, Mapping[Tier, str]] = MappingProxyType(
    {
        "en": {Tier.T0: "Red flag: 911", Tier.RED: "Red flag", Tier.AMBER: "Amber flag", Tier.GREEN: "Note"},
        "es": {Tier.T0: "Alerta roja: 911", Tier.RED: "Alerta roja", Tier.AMBER: "Alerta ámbar", Tier.GREEN: "Nota"},
    }
)
OUTCOMES: Mapping[str, Mapping[Outcome, str]] = MappingProxyType(
    {
        "en": OUTCOME_WORDS,
        "es": {
            Outcome.EMERGENCY: "Enviada a urgencias",
            Outcome.ADMITTED: "Ingreso directo",
            Outcome.IMAGING: "Imagen pedida",
            Outcome.CALCIUM: "Calcio tomado",
            Outcome.ADVICE: "Consejo dado",
            Outcome.FALSE_ALARM: "Falsa alarma",
            Outcome.WELFARE_CHECK: "No localizada: visita de bienestar",
        },
    }
)
_EN = {
    "title": "Red flag",
    "since": "since",
    "ago": "min ago",
    "nobody": "Nobody has taken it yet.",
    "yours": "You have it.",
    "yours_spoke": "You have it, and you spoke with the patient.",
    "has_it": "has it.",
    "has_it_spoke": "has it, and spoke with the patient.",
    "over": "It is over.",
    "ended": "How it ended",
    "by": "by",
    "next": "What to do now",
    "next_take": "Take it, then call the patient.",
    "next_call": "Call the patient now, then say below how it went.",
    "next_outcome": "Say below how it ended; until then it stays open.",
    "next_none": "There is nothing for you to do.",
    "next_line": "Log in to take it, or reach a manager.",
    "take": "Take it",
    "pass": "I cannot: pass it on",
    "give_back": "Give it back",
    "spoke": "I spoke with the patient",
    "no_answer": "No answer",
    "outcome": "How did it end?",
    "note": "Note (may stay empty)",
    "log_in": "Log in for name, words and number",
    "details": "Patient",
    "call": "Call",
    "wrote": "Wrote",
    "acting_as": "This page acts for",
    "trouble": "Trouble with this page? Call the clinic's 24-hour line:",
    "phone_her": "No texts reach this patient: phone.",
    "shared": "More than one patient writes from this number.",
    "done_hand_back": "Passed on. The next person is being paged.",
    "done_not_reached": "Noted: no answer. It stays yours; try again, and other numbers.",
    "done_late": "You were not the first: see below who has it.",
    "again": "Nothing was changed. Please press the button again.",
    "gone_title": "This page is no longer in use",
    "gone": "Its alert is over for a long time, or the page was for somebody who is no longer on call.",
    "unknown_title": "There is no such page",
    "unknown": "The address may have been cut off. Open the link in the text again, or answer the text with its code.",
    "worried": "Worried about a patient? Call now:",
    "emergency": "In an emergency call 911.",
}
_ES = {
    "title": "Alerta roja",
    "since": "desde",
    "ago": "min",
    "nobody": "Nadie la ha tomado todavía.",
    "yours": "Es suya.",
    "yours_spoke": "Es suya, y ya habló con la persona.",
    "has_it": "la tiene.",
    "has_it_spoke": "la tiene, y ya habló con la persona.",
    "over": "Ya terminó.",
    "ended": "Cómo terminó",
    "by": "por",
    "next": "Qué hacer ahora",
    "next_take": "Tómela y llame a la persona.",
    "next_call": "Llame ya a la persona y diga abajo cómo le fue.",
    "next_outcome": "Diga abajo cómo terminó; hasta entonces sigue abierta.",
    "next_none": "Usted no tiene que hacer nada.",
    "next_line": "Inicie sesión para tomarla, o avise a la gerencia.",
    "take": "La tomo",
    "pass": "No puedo: pasarla",
    "give_back": "Devolverla",
    "spoke": "Hablé con la persona",
    "no_answer": "No contesta",
    "outcome": "¿Cómo terminó?",
    "note": "Nota (puede quedar vacía)",
    "log_in": "Inicie sesión para ver nombre, palabras y número",
    "details": "Paciente",
    "call": "Llamar al",
    "wrote": "Escribió",
    "acting_as": "Esta página actúa por",
    "trouble": "¿Problemas con esta página? Llame a la línea de 24 horas:",
    "phone_her": "No le llegan mensajes: llame por teléfono.",
    "shared": "Más de un paciente escribe desde este número.",
    "done_hand_back": "Pasada. Se está avisando a la siguiente persona.",
    "done_not_reached": "Anotado: no contesta. Sigue siendo suya; intente de nuevo, y otros números.",
    "done_late": "Alguien fue más rápido: vea abajo quién la tiene.",
    "again": "Nada cambió. Por favor, oprima el botón otra vez.",
    "gone_title": "Esta página ya no se usa",
    "gone": "Su alerta terminó hace mucho, o la página era de alguien que ya no está de guardia.",
    "unknown_title": "No existe esa página",
    "unknown": "Quizá la dirección se cortó. Abra otra vez el enlace del mensaje, o responda con su código.",
    "worried": "¿Le preocupa un paciente? Llame ya:",
    "emergency": "En una emergencia llame al 911.",
}
PAGE: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _EN, "es": _ES})
#: How a list marks what somebody has already.
TAKEN_BY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"en": {"you": "yours", "other": "taken"}, "es": {"you": "suya", "other": "tomada"}}
)


def language_of(wanted: str) -> str:
    """`wanted` where nurses are spoken to in it, else the first language."""
    return wanted if wanted in PAGE else FIRST_LANGUAGE
