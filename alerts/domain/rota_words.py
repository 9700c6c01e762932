"""The vocabulary of the rota: what put somebody on call, and what a responder is asked by text."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """What put somebody on call."""

    ROTATION = "rotation"
    SHIFT = "shift"
    OVERRIDE = "override"
    SWAP = "swap"
    READINESS = "readiness"  # an override that the product made, because somebody could not be reached


class Question(StrEnum):
    """What a responder is asked by text, and answers with the code that stands in it."""

    VERIFY = "verify"  # is this your number?
    READY = "ready"  # does a page reach you before this shift?
    HANDOFF = "handoff"  # do you take over?
    SWAP = "swap"  # do you agree to this swap?
