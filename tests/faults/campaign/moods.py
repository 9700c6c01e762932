"""How the campaign's carrier may misbehave, and what it does to one request: decided by the seed alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import StrEnum


class Mood(StrEnum):
    """What befalls one request to create. "Taken" means that the message leaves."""

    FINE = "taken and answered"
    BUSY = "429, not taken"
    BUSY_WAIT = "429 with Retry-After, not taken"
    DOWN = "503, not taken"
    DOWN_TAKEN = "503, and taken all the same"
    DROP = "line dropped before it was taken"
    DROP_TAKEN = "taken, line dropped before the answer"
    SLOW_TAKEN = "taken at once, answered after the timeout"
    LATE = "taken after the timeout"
    TRUNCATED = "taken, the answer cut short"
    HTML = "taken, a page of HTML in place of the answer"
    NOT_JSON = "taken, the answer no JSON"
    STRANGER = "a stranger's 403, not taken"
    ERROR_INSIDE = "200 with an error inside, not taken"


class Callbacks(StrEnum):
    """What becomes of the receipts of one message."""

    ONE = "one, in time"
    BOTH = "sent, then delivered"
    LOST = "lost"
    DOUBLED = "doubled"
    REORDERED = "delivered before sent"
    EARLY = "before the answer"


Weather = Mapping[str, float]

#: How likely each mood is on an ordinary day of the campaign.
MILD: Weather = {
    # Each of these silences its sender for two seconds, as it should: more of them would be one long storm.
    Mood.BUSY: 0.0002,
    Mood.BUSY_WAIT: 0.0002,
    Mood.DOWN: 0.01,
    Mood.DOWN_TAKEN: 0.01,
    Mood.DROP: 0.005,
    Mood.DROP_TAKEN: 0.01,
    Mood.SLOW_TAKEN: 0.002,
    Mood.LATE: 0.002,
    Mood.TRUNCATED: 0.004,
    Mood.HTML: 0.003,
    Mood.NOT_JSON: 0.003,
    Mood.STRANGER: 0.001,
    Mood.ERROR_INSIDE: 0.002,
}
CALM: Weather = {}
STORMS: Mapping[str, Weather] = {
    "429 without Retry-After": {Mood.BUSY: 0.8},
    "429 with Retry-After": {Mood.BUSY_WAIT: 0.8},
    "503": {Mood.DOWN: 0.4, Mood.DOWN_TAKEN: 0.3},
    "accepted, then dropped": {Mood.DROP_TAKEN: 0.5, Mood.DROP: 0.1},
    "slower than the timeout": {Mood.SLOW_TAKEN: 0.15, Mood.LATE: 0.1},
    "unreadable answers": {Mood.TRUNCATED: 0.15, Mood.HTML: 0.15, Mood.NOT_JSON: 0.15, Mood.ERROR_INSIDE: 0.1},
}
_CALLBACKS = (
    (Callbacks.LOST, 0.12),
    (Callbacks.DOUBLED, 0.08),
    (Callbacks.REORDERED, 0.05),
    (Callbacks.EARLY, 0.05),
    (Callbacks.BOTH, 0.05),
)


def mood_of(seed: int, name: str, number: int, weather: Weather) -> Mood:
    """What befalls the `number`-th request to create the message called `name`."""
    # No secrets are made here: the same seed must misbehave the same way.
    drawn = random.Random(f"{seed} mood {name} {number}").random()
    for mood, share in weather.items():
        if drawn < share:
            return Mood(mood)
        drawn -= share
    return Mood.FINE


def callbacks_of(seed: int, name: str) -> Callbacks:
    """What becomes of the receipts of the message called `name`."""
    drawn = random.Random(f"{seed} callbacks {name}").random()
    for fate, share in _CALLBACKS:
        if drawn < share:
            return fate
        drawn -= share
    return Callbacks.ONE


def lag_of(seed: int, sid: str) -> float:
    """After how many seconds the carrier's own log shows a message: mostly at once, at times late."""
    drawn = random.Random(f"{seed} lag {sid}").random()
    return 8 * (drawn - 0.8) / 0.2 if drawn > 0.8 else 0.0
