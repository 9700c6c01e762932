"""Several questions at once, and none to a provider that is silent."""

from __future__ import annotations

import threading

import pytest

from messaging.asking import HANDS, ask_all
from messaging.channels.base import TransientFailure


def test_answers_come_in_the_order_of_the_questions() -> None:
    answers = ask_all(lambda number: number * 2, list(range(50)))
    assert answers.given == [(number, number * 2) for number in range(50)]
    assert (answers.failed, answers.unasked, answers.silent) == ([], [], False)


@pytest.mark.parametrize("questions", [[], [1]])
def test_few_questions_need_no_hands(questions: list[int]) -> None:
    here = threading.get_ident()
    asked_by = [answer for _, answer in ask_all(lambda _: threading.get_ident(), questions).given]
    assert asked_by == [here] * len(questions)


def test_many_are_put_at_once() -> None:
    # The hands meet here: one after the other they would wait for each other for ever.
    meeting = threading.Barrier(HANDS, timeout=10)
    answers = ask_all(lambda number: meeting.wait() if number else -1, list(range(HANDS + 1)))
    assert len(answers.given) == HANDS + 1


def test_a_silent_provider_is_asked_once() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        raise TransientFailure("connect")

    answers = ask_all(ask, list(range(100)))
    assert asked == [0]
    assert (answers.given, answers.failed, answers.unasked, answers.silent) == ([], [0], list(range(1, 100)), True)


def test_one_that_falls_silent_on_the_way_is_left_alone_soon() -> None:
    def ask(number: int) -> int:
        if number >= 20:
            raise TransientFailure("connect")
        return number

    answers = ask_all(ask, list(range(200)))
    assert [number for number, _ in answers.given] == list(range(20))
    assert 1 <= len(answers.failed) <= HANDS
    assert len(answers.unasked) == 180 - len(answers.failed)
    assert answers.silent


def test_a_bug_in_a_channel_costs_one_answer() -> None:
    def ask(number: int) -> int:
        return 1 // number

    answers = ask_all(ask, [1, 0, 1])
    assert answers.given == [(1, 1), (1, 1)]
    assert (answers.failed, answers.silent) == ([0], False)
