"""What nurses read says the same in every language, and the times in it are the clinic's."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from alerts.clock import clock
from alerts.domain import nurse_words
from alerts.domain.words import Outcome, Tier
from messaging.domain.wording import fold_to_gsm7, segments

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 for the second time, in the night the clocks go back


def test_every_word_is_there_in_every_language() -> None:
    for language, words in nurse_words.PAGE.items():
        assert words.keys() == nurse_words.PAGE["en"].keys()
        assert all(words.values())
        assert set(nurse_words.OUTCOMES[language]) == set(Outcome)
        assert set(nurse_words.TIERS[language]) == set(Tier)


def test_the_languages_differ() -> None:
    same = [key for key, words in nurse_words.PAGE["en"].items() if nurse_words.PAGE["es"][key] == words]
    assert same == []


def test_outcomes_go_into_a_cheap_text() -> None:
    for words in nurse_words.OUTCOMES.values():
        assert all(segments(fold_to_gsm7(said)).encoding == "GSM-7" for said in words.values())


def test_a_language_that_nobody_speaks_here_is_read_in_the_first() -> None:
    assert nurse_words.language_of("tlh") == "en"


def test_a_time_is_the_clinics_and_says_its_day_when_it_is_another() -> None:
    assert clock(NOW, zone=NEW_YORK, language="en", now=NOW) == "1:30 AM"
    yesterday = datetime(2026, 11, 1, 3, 5, tzinfo=UTC)
    assert clock(yesterday, zone=NEW_YORK, language="en", now=NOW) == "Oct 31, 11:05 PM"
    assert clock(yesterday, zone=NEW_YORK, language="es", now=NOW) == "31 oct, 23:05"
