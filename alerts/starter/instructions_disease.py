"""What a patient is told about signs of the disease itself, about emergencies, and about what nobody recognised."""

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

DISEASE: tuple[Instruction, ...] = (
    Instruction(
        code="mscc_neuro",
        condition=Condition.CORD,
        en=(
            "This may be an emergency. Call {line} NOW. If no answer or you can't walk or can't pee, call 911. "
            "Keep your back still. Don't drive."
        ),
        es=(
            "Puede ser una emergencia. Llame YA al {line}. Si no contestan, o no puede caminar u orinar, llame al 911. "
            "No mueva la espalda. No maneje."
        ),
        fallback_en=fallback_en("Keep your back still. Don't drive."),
        fallback_es=fallback_es("No mueva la espalda. No maneje."),
        fallback_after=10,
        facts=(
            "Numbness or weakness of the legs, trouble passing urine or stool, numbness of the belly [PAGE]; radicular "
            "pain, any limb weakness, difficulty walking, sensory loss, bladder or bowel trouble: immediately [S33, "
            "S34]; heavy legs, pins and needles, electric shocks [S38b]; lie flat, do not move, emergency number when "
            "the team cannot be had [S38c]; bend the back as little as possible [S38]; delays cost legs and bladder "
            "[S39]. The words, and 10 minutes [PROP]."
        ),
    ),
    Instruction(
        code="mscc_pain",
        condition=Condition.CORD_PAIN,
        en=(
            "Call {line} NOW if this pain is new, worse or wakes you. If not, call today, even on a weekend. "
            "Weak or numb legs or trouble peeing: call 911."
        ),
        es=(
            "Llame YA al {line} si este dolor es nuevo, empeora o le despierta. Si no, llame hoy mismo. "
            "Piernas dormidas o sin fuerza, o no puede orinar: 911."
        ),
        fallback_en=fallback_en("Keep your back still. Don't drive."),
        fallback_es=fallback_es("No mueva la espalda. No maneje."),
        fallback_after=15,
        facts=(
            "Back pain [PAGE]; pain in the middle or upper spine, progressive or unremitting low spinal pain, worse on "
            "straining, at night, spinal tenderness: within 24 hours [S33]; leaflets say the same [S38]. Red with two "
            "of them, or with known spine metastases and any worsening [PROP]. The words, and 15 minutes [PROP]."
        ),
    ),
    Instruction(
        code="hyperca",
        condition=Condition.HYPERCALCEMIA,
        en=(
            "You may have too much calcium in your blood. Call {line} NOW. "
            "If someone is confused or hard to wake, call 911."
        ),
        es=(
            "Puede tener demasiado calcio en la sangre. Llame YA al {line}. "
            "Si la persona se desorienta o no despierta bien, llame al 911."
        ),
        fallback_en=fallback_en("Don't drive yourself."),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts=(
            "Loss of appetite, nausea, thirst, constipation, tiredness, confusion; untreated it leads to coma [PAGE]. "
            "Symptoms follow the number poorly, so no laboratory value is waited for [S48f, S48g]. Two of the group, "
            "or confusion alone; the words, and 15 minutes [PROP]."
        ),
    ),
    Instruction(
        code="fracture",
        condition=Condition.FRACTURE,
        en=(
            "A bone may be broken. Don't put weight on it. Keep still. Call {line} NOW. "
            "Call 911 if you can't move or the pain is very bad."
        ),
        es=(
            "Puede tener un hueso roto. No se apoye en esa parte ni la mueva. Llame YA al {line}. "
            "Si no puede moverse o duele mucho, llame al 911."
        ),
        fallback_en=fallback_en("Keep still. Don't drive."),
        fallback_es=fallback_es("No se mueva. No maneje."),
        fallback_after=15,
        facts=(
            "Broken bones of arms, legs and spine; sudden pain in the middle of the back may mean a bone is breaking "
            "or collapsing [PAGE]; new thigh, hip or groin pain under these drugs [S24c]. The words, and 15 minutes "
            "[PROP]."
        ),
    ),
    Instruction(
        code="pain_uncontrolled",
        condition=Condition.PAIN,
        en=(
            "Call {line} NOW about your pain, day or night. Take no extra pills before you have asked. "
            "Weak or numb legs: call 911."
        ),
        es=(
            "Llame YA al {line} por su dolor, a cualquier hora. No tome pastillas de sobra sin preguntar. "
            "Piernas dormidas o sin fuerza: 911."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts=(
            "Bone pain that may become severe, worse at night or in bed [PAGE]. 7 of 10 or more, or pills that do not "
            "work; the words, and 15 minutes [PROP]."
        ),
    ),
    Instruction(
        code="selfharm",
        condition=Condition.SELF_HARM,
        en=(
            "You matter to us. Call or text 988 NOW, at any hour. If you are in danger, call 911. "
            "A nurse will call you too: {line}."
        ),
        es=(
            "Usted nos importa. Llame YA al 988 y oprima 2, a cualquier hora. Si hay peligro, llame al 911. "
            "Una enfermera le va a llamar: {line}."
        ),
        fallback_en=f"You are not alone. Call 988 or 911 NOW, or ask someone near you to stay with you. {CONFIRM_EN}",
        fallback_es=f"Usted no queda sin apoyo. Llame YA al 988 o al 911, o busque a alguien cerca. {CONFIRM_ES}",
        fallback_after=5,
        facts=(
            "Not on the patient page; an inbox for free text receives it [PROP]. 988 is the crisis line of the United "
            "States, 2 for Spanish [GK]. The words, and 5 minutes [PROP]."
        ),
    ),
    Instruction(
        code="emergency",
        condition=Condition.EMERGENCY,
        en="This may be an emergency. Call 911 NOW. Do not drive yourself. Then call {line}.",
        es="Puede ser una emergencia. Llame YA al 911. No maneje. Luego llame al {line}.",
        fallback_en=f"{NOBODY_EN} Call 911 NOW if you have not done so. Do not drive yourself. {CONFIRM_EN}",
        fallback_es=f"{NOBODY_ES} Llame YA al 911 si no lo ha hecho. No maneje. {CONFIRM_ES}",
        fallback_after=5,
        facts=(
            "Chest pain, fainting, breathlessness at rest, signs of a stroke, a seizure: 911 [GK]. The words, and 5 "
            "minutes [PROP]."
        ),
    ),
    Instruction(
        code="unclassified",
        condition=Condition.UNCLASSIFIED,
        en=(
            "A nurse will read your text. This line is not watched for emergencies. "
            "If you feel worse, call {line}. In an emergency call 911."
        ),
        es=(
            "Una enfermera va a leer su mensaje. Este servicio no atiende emergencias. "
            "Si empeora, llame al {line}. En una emergencia, al 911."
        ),
        fallback_en=fallback_en(),
        fallback_es=fallback_es(),
        fallback_after=15,
        facts=(
            "Read by a nurse by the next working morning; the same day where the patient has spine metastases and "
            "writes of a part of the body that is new, worse or sudden; says that nobody watches for emergencies; the "
            "words, and 15 minutes [PROP]."
        ),
    ),
)
