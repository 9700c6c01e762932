"""The linter refuses what must not leave, names the letter or the word, and offers another where there is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.delivery import Channel
from messaging.domain.linter import Code, Finding, House, Key, Text, findings, longest, speaks_to_staff, substitute

WORST = {"clinic": "Bayside Bone & Infusion", "day": "Wed, Sep 30", "time": "11:30 AM", "phone": "(202) 555-0123"}


def easy(text: str, language: str) -> float:
    """Read in the third year of school."""
    return 3.0


def hard(text: str, language: str) -> float:
    """Read in college, if at all."""
    return 11.6


HOUSE = House(languages=("en", "es"), worst={"en": WORST, "es": WORST}, grade=easy)
EN = "{clinic}: your visit is {day} at {time}. Questions? Call {phone}."
ES = "{clinic}: su cita es {day} a las {time}. Llame al {phone}."


def pair(en: str = EN, es: str = ES) -> dict[Key, Text]:
    """A text in both languages."""
    return {("en", Channel.SMS): Text("", en), ("es", Channel.SMS): Text("", es)}


def found(
    texts: dict[Key, Text], *, house: House = HOUSE, name: str = "visit_soon", detail: bool = False
) -> list[Finding]:
    """What the linter says."""
    return findings(name, texts, house, detail=detail)


def codes(texts: dict[Key, Text], **more: object) -> list[Code]:
    """Only what it is about."""
    return [finding.code for finding in found(texts, **more)]  # type: ignore[arg-type]


def test_a_good_text_has_no_findings() -> None:
    assert found(pair()) == []


def test_a_language_that_is_missing_is_named() -> None:
    (finding,) = found({("en", Channel.SMS): Text("", EN)})
    assert (finding.code, finding.language, finding.refuses) == (Code.MISSING_LANGUAGE, "es", True)


@pytest.mark.parametrize("invited", ["Reply YES to confirm.", "Text CANCEL to move it.", "Reply 1 or STOP."])
def test_a_word_that_carriers_act_upon_is_refused_as_an_answer(invited: str) -> None:
    assert codes(pair(en=f"{EN} {invited}")) == [Code.CARRIER_WORD]


def test_a_blank_that_nobody_fills_is_named() -> None:
    texts = pair(en=EN.replace("{day}", "{date}"), es=ES.replace("{day}", "{date}"))
    assert {finding.words for finding in found(texts)} == {"Nobody gives a value for {date}."}


def test_a_blank_that_one_language_has_and_the_other_lacks_is_named() -> None:
    (finding,) = found(pair(es="{clinic}: su cita es {day}. Llame al {phone}."))
    assert (finding.code, finding.language) == (Code.MISSING_BLANK, "es")
    assert finding.words == "{time} is missing here; en has it."


def test_a_brace_without_a_partner_is_refused_and_hides_nothing_else() -> None:
    assert codes(pair(en="{clinic}: your visit is {day", es=f"{ES} Responda PARAR.")) == [
        Code.BRACES,
        Code.CARRIER_WORD,
    ]


def test_length_is_judged_with_the_longest_values_and_not_with_the_blanks() -> None:
    en = "{clinic} " * 14
    assert codes(pair(en=en, es=en)) == [Code.TOO_LONG, Code.TOO_LONG]
    short = House(languages=("en", "es"), worst={"en": {"clinic": "Bay"}, "es": {"clinic": "Bay"}}, grade=HOUSE.grade)
    assert found(pair(en=en, es=en), house=short) == []


@pytest.mark.parametrize(("letter", "instead"), [("😊", ":)"), ("→", "->"), ("日", "")])
def test_a_dear_letter_is_named_with_what_stands_in_for_it(letter: str, instead: str) -> None:
    (finding,) = found(pair(en=f"{EN} {letter}"))
    assert (finding.code, finding.suggestion) == (Code.DEAR_LETTER, instead)
    assert letter in finding.words


def test_letters_that_are_folded_by_themselves_are_no_matter() -> None:
    assert found(pair(es=f"{ES} ¿Está bien así? “Gracias…”")) == []


def test_a_clinic_whose_name_makes_every_text_dear_is_found_out() -> None:
    worst = WORST | {"clinic": "Клиника"}
    house = House(languages=("en", "es"), worst={"en": WORST, "es": worst}, grade=HOUSE.grade)
    (finding,) = found(pair(), house=house)
    assert (finding.code, finding.language) == (Code.DEAR_VALUE, "es")
    assert "{clinic}" in finding.words


def test_hard_reading_is_refused_for_patients_and_no_matter_for_staff() -> None:
    house = House(languages=("en", "es"), worst={"en": WORST, "es": WORST}, grade=hard)
    assert codes(pair(), house=house) == [Code.HARD_TO_READ, Code.HARD_TO_READ]
    assert codes(pair(), house=house, name="nurse_list") == []


@pytest.mark.parametrize("word", ["Zometa", "denosumab", "cancer", "Oncology", "quimioterapia", "huesos"])
def test_what_gives_an_illness_away_is_named_unless_detail_was_agreed_to(word: str) -> None:
    texts = pair(en=f"{EN} It is your {word} visit.")
    (finding,) = found(texts)
    assert (finding.code, word in finding.words) == (Code.TELLS, True)
    assert found(texts, detail=True) == []


def test_a_mail_needs_a_subject_that_is_not_too_long() -> None:
    def mail(subject: str) -> dict[Key, Text]:
        return {(language, Channel.EMAIL): Text(subject, EN) for language in ("en", "es")}

    assert codes(mail("")) == [Code.SUBJECT, Code.SUBJECT]
    assert codes(mail("x" * 121)) == [Code.SUBJECT, Code.SUBJECT]
    assert codes(mail("Your visit {day}")) == []


def test_what_a_voice_cannot_say_is_refused() -> None:
    said = {(language, Channel.VOICE): Text("", "Press 1. See https://example.org") for language in ("en", "es")}
    assert codes(said) == [Code.UNSPEAKABLE, Code.UNSPEAKABLE]


def test_an_empty_text_is_refused() -> None:
    assert codes(pair(en=" \n")) == [Code.EMPTY, *[Code.MISSING_BLANK]]


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_written_the_linter_answers(en: str, es: str) -> None:
    for finding in found(pair(en=en, es=es)):
        assert finding.words
        assert finding.language in HOUSE.languages


@given(st.characters())
def test_a_substitute_can_always_be_sent(letter: str) -> None:
    assert not [one for one in substitute(letter) if substitute(one) != one]


def test_the_longest_value_is_the_one_that_weighs_most() -> None:
    assert longest(["short", "the longest of all", "Я"]) == "Я"
    assert longest(["a", "b" * 20, "c" * 19]) == "b" * 20
    assert longest([]) == ""


def test_only_wordings_for_staff_speak_to_staff() -> None:
    assert speaks_to_staff("nurse_list")
    assert speaks_to_staff("page_voice_line")
    assert not speaks_to_staff("page_link")
    assert not speaks_to_staff("visit_confirm")
