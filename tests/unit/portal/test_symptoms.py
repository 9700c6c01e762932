"""What a form about symptoms says: the triage of texts finds in it what the rule book says, whatever else is ticked."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textstat import textstat

from alerts.domain.triage import Context, Reading, firing, read
from alerts.domain.words import Tier
from alerts.starter.triggers import STARTER_RULES
from messaging.domain.consent_words import is_stop_among_others
from messaging.domain.consent_words import read as read_wish
from portal.domain.symptoms import LONGEST_WORDS, PAIN, Filled, compose
from portal.domain.symptoms_form import BEGAN, CHANGE, FORM, WORDS
from reminders.domain.replies import read as read_answer

LANGUAGES = sorted(WORDS)
RANK = {"t0": 0, "red": 1, "amber": 2, "green": 3, "": 4}
PAGING = RANK["red"]
FILLED = st.builds(
    Filled,
    signs=st.frozensets(st.sampled_from(sorted(FORM.signs)), max_size=6),
    places=st.frozensets(st.sampled_from(sorted(FORM.places)), max_size=4),
    began=st.sampled_from(["", *BEGAN]),
    change=st.sampled_from(["", *CHANGE]),
    of_another=st.booleans(),
)
#: What people write beside ticks, and what would lower a sign that it stood next to.
MASKS = (
    "no, only joking",
    "It is gone now.",
    "Not really. None of this. I never had any of it!",
    "just kidding, all good now, it passed",
    "My dog has that. Years ago. If it gets worse I will call.",
    "is that normal?",
    "It is only mild, I have had it for years.",
    "no, es broma",
    "Ya se me quitó. No tengo nada.",
    "Nada de esto. Fue hace años.",
    "STOP",
    "1",
)


def reading(filled: Filled, language: str) -> Reading:
    return read(compose(filled, language), STARTER_RULES)


def rank(found: Reading) -> int:
    """How urgent it was found to be."""
    return RANK[found.tier.value if found.tier else ""]


def sure(found: Reading) -> int:
    """How urgent by the signs alone, without what the words around them weigh: that is luck."""
    signs = [piece for piece in found.evidence if not piece.concept.startswith("likely.")]
    return min((RANK[one.tier.value] for one in firing.fire(STARTER_RULES, signs, Context())), default=RANK[""])


def owed(filled: Filled) -> int:
    """What the rule book says of each tick by itself."""
    placed = {
        place.code
        for place in FORM.places.values()
        if any(code != PAIN and place.kind in FORM.signs[code].at for code in filled.signs)
    }
    hurting = filled.places if PAIN in filled.signs else filled.places - placed
    tiers = [FORM.signs[code].tier for code in filled.signs] + [FORM.places[code].tier for code in hurting]
    return min((RANK[tier] for tier in tiers), default=RANK[""])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", FORM.signs)
def test_every_sign_alone_comes_to_what_the_rule_book_says(code: str, language: str) -> None:
    found = reading(Filled(signs=frozenset({code})), language)
    assert rank(found) == RANK[FORM.signs[code].tier], found.why
    assert found.page or found.review


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", FORM.places)
def test_every_place_alone_is_read_as_pain_there(code: str, language: str) -> None:
    found = reading(Filled(places=frozenset({code})), language)
    assert rank(found) == RANK[FORM.places[code].tier], found.why
    assert found.page or found.review


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", FORM.signs)
def test_no_place_when_or_course_lowers_a_sign(code: str, language: str) -> None:
    sign = Filled(signs=frozenset({code}))
    wanted = RANK[FORM.signs[code].tier]
    kinds = [replace(sign, began=began, change=change) for began in ("", *BEGAN) for change in ("", *CHANGE)]
    kinds += [
        replace(sign, places=frozenset({place}), of_another=other) for place in FORM.places for other in (False, True)
    ]
    for filled in kinds:
        found = reading(filled, language)
        # Not by luck either: the sign itself fires, and not what the words around it weigh.
        assert sure(found) <= min(wanted, owed(filled)), compose(filled, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pair_of_signs_comes_to_less_than_either(language: str) -> None:
    for pair in list(combinations(FORM.signs, 2)):
        filled = Filled(signs=frozenset(pair))
        assert sure(reading(filled, language)) <= owed(filled), compose(filled, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_signs_of_too_much_calcium_page_a_nurse(language: str) -> None:
    group = ("thirst", "pee_lots", "constipated", "sick", "appetite", "tired")
    for pair in combinations(group, 2):
        assert reading(Filled(signs=frozenset(pair)), language).page, pair


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_feels_fine_raises_nothing(language: str) -> None:
    for other in (False, True):
        found = reading(Filled(fine=True, of_another=other), language)
        assert not found.fired
        assert not found.review


@pytest.mark.parametrize("language", LANGUAGES)
def test_feeling_fine_is_not_said_where_anything_is_ticked(language: str) -> None:
    text = compose(Filled(fine=True, signs=frozenset({"walk"})), language)
    assert WORDS[language].say["fine"] not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", MASKS)
def test_free_words_cannot_talk_a_ticked_sign_away(words: str, language: str) -> None:
    for code, sign in FORM.signs.items():
        found = reading(Filled(signs=frozenset({code}), words=words), language)
        assert sure(found) <= RANK[sign.tier], compose(Filled(words=words), language)


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("I cannot feel my legs", Tier.RED),
        ("no siento las piernas", Tier.RED),
        ("i want to end my life", Tier.T0),
        ("quiero acabar con mi vida", Tier.T0),
        ("my back hurts so bad at night", Tier.RED),
        ("tengo fiebre de 39", Tier.RED),
    ],
)
def test_free_words_are_read_as_well(words: str, tier: Tier) -> None:
    for language in LANGUAGES:
        for signs in (frozenset[str](), frozenset({"headache"}), frozenset({"jaw"})):
            assert rank(reading(Filled(signs=signs, words=words), language)) <= RANK[tier.value]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(filled=FILLED, words=st.text(max_size=120), language=st.sampled_from(LANGUAGES))
def test_whatever_is_ticked_and_written_comes_to_no_less_than_its_parts(
    filled: Filled, words: str, language: str
) -> None:
    found = reading(replace(filled, words=words), language)
    assert sure(found) <= owed(filled)
    assert found.page or found.review or not (filled.signs or filled.places)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(filled=FILLED, sign=st.sampled_from(sorted(FORM.signs)), language=st.sampled_from(LANGUAGES))
def test_ticking_more_never_lowers_what_was_found(filled: Filled, sign: str, language: str) -> None:
    more = reading(replace(filled, signs=filled.signs | {sign}), language)
    assert sure(more) <= sure(reading(filled, language))


@settings(deadline=None, max_examples=60)
@given(filled=FILLED, language=st.sampled_from(LANGUAGES))
def test_what_is_ticked_is_no_opt_out_and_no_answer_about_a_visit(filled: Filled, language: str) -> None:
    text = compose(filled, language)
    assert not is_stop_among_others(text)
    assert read_wish(text) is None
    assert read_answer(text) is None


def test_words_on_the_page_that_ask_for_silence_are_heard_beside_a_sign() -> None:
    assert is_stop_among_others(compose(Filled(signs=frozenset({"walk"}), words="stop texting me"), "en"))


def test_a_sign_is_said_of_the_places_that_fit_it_and_the_others_hurt() -> None:
    text = compose(Filled(signs=frozenset({"weak"}), places=frozenset({"left_foot", "lower_back"})), "en")
    assert "New weakness: foot (left)." in text
    assert "Pain: lower back." in text
    assert "Pain: foot" not in text
    assert "in a leg or an arm" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_at_once_is_one_text_that_can_be_kept(language: str) -> None:
    everything = Filled(signs=frozenset(FORM.signs), places=frozenset(FORM.places), words="x" * 9_000, change="worse")
    text = compose(everything, language)
    assert text.count("x" * 50) == LONGEST_WORDS // 50
    assert len(text) < 20_000
    assert rank(read(text, STARTER_RULES)) == RANK["t0"]


def test_the_questions_are_as_plain_as_a_text() -> None:
    asked = ". ".join(words.ask for words in WORDS["en"].signs.values())
    assert textstat.flesch_kincaid_grade(asked) <= 8
