"""Each sign in every wrapping: said outright it pages, whatever stands beside it; denied, past or mild it does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alerts.domain.triage import read
from alerts.starter.triggers import STARTER_RULES

SENTENCES = (
    "my legs are weak", "my legs feel numb", "I can't walk", "I can't pee", "I leaked urine", "my back hurts badly",
    "I am confused", "I feel feverish", "I have chills", "I am bleeding heavily", "my stool is black",
    "my chest hurts", "I can't breathe well", "my mouth is tingling", "my tongue is swollen", "I want to die",
    "I fainted", "my face is drooping", "I fell and my hip hurts", "my feet tingle", "I vomited blood",
)  # fmt: skip
AROUND = (
    "{}", "{} since this morning", "Hi, {}. What should I do?", "Sorry, {}", "Yes. {}.", "ok thanks. {} though",
    "No fever but {}", "I'm fine except {}", "I don't know what is going on, {}", "Not sure if this matters but {}",
    "{} and it is getting worse", "I was ok yesterday, today {}", "My husband is asleep and {}", "Should I come in? {}",
    "{}, is this normal?", "Is it bad that {}?", "Please cancel Friday, {}", "I had this last year too, now {} again",
    "My dog is barking but {}", "{} but I don't want to bother you", "{}. No pain.", "I took Tylenol but {}",
    "{} and no one is home", "I never complain but {}", "HELP {}", "STOP {}", "{} !!!!", "well {} lol", "{} 😭",
    "my wife says that {}", "so {} i guess", "I can't sleep because {}", "It's probably nothing but {}",
    "When I stand {}", "Good morning nurse, {} today", "If it matters, {}",
)  # fmt: skip
SIGNS = (
    "numbness in my legs", "weakness in my legs", "trouble walking", "trouble urinating", "severe back pain",
    "confusion", "fever", "chills", "bleeding", "chest pain", "shortness of breath", "tingling around my mouth",
    "muscle spasms in my hands", "hives", "seizures", "fainting spells", "numbness in my groin", "leg weakness",
)  # fmt: skip
DENIED = (
    "I have no {}.", "I do not have {}.", "I don't have any {}.", "No {} today.", "I have not had {}.",
    "I haven't noticed any {}.", "I deny {}.", "There is no {}.", "I have had no {} this week.", "I am free of {}.",
    "The {} is gone.", "The {} has resolved.", "My {} went away last month.", "I never had {}.",
    "I had {} two years ago.", "I had {} last year but not now.", "What if I get {}?",
    "If I develop {}, should I call?", "When should I call about {}?", "Neither fever nor {}.",
    "Thanks, no {} to report.",
)  # fmt: skip
SIGNOS = (
    "adormecimiento en las piernas", "debilidad en las piernas", "dificultad para caminar", "dificultad para orinar",
    "dolor fuerte de espalda", "confusión", "fiebre", "escalofríos", "dolor en el pecho", "ronchas en todo el cuerpo",
    "hormigueo alrededor de la boca", "espasmos en las manos", "convulsiones", "desmayos",
)  # fmt: skip
DICHOS = (
    "Tengo {}.", "Desde ayer tengo {}.", "Hoy empecé con {}.", "Mi esposo tiene {}.", "No tengo tos, pero tengo {}.",
    "Sí voy el martes, pero tengo {}.", "Cancelen mi cita, tengo {}.", "Otra vez tengo {}.",
    "Disculpe la molestia, tengo {}.", "¿Es normal tener {} desde ayer?",
)  # fmt: skip
NEGADOS = (
    "No tengo {}.", "No he tenido {}.", "Hoy no tengo {}.", "Sin {}.", "No hay {}.", "Ya no tengo {}.", "Niego {}.",
    "Nunca he tenido {}.", "Tuve {} el año pasado, pero ya estoy bien.", "Hace años tuve {}.", "Se me quitó {}.",
    "¿Qué hago si tengo {}?", "¿La inyección puede causar {}?", "Mi perro tiene {}.", "Gracias, sin {}.",
)  # fmt: skip
ACHES = ("nausea", "headache", "tiredness", "constipation", "soreness", "muscle aches", "dizziness", "joint pain")
MILD = (
    "Mild {}.", "A little {} today.", "I have slight {}.", "Some mild {} after treatment, manageable.",
    "I have a bit of {}, nothing major.", "Just some {} and Tylenol helps.", "{} yesterday, gone today.",
)  # fmt: skip
PLACES = ("hip", "knee", "shoulder", "back", "neck", "rib", "ankle", "lower back")
STEADY = (
    "My usual {} pain is the same.", "My {} pain is about the same as always, 3 out of 10.", "Same old {} ache.",
    "The {} pain has not changed in months.", "My {} pain is controlled with my pills.",
    "My {} is a little sore after gardening.", "{} pain 2/10 today, patch is working.",
)  # fmt: skip
SUDDEN = (
    "New severe {} pain since last night, I cannot stand it.", "Sudden sharp pain in my {}, I can't move it.",
    "My {} pain is suddenly much worse and nothing helps.", "I fell and my {} is swollen and very painful.",
    "I heard a crack in my {}.",
)  # fmt: skip
DAYS = ("Monday", "Friday at 10", "the 14th", "next week", "tomorrow", "Dec 3", "Thursday 2:30 pm", "noon")
PLANS = (
    "Please cancel my appointment on {}", "I can't come on {}", "Can I come {} instead?", "I will be there {}",
    "Can we move it to {}?", "I can't go on {}", "I cannot make it {}, sorry", "See you {}", "Is {} still ok?",
)  # fmt: skip


def paged(wrappings: Sequence[str], signs: Sequence[str], *, page: bool) -> list[str]:
    """The texts that do (not) page."""
    texts = [wrapping.format(sign) for wrapping in wrappings for sign in signs]
    return [text for text in texts if read(text, STARTER_RULES).page is page]


@pytest.mark.parametrize(("wrappings", "signs"), [(AROUND, SENTENCES), (DICHOS, SIGNOS), (SUDDEN, PLACES)])
def test_a_sign_pages_whatever_stands_around_it(wrappings: Sequence[str], signs: Sequence[str]) -> None:
    assert not paged(wrappings, signs, page=False)


@pytest.mark.parametrize(
    ("wrappings", "signs"), [(DENIED, SIGNS), (NEGADOS, SIGNOS), (MILD, ACHES), (STEADY, PLACES), (PLANS, DAYS)]
)
def test_what_is_denied_past_mild_or_planned_does_not_page(wrappings: Sequence[str], signs: Sequence[str]) -> None:
    assert not paged(wrappings, signs, page=True)


@pytest.mark.parametrize(("wrappings", "signs"), [(DENIED, SIGNS), (NEGADOS, SIGNOS)])
def test_a_denied_sign_is_never_silent(wrappings: Sequence[str], signs: Sequence[str]) -> None:
    texts = [wrapping.format(sign) for wrapping in wrappings for sign in signs]
    assert all(read(text, STARTER_RULES).review for text in texts)


@pytest.mark.parametrize("text", ["Temp {}", "My temperature is {}", "fever of {}", "Tengo {} de fiebre"])
def test_every_fever_pages_and_no_normal_temperature_does(text: str) -> None:
    for fever in ("100.4", "100.5", "101", "102", "103.4", "38", "38.3", "39", "39,5", "40"):
        assert read(text.format(fever), STARTER_RULES).page, fever
    if "fever" not in text and "fiebre" not in text:
        for normal in ("97", "98.6", "99.1", "36.5", "37", "37.4"):
            assert not read(text.format(normal), STARTER_RULES).page, normal
