"""Asking a provider about many messages: several at once, and nothing more once it has fallen silent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from messaging.channels.base import TransientFailure

log = structlog.get_logger(__name__)

Question = TypeVar("Question")
Answer = TypeVar("Answer")

HANDS = 8


@dataclass(frozen=True, slots=True)
class Answers(Generic[Question, Answer]):
    """What was learnt, in the order of the questions."""

    given: list[tuple[Question, Answer]]
    failed: list[Question]  # no answer came
    unasked: list[Question]
    silent: bool  # the provider could not be asked: waiting for its silence at each of the others helps nobody


def ask_all(ask: Callable[[Question], Answer], questions: Sequence[Question]) -> Answers[Question, Answer]:
    """Put all `questions` by `ask`, which knows no database: it is called by other threads.

    The first alone: a provider that is away is asked once.
    """
    silent = threading.Event()
    asked: set[int] = set()

    def put(place: int) -> list[Answer]:
        if silent.is_set():
            return []
        asked.add(place)
        try:
            return [ask(questions[place])]
        except TransientFailure:
            silent.set()
        except Exception as error:  # noqa: BLE001
            # A bug in a channel leaves this one for later and does not stop the others. Not the traceback: the
            # words of an unforeseen error may repeat an address.
            log.error("channel_broke_looking", error=type(error).__name__)
        return []

    said = [put(0)] if questions else []
    if len(questions) > 1:
        with ThreadPoolExecutor(min(HANDS, len(questions) - 1), thread_name_prefix="asking") as pool:
            said += pool.map(put, range(1, len(questions)))
    return Answers(
        given=[(question, answer) for question, answers in zip(questions, said, strict=True) for answer in answers],
        failed=[question for place, question in enumerate(questions) if place in asked and not said[place]],
        unasked=[question for place, question in enumerate(questions) if place not in asked],
        silent=silent.is_set(),
    )
