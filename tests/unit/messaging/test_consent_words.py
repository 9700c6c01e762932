"""Which texts are an opt-out and, as important, which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.consent_words import Wish, is_stop_among_others, read


@pytest.mark.parametrize(
    ("text", "wish", "language"),
    [
        ("STOP", Wish.STOP, None),
        (" Stop. ", Wish.STOP, None),
        ("stop!!!", Wish.STOP, None),
        ("CANCEL", Wish.STOP, None),
        ("revoke", Wish.STOP, None),
        ("OPT OUT", Wish.STOP, "en"),
        ("opt-out", Wish.STOP, "en"),
        ("Please don’t text me anymore", Wish.STOP, "en"),
        ("please dont text me anymore", Wish.STOP, "en"),
        ("No more messages.", Wish.STOP, "en"),
        ("ALTO", Wish.STOP, "es"),
        ("¡Basta!", Wish.STOP, "es"),
        ("No más", Wish.STOP, "es"),
        ("NO MAS", Wish.STOP, "es"),
        ("parar", Wish.STOP, "es"),
        ("Start", Wish.START, None),
        ("UNSTOP", Wish.START, None),
        ("iniciar", Wish.START, "es"),
        ("help", Wish.HELP, None),
        ("Ayuda", Wish.HELP, "es"),
        ("Who is this?", Wish.HELP, "en"),
    ],
)
def test_it_reads_a_wish(text: str, wish: Wish, language: str | None) -> None:
    reading = read(text)
    assert reading is not None
    assert (reading.wish, reading.language) == (wish, language)


@pytest.mark.parametrize(
    "text",
    [
        "Stopped feeling my legs",
        "stop the numbness please",
        "CANCEL my infusion I fell and cant get up",
        "I can't stop shaking",
        "help I fell",
        "when does it end",
        "Please start me on the new pills",
        "no more pain thank you",
        "no mas dolor",
        "",
        "   ",
        "👍",
        "1",
        "yes",
        "si",
        "stop\nmy back hurts",
    ],
)
def test_a_text_that_says_anything_else_is_left_to_those_who_read_it(text: str) -> None:
    assert read(text) is None


def test_what_the_carrier_acted_upon_is_so_whatever_the_words() -> None:
    assert read("enough of this", carrier_says="STOP") is not None
    reading = read("stop", carrier_says="HELP")
    assert reading is not None
    assert reading.wish is Wish.HELP
    assert read("stop", carrier_says="SOMETHING NEW") is None


@given(st.text(max_size=200))
def test_it_reads_any_text_without_breaking(text: str) -> None:
    read(text)


@pytest.mark.parametrize("verb", ["stop", "quit", "end", "no more", "cancel", "no mas", "paren"])
@given(
    st.sampled_from(["pain", "dolor", "visit", "pills", "bleeding", "cita", "smoking", "chemo", "tomorrow", "walking"])
)
def test_a_word_of_ending_with_another_object_is_no_opt_out(verb: str, word: str) -> None:
    assert read(f"{verb} {word}") is None
    assert not is_stop_among_others(f"{verb} the {word}")


@pytest.mark.parametrize(
    "text",
    [
        "stop texting me, I can't feel my legs",
        "STOP. i cant move my legs",
        "please stop the numbness and dont text me anymore",
        "no me escriban más, no siento los pies",
        "my back hurts\nSTOP",
    ],
)
def test_a_wish_for_silence_is_heard_among_other_words(text: str) -> None:
    assert is_stop_among_others(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop the numbness please",
        "the tingling wont stop",
        "stop, i cant pee",
        "make it stop my legs are numb",
        "end this numbness",
        "quiero que pare el hormigueo",
        "I had to stop the car, my legs are jelly",
        "CANCEL my infusion I fell and cant get up",
        "no more feeling in my feet",
        "No more. I want to end it all",
        "CANCEL. I fell and cant get up",
        "it hurts so bad. please stop!",
        "Leave me alone. I cant take this",
        "please dont stop texting me, my legs are numb",
    ],
)
def test_what_should_stop_and_is_no_text_is_no_opt_out(text: str) -> None:
    assert not is_stop_among_others(text)
