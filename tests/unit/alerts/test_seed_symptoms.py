"""Every symptom of the patient page from which the product's scope was taken is known to the starter rules.

The facts are that page's, the words are ours, in English and Spanish. `page`: a nurse is paged for it alone.
"""

from __future__ import annotations

import pytest

from alerts.domain.triage import Context, read
from alerts.domain.words import Condition
from alerts.starter.triggers import STARTER_RULES

CORD, PAIN, CALCIUM = Condition.CORD, Condition.CORD_PAIN, Condition.HYPERCALCEMIA
SEEDS: tuple[tuple[str, Condition, bool, str, str], ...] = (
    ("numbness in the legs", CORD, True, "My legs have gone numb", "Tengo las piernas entumecidas"),
    ("weakness in the legs", CORD, True, "My legs feel so weak today", "Siento las piernas muy débiles"),
    ("trouble urinating", CORD, True, "It is hard for me to start peeing since last night", "No puedo orinar"),
    ("trouble with the bowel", CORD, True, "I cannot control my bowels any more", "Ya no controlo el intestino"),
    ("numbness in the belly", CORD, True, "The skin of my belly is numb", "Tengo la barriga dormida"),
    ("paralysis", CORD, True, "I think I am paralyzed, I can't move my legs", "Estoy paralizado de las piernas"),
    ("back pain", PAIN, False, "My back hurts", "Me duele la espalda"),
    ("back pain, new and bad", PAIN, True, "Bad new pain in my upper back", "Dolor nuevo y muy fuerte de espalda"),
    ("back pain at night", PAIN, True, "My back pain wakes me at night", "El dolor de espalda me despierta de noche"),
    ("broken arm", Condition.FRACTURE, True, "I think my arm broke when I lifted a pan", "Se me rompió el brazo"),
    ("broken leg", Condition.FRACTURE, True, "I fell and heard my thigh crack", "Me caí y se me quebró la pierna"),
    ("broken spine bone", Condition.FRACTURE, True, "I felt a snap in my spine", "Sentí un crujido en la columna"),
    ("loss of appetite", CALCIUM, False, "I have no appetite at all", "No tengo nada de hambre"),
    ("nausea", CALCIUM, False, "I feel sick to my stomach", "Tengo náuseas"),
    ("thirst", CALCIUM, False, "I am so thirsty", "Tengo mucha sed"),
    ("constipation", CALCIUM, False, "I am constipated", "Estoy estreñida"),
    ("tiredness", CALCIUM, False, "I am exhausted all the time", "Estoy muy cansada todo el tiempo"),
    ("confusion", CALCIUM, True, "My wife is confused today", "Mi mamá está confundida hoy"),
    ("two of the group", CALCIUM, True, "So thirsty, and constipated too", "Mucha sed y además estreñimiento"),
    ("coma", CALCIUM, True, "I cannot wake him up", "No logro despertarla"),
    ("shortness of breath", Condition.EMERGENCY, True, "I can't catch my breath sitting still", "No puedo respirar"),
    ("fever", Condition.INFECTION, True, "I have a fever", "Tengo fiebre"),
    ("chills", Condition.INFECTION, True, "I can't get over these shaking chills", "Tengo escalofríos"),
    ("bruising", Condition.BLEEDING, False, "New bruises all over my arms", "Me salen moretones por todas partes"),
    ("bleeding", Condition.BLEEDING, False, "My gums are bleeding", "Me sangran las encías"),
    ("heavy bleeding", Condition.BLEEDING, True, "My nose won't stop bleeding", "La nariz no para de sangrar"),
)
TEXTS = [
    pytest.param(text, condition, page, id=f"{name} ({language})")
    for name, condition, page, english, spanish in SEEDS
    for language, text in (("en", english), ("es", spanish))
]


@pytest.mark.parametrize(("text", "condition", "pages"), TEXTS)
def test_it_is_recognised_and_never_met_with_silence(text: str, condition: Condition, *, pages: bool) -> None:
    reading = read(text, STARTER_RULES, Context())
    assert reading.page or reading.review
    assert condition in {fired.condition for fired in reading.fired}, reading.why
    if pages:
        assert reading.page, reading.why


@pytest.mark.parametrize(
    "text",
    [
        "The pain in my hip bone is getting worse every night",
        "El dolor en el hueso de la cadera empeora cada noche",
        "sudden pain in the middle of my back",
        "De repente me dolió en medio de la espalda",
        "I feel weak all over",
        "Me siento muy débil",
        "My bone pain is unbearable",
        "El dolor de huesos es insoportable",
    ],
)
def test_pain_and_weakness_that_several_rules_may_claim_reach_a_person(text: str) -> None:
    reading = read(text, STARTER_RULES, Context())
    assert reading.page or reading.review


@pytest.mark.parametrize(
    "text", ["sudden pain in the middle of my back", "Un dolor de repente en medio de la espalda, muy fuerte"]
)
def test_a_sudden_pain_in_the_middle_of_the_back_pages(text: str) -> None:
    assert read(text, STARTER_RULES, Context()).page
