"""The before-visit lines that patients read in mails, in each language: no drug, no illness, no number."""

from __future__ import annotations

from collections.abc import Iterable

BLOOD_TEST = "Have your blood test done before this visit, if one was ordered."
FLUIDS = "Drink plenty of fluids, unless you were told to limit them."
SUPPLEMENTS = "Keep taking the supplements that your care team told you to take."
MOUTH = "Tell us about any mouth, tooth or jaw problem, and before any dental work."
DENTIST_FIRST = "See your dentist before your first visit, if you were asked to."
PREGNANCY = "Tell us if you are pregnant or could become pregnant."
EMPTY_STOMACH = "Take it on an empty stomach with plain water, the way you were shown."
UPRIGHT = "Stay upright after taking it for as long as you were told."
NO_MILK = "Keep milk, antacids and mineral tablets away from the time you take it."
SKIN = "Care for your skin the way you were shown."
LIE_FLAT = "If you were given pain medicine for lying flat, take it ahead of time as you were told."
RIDE = "Arrange your ride to the visit and home again."
CONSENT = "Bring your questions: you will be asked for your consent."
FASTING = "Ask us when to stop eating and drinking before this visit."
BLOOD_THINNERS = "Tell us if you take a blood thinner. Do not change it on your own."
FULL_THEN_EMPTY = "Drink fluids and empty your bladder as you are told on the day."
WAIT = "Bring something to do: there is a long wait between the injection and the pictures."
METAL = "Tell us if you have a pacemaker or any metal in your body."
KIDNEYS = "Tell us if you have kidney problems or take medicine for diabetes."
DIABETES = "Tell us if you have diabetes."
DENTIST_TELL = "Tell your dentist about all your treatments, and tell us what the dentist found."

SPANISH: dict[str, str] = {
    BLOOD_TEST: "Hágase el análisis de sangre antes de esta cita, si se lo pidieron.",
    FLUIDS: "Tome bastante líquido, a menos que le hayan dicho que lo limite.",
    SUPPLEMENTS: "Siga tomando los suplementos que su equipo médico le indicó.",
    MOUTH: "Avísenos de cualquier problema en la boca, los dientes o la mandíbula, y antes de ir al dentista.",
    DENTIST_FIRST: "Vaya al dentista antes de su primera cita, si se lo pidieron.",
    PREGNANCY: "Avísenos si está embarazada o podría quedar embarazada.",
    EMPTY_STOMACH: "Tómelo en ayunas y con agua sola, como le enseñaron.",
    UPRIGHT: "Después de tomarlo, no se acueste durante el tiempo que le indicaron.",
    NO_MILK: "No tome leche, antiácidos ni minerales cerca de la hora en que lo toma.",
    SKIN: "Cuide su piel como le enseñaron.",
    LIE_FLAT: "Si le dieron medicina para el dolor al acostarse, tómela con tiempo, como le indicaron.",
    RIDE: "Organice el transporte de ida y de vuelta.",
    CONSENT: "Traiga sus preguntas: le pediremos su consentimiento.",
    FASTING: "Pregúntenos desde qué hora no debe comer ni beber antes de esta cita.",
    BLOOD_THINNERS: "Avísenos si toma un anticoagulante. No lo cambie por su cuenta.",
    FULL_THEN_EMPTY: "Tome líquido y vacíe la vejiga como le indiquen ese día.",
    WAIT: "Traiga algo para entretenerse: hay una larga espera entre la inyección y las imágenes.",
    METAL: "Avísenos si tiene un marcapasos o algo de metal en el cuerpo.",
    KIDNEYS: "Avísenos si tiene problemas de los riñones o toma medicina para la diabetes.",
    DIABETES: "Avísenos si tiene diabetes.",
    DENTIST_TELL: "Dígale al dentista qué tratamientos recibe, y díganos a nosotros qué encontró el dentista.",
}
_TRANSLATIONS = {"es": SPANISH}


def in_language(lines: Iterable[str], language: str) -> list[str]:
    """`lines` in `language`; a line that a clinic wrote itself has no translation and stays as it is."""
    known = _TRANSLATIONS.get(language, {})
    return [known.get(line, line) for line in lines]
