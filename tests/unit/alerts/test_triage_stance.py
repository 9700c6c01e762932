"""How a sign is meant: denied, past, supposed, asked in general, of somebody else; and doubt resolves upward."""

from __future__ import annotations

import pytest

from alerts.domain.triage import Stance, read
from alerts.starter.triggers import STARTER_RULES


def stances(text: str, concept: str) -> set[Stance]:
    return {sign.stance for sign in read(text, STARTER_RULES).evidence if sign.concept == concept}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("I have no numbness in my legs", "legs.numb"),
        ("My toes are not numb", "legs.numb"),
        ("No fever, chills or bleeding", "bleed.site"),
        ("Any fever? No.", "fever"),
        ("fever: none", "fever"),
        ("No he presentado fiebre ni sangrado.", "bleed.site"),
    ],
)
def test_what_is_denied_does_not_page_and_is_still_read_by_a_person(text: str, concept: str) -> None:
    reading = read(text, STARTER_RULES)
    assert stances(text, concept) == {Stance.NEGATED}
    assert not reading.page
    assert reading.review
    assert "is denied" in reading.why


@pytest.mark.parametrize(
    "text",
    [
        "no fever but cant feel my feet",
        "No fever, no cough, my legs are weak",
        "No idea why but my toes are numb",
        "I do not know why my legs are numb",
        "not sure if it matters, my legs gave out",
        "I'm not one to complain, but my legs are weak",
        "Never felt pain like this in my spine",
        "no strength left in my right leg",
        "I cannot feel my legs",
        "The numbness isn't better, it's worse",
        "My leg weakness hasn't improved",
        "The bleeding has not stopped",
        "No hay fiebre, pero hoy noto las piernas débiles.",
        "no siento las piernas",
    ],
)
def test_a_no_denies_nothing_beyond_its_reach(text: str) -> None:
    assert read(text, STARTER_RULES).page


@pytest.mark.parametrize(
    ("text", "concept", "stance"),
    [
        ("I broke my wrist ten years ago.", "bone.broken", Stance.PAST),
        ("My fever in March is over and my doctor cleared me.", "fever", Stance.PAST),
        ("The tingling went away weeks ago and has never returned.", "numb.alone", Stance.PAST),
        ("What should I do if I ever get a fever?", "fever", Stance.HYPOTHETICAL),
        ("If my legs ever went numb who would I call?", "legs.numb", Stance.HYPOTHETICAL),
        ("Does the bone medicine cause fevers?", "fever", Stance.QUESTION),
        ("Can weak bones break easily?", "bone.broken", Stance.QUESTION),
        ("My dog broke his leg at the park", "bone.broken", Stance.ELSEWHERE),
        ("The baby next door has a fever", "fever", Stance.ELSEWHERE),
    ],
)
def test_what_is_past_supposed_asked_or_anothers_waits_for_a_person(text: str, concept: str, stance: Stance) -> None:
    reading = read(text, STARTER_RULES)
    assert stances(text, concept) == {stance}
    assert not reading.page
    assert reading.review


@pytest.mark.parametrize(
    "text",
    [
        "My numbness went away in March but it came back last night.",
        "I had weak legs in 2019. It's happening again today.",
        "My fever is gone but now I can't feel my feet",
        "If I stand up my legs buckle",
        "Is it normal for my poop to be black?",
        "Should I worry that I can't pee?",
        "my dog is fine but I can't feel my feet",
        "My friend had numb legs once. Now I do too.",
        "The dog pulled her over and her hip hurts badly",
        "dr said call if legs get weak. well. they got weak",
    ],
)
def test_doubt_resolves_upward(text: str) -> None:
    assert read(text, STARTER_RULES).page


def test_a_denial_does_not_lower_what_is_said_beside_it() -> None:
    reading = read("I don't have a fever but I do have trouble walking since yesterday.", STARTER_RULES)
    assert stances("I don't have a fever but I do have trouble walking since yesterday.", "fever") == {Stance.NEGATED}
    assert [fired.rule for fired in reading.fired] == ["mscc_neuro"]


def test_words_that_play_a_pain_down_keep_it_from_paging() -> None:
    assert not read("My usual back pain is about the same, 3 out of 10.", STARTER_RULES).page
    assert read("My usual back pain is suddenly much worse at night.", STARTER_RULES).page
    assert not read("A little tired and slightly queasy after treatment.", STARTER_RULES).page
    assert read("Very tired and queasy since Monday.", STARTER_RULES).page
