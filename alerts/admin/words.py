"""What staff call the parts of a red flag: stages, channels, steps, waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from alerts.domain.policy import Policy, Step
from alerts.domain.words import AlertState, Tier
from messaging.domain.delivery import Channel

CHANNELS = {Channel.SMS: "text", Channel.VOICE: "call", Channel.EMAIL: "e-mail"}
STAGES = {
    AlertState.RAISED: "Waits for opening",
    AlertState.PAGED: "Nobody has it yet",
    AlertState.ACCEPTED: "Taken",
    AlertState.REACHED: "Patient reached",
    AlertState.CLOSED: "Closed",
}
TIERS = {Tier.T0: "911 now", Tier.RED: "Red", Tier.AMBER: "Amber", Tier.GREEN: "Green"}
VIA = {
    "text": "by text",
    "link": "by the link",
    "call": "by a keypress in the call",
    "admin": "in the admin",
    "clock": "by the clock",
    "watchdog": "by the watchdog",
}


def channels_in_words(channels: Iterable[Channel | str]) -> str:
    """`text and call`."""
    words = [CHANNELS[Channel(channel)] for channel in channels]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def step_in_words(step: Step) -> str:
    """`backup nurse by text and call`."""
    return f"{step.whom} by {channels_in_words(step.channels)}"


def place_in_words(policy: Policy, position: int) -> str:
    """`step 3`, `ring, step 1, round 2`: where in a policy a position lies."""
    if position < len(policy.ladder):
        return f"step {position + 1}"
    rounds, place = divmod(position - len(policy.ladder), len(policy.ring))
    return f"ring, step {place + 1}, round {rounds + 1}"


def span_in_words(span: timedelta) -> str:
    """`2 h 05 min`, `3 min 20 s`, `45 s`: a wait as people say it."""
    seconds = max(0, round(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {seconds:02} s" if seconds else f"{minutes} min"
    return f"{seconds} s"


def running(span: timedelta) -> str:
    """`2:10`, `1:02:10`: a clock that runs, as board.js goes on writing it."""
    seconds = max(0, int(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
