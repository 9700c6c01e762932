"""What a patient is told about blood, infection, and what treatment may do."""

from __future__ import annotations

from alerts.domain.words import Condition
from alerts.starter.words import (
    CONFIRM_EN,
    CONFIRM_ES,
    NOBODY_EN,
    NOBODY_ES,
    Instruction,
    fallback_en,
    fallback_es,
)

TREATMENT: tuple[Instruction, ...] = (
    Instruction(
        code="infection",
        condition=Condition.INFECTION,
        en=(
            "A fever can be serious. Call {line} NOW, day or night. Don't wait for morning. "
            "If you feel very ill, call 911."
        ),
        es=(
            "La fiebre puede ser grave. Llame YA al {line}, a cualquier hora. No espere a que amanezca. "
            "Si se siente muy mal, llame al 911."
        ),
        fallback_en=fallback_en("Tell them about your treatment."),
        fallback_es=fallback_es("Hable de su tratamiento."),
        fallback_after=10,
        facts=(
            "Fevers, chills, fatigue, pain [PAGE]; 38.3 C once or 38.0 C for an hour [S41]; antibiotics within an hour "
            "of triage [S41b]; at once, day or night, and tell the emergency department [S41c]. One text cannot time "
            "an hour: any 38.0 C is red [PROP]. Fever after a bone drug is infection until a nurse has judged it [S9, "
            "PROP]. The words, and 10 minutes [PROP]."
        ),
    ),
    Instruction(
        code="bleed",
        condition=Condition.BLEEDING,
        en=(
            "Press on it if you can. Call 911 if it won't slow down, if you vomit blood or hit your head. "
            "Call {line} NOW."
        ),
        es=(
            "Si puede, apriete donde sangra. Llame al 911 si no cede, vomita sangre o se dio un golpe en la cabeza. "
            "Llame YA al {line}."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=5,
        facts=(
            "Bruising and abnormal bleeding from low platelets [PAGE]. 911 for what does not cease in 10 minutes, "
            "vomited blood, black stool, a blow on the head; bruises, red dots, gums and nose the same day; the words, "
            "and 5 minutes [PROP]."
        ),
    ),
    Instruction(
        code="anemia",
        condition=Condition.ANEMIA,
        en=(
            "Call {line} today, even on a weekend. Call 911 for chest pain, fainting, "
            "or if you can't catch your breath at rest."
        ),
        es=("Llame hoy mismo al {line}. Llame al 911 si le duele el pecho, se desmaya o le falta el aire sin moverse."),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts=(
            "Tiredness, weakness, shortness of breath [PAGE]. The same day; 911 for chest pain, fainting or "
            "breathlessness at rest; the words, and 15 minutes [PROP]."
        ),
    ),
    Instruction(
        code="hypoca",
        condition=Condition.LOW_CALCIUM,
        en="Your calcium may be low. Call {line} NOW. Call 911 for a seizure, fainting or a tight throat.",
        es=(
            "Su calcio puede estar bajo. Llame YA al {line}. "
            "Llame al 911 si convulsiona, se desmaya o se le cierra la garganta."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=10,
        facts=(
            "Spasms, twitches, cramps, numb or tingling fingers, toes or around the mouth, seizures, confusion, "
            "fainting: a doctor immediately [S24]; mostly in the first six months, at any time, deaths known [S24b]. "
            "Within 60 days of the drug suspicion rises; the words, and 10 minutes [PROP]."
        ),
    ),
    Instruction(
        code="onj",
        condition=Condition.JAW,
        en=(
            "Tell us and your dentist before any dental work. Call {line} by tomorrow. "
            "Call NOW if your face swells or you have a fever."
        ),
        es=(
            "Hable con nosotros y su dentista antes de cualquier trabajo dental. Llame al {line} hoy. "
            "Llame YA si se le hincha la cara o tiene fiebre."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts=(
            "Pain, swelling or numbness of the jaw, a loose tooth, poor healing [S7, S22b]; no elective dental surgery "
            "on treatment [S11]. Swelling of the face; the words, and 15 minutes [PROP]."
        ),
    ),
    Instruction(
        code="acute_phase",
        condition=Condition.REACTION,
        en=(
            "Aches for 1-3 days are common. Take your temperature. 100.4 F (38 C) or more: call {line} NOW. "
            "If you can't breathe well: 911."
        ),
        es=(
            "Es normal que duela el cuerpo por 1 a 3 noches. Tome su temperatura. Con 100.4 F (38 C) o mayor, "
            "llame YA al {line}. Si le falta el aire: 911."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts=(
            "About a third after a first dose, peak at 28-36 hours, gone 2-3 days later [S9]; fever, tiredness, aches, "
            "mild and short [PAGE]. Fever is still read as infection; the words, and 15 minutes [PROP]."
        ),
    ),
    Instruction(
        code="renal",
        condition=Condition.RENAL,
        en=(
            "Call {line} today if you pee much less than usual or swell up. "
            "Call NOW if you can't pee at all or feel confused or short of breath."
        ),
        es=(
            "Llame hoy al {line} si orina mucho menos o se hincha. "
            "Llame YA si no puede orinar nada, se desorienta o le falta el aire."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts="Reduced urine under drugs given into a vein [GK]. Rule, words and 15 minutes [PROP].",
    ),
    Instruction(
        code="allergy",
        condition=Condition.ALLERGY,
        en="This may be a serious allergic reaction. Call 911 NOW. Do not drive yourself. Then call {line}.",
        es="Puede ser una alergia grave. Llame YA al 911. No maneje. Luego llame al {line}.",
        fallback_en=f"{NOBODY_EN} Call 911 NOW if you have not done so. Do not drive yourself. {CONFIRM_EN}",
        fallback_es=f"{NOBODY_ES} Llame YA al 911 si no lo ha hecho. No maneje. {CONFIRM_ES}",
        fallback_after=5,
        facts=(
            "Trouble breathing, a tight throat, swelling of the face, hives: emergency room [S24c]. The words, and 5 "
            "minutes [PROP]."
        ),
    ),
)
