"""The wordings of the default ladder: there in every language, short, safe to be read over a shoulder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import fold_to_gsm7, reserved_words, segments
from reminders.catalogue import ROUTE_RUNGS, TREATMENT_RUNGS
from reminders.domain import phrases
from reminders.rendering import VOCABULARY
from tests.support.forbidden_words import named_in

TEMPLATES = sorted({rung.template for rungs in (*ROUTE_RUNGS.values(), *TREATMENT_RUNGS.values()) for rung in rungs})
LANGUAGES = ("en", "es")
#: Nobody is phoned about a reminder.
WRITTEN = (Channel.SMS, Channel.EMAIL)
EVERY_WORDING = [(name, language, channel) for name in TEMPLATES for language in LANGUAGES for channel in WRITTEN]
BEFORE_A_VISIT = [
    name for name in TEMPLATES if name.startswith(("visit_two", "visit_confirm", "visit_day", "visit_same"))
]


def longest(language: str) -> dict[str, str]:
    """Each blank with the longest value it can get: a whole year of days, every minute of one."""
    start, zone = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("America/New_York")
    long_ago = start - timedelta(days=9)
    days = (phrases.day(start + timedelta(days=n), now=long_ago, zone=zone, language=language) for n in range(366))
    clocks = (phrases.clock(start + timedelta(minutes=n), zone=zone, language=language) for n in range(1440))
    return dict(VOCABULARY) | {"clinic": "W" * 24, "day": max(days, key=len), "time": max(clocks, key=len)}


@pytest.mark.parametrize(("name", "language", "channel"), EVERY_WORDING)
def test_it_exists_and_fills_without_a_hole(name: str, language: str, channel: Channel) -> None:
    filled = wordings.load(name, language, channel).filled(longest(language))
    assert filled.body
    assert "{" not in filled.body + filled.subject
    assert bool(filled.subject) is (channel is Channel.EMAIL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_text_fits_one_segment_of_gsm7_with_the_longest_values_and_two_with_a_link(name: str, language: str) -> None:
    wording = wordings.load(name, language, Channel.SMS)
    # Our own words need no folding: the accents that Spanish loses in it are not there in the first place.
    assert segments(wording.body).forcing == ()
    cost = segments(fold_to_gsm7(wording.filled(longest(language)).body))
    assert (cost.encoding, cost.count) == ("GSM-7", 2 if "page" in wording.variables else 1), cost


@pytest.mark.parametrize(("name", "language", "channel"), EVERY_WORDING)
def test_it_names_no_drug_and_no_illness(name: str, language: str, channel: Channel) -> None:
    wording = wordings.load(name, language, channel)
    assert named_in(f"{wording.subject}\n{wording.body}") == []


@pytest.mark.parametrize(("name", "language", "channel"), EVERY_WORDING)
def test_it_says_whom_to_call_and_from_whom_it_is(name: str, language: str, channel: Channel) -> None:
    assert {"phone", "clinic"} <= set(wordings.load(name, language, channel).variables)


@pytest.mark.parametrize(("name", "language", "channel"), EVERY_WORDING)
def test_it_holds_no_word_that_carriers_own(name: str, language: str, channel: Channel) -> None:
    body = wordings.load(name, language, channel).body
    words = {word.strip(".,:;?!¿¡()").upper() for word in body.split()}
    assert not words & {"YES", "CANCEL", "END", "QUIT", "STOP", "START", "HELP", "INFO", "ALTO", "PARAR", "AYUDA"}
    assert not reserved_words(body)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BEFORE_A_VISIT)
def test_before_a_visit_the_day_follows_the_moment_of_sending(name: str, language: str) -> None:
    assert "day" in wordings.load(name, language, Channel.SMS).variables


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_confirmation_asks_for_an_answer_of_one_digit(language: str) -> None:
    invited = {name for name in TEMPLATES if " 1 " in wordings.load(name, language, Channel.SMS).body}
    assert invited == {"visit_confirm"}


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.startswith("how_are_you")])
@pytest.mark.parametrize(("language", "channel"), [(lang, channel) for lang in LANGUAGES for channel in WRITTEN])
def test_whoever_is_asked_how_they_are_learns_where_to_turn_in_an_emergency(
    name: str, language: str, channel: Channel
) -> None:
    assert "911" in wordings.load(name, language, channel).body


def test_the_linter_has_nothing_to_say() -> None:
    assert [problem for problem in wordings.problems(VOCABULARY) if problem.startswith(tuple(TEMPLATES))] == []


def test_the_languages_of_the_product_are_all_tested_here() -> None:
    assert set(settings.MESSAGE_LANGUAGES) == set(LANGUAGES)
