"""Twilio's vocabulary: complete where it matters, readable, and never taken for good news."""

from __future__ import annotations

from messaging.channels.twilio_codes import CALL_STATUSES, CODES, STATUSES, words_for
from messaging.domain.delivery import Status
from messaging.domain.reactions import Reaction


def test_the_codes_that_decide_about_people_have_the_right_reaction() -> None:
    assert CODES["21610"].reaction is Reaction.OPT_OUT
    for code in ("21211", "21614", "30005", "30006"):
        assert CODES[code].reaction is Reaction.ADDRESS
    for code in ("20429", "30001", "30003", "30017"):
        assert CODES[code].reaction is Reaction.RETRY
    for code in ("20003", "30002"):
        assert CODES[code].reaction is Reaction.HOLD, "a broken account must not fail the queue"
        assert CODES[code].account
    for code in ("21602", "21604", "21617"):
        assert CODES[code].reaction is Reaction.OPERATOR


def test_words_are_for_staff() -> None:
    for code, meaning in CODES.items():
        assert meaning.words[0].islower(), code
        assert not meaning.words.endswith("."), code
        assert len(meaning.words) <= 80
    assert words_for("30003") == CODES["30003"].words
    assert "99999" in words_for("99999")
    assert words_for("")
    assert words_for("²")


def test_every_word_of_twilio_has_one_of_ours() -> None:
    going = ["accepted", "scheduled", "queued", "sending", "sent"]
    ended = ["delivered", "undelivered", "failed", "canceled", "read", "partially_delivered"]
    assert {*going, *ended} == set(STATUSES)
    assert {word for word, status in STATUSES.items() if status is Status.DELIVERED} == {"delivered", "read"}


def test_every_word_about_a_call_has_one_of_ours() -> None:
    assert CALL_STATUSES == {
        "queued": Status.ACCEPTED,
        "initiated": Status.ACCEPTED,
        "ringing": Status.SENT,
        "in-progress": Status.SENT,
        "completed": Status.DELIVERED,
        "busy": Status.UNDELIVERED,
        "no-answer": Status.UNDELIVERED,
        "failed": Status.FAILED,
        "canceled": Status.FAILED,
    }


def test_a_call_that_ended_badly_says_why_in_words_of_its_own() -> None:
    ended = [word for word, status in CALL_STATUSES.items() if status in (Status.UNDELIVERED, Status.FAILED)]
    words = {words_for("", call=word) for word in ended}
    assert len(words) == len(ended)
    assert words_for("", call="no-answer") == "nobody picked up"
    assert words_for("21215", call="failed") == CODES["21215"].words, "a code says more"
    assert words_for("", call="teleported")
