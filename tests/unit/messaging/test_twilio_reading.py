"""What the carrier answers to a creation, read from status, headers and text alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.channels.base import Accepted, ChannelFailure, PermanentFailure
from messaging.channels.twilio_answers import SID, accepted
from messaging.channels.twilio_codes import STATUSES
from messaging.domain.delivery import Status

NAME = "SM" + "a" * 32
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner), max_leaves=8
)
ANSWERS = st.fixed_dictionaries({}, optional=dict.fromkeys(("sid", "status", "code", "error_code"), ANYTHING))


def read(status: int, text: str) -> Accepted | ChannelFailure:
    try:
        return accepted(status, {}, text, STATUSES)
    except ChannelFailure as failure:
        return failure


@given(st.integers(200, 599), ANSWERS.map(json.dumps) | ANYTHING.map(json.dumps) | st.text(max_size=50))
def test_any_answer_is_a_name_or_a_named_failure_with_words(status: int, text: str) -> None:
    answer = read(status, text)
    if isinstance(answer, Accepted):
        assert SID.fullmatch(answer.provider_id)
    else:
        assert answer.code
        assert answer.words


@given(ANSWERS)
def test_no_yes_is_heard_where_the_status_is_a_no(answer: dict[str, Any]) -> None:
    for status in (302, 400, 401, 404, 408, 429, 500, 503):
        with pytest.raises(ChannelFailure):
            accepted(status, None, json.dumps(answer | {"sid": NAME}), STATUSES)


@pytest.mark.parametrize(
    ("word", "status"),
    [("queued", Status.ACCEPTED), ("accepted", Status.ACCEPTED), ("sent", Status.SENT), (7, Status.ACCEPTED)],
)
def test_a_name_and_a_word_are_all_that_is_read(word: object, status: Status) -> None:
    text = json.dumps({"sid": NAME, "status": word, "date_created": "never", "price": {"a": []}})
    assert accepted(201, None, text, STATUSES) == Accepted(NAME, status)


@pytest.mark.parametrize("word", ["failed", "undelivered", "canceled"])
def test_what_has_ended_already_is_no_success(word: str) -> None:
    text = json.dumps({"sid": NAME, "status": word, "error_code": 30006})
    with pytest.raises(PermanentFailure) as caught:
        accepted(201, None, text, STATUSES)
    assert caught.value.code == "30006"
    with pytest.raises(PermanentFailure) as caught:
        accepted(201, None, json.dumps({"sid": NAME, "status": word}), STATUSES)
    assert caught.value.words
