"""What staff call the parts of a red flag: stages, channels, steps, waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from alerts.domain.policy import Policy, Step, Target
from alerts.domain.words import AlertState, Tier
from alerts.models import Rotation
from messaging.domain.delivery import Channel

CHANNELS: Mapping[Channel, Any] = {
    Channel.SMS: lazy("text"),
    Channel.VOICE: lazy("call"),
    Channel.EMAIL: lazy("e-mail"),
}
STAGES: Mapping[AlertState, Any] = {
    AlertState.RAISED: lazy("Waits for opening"),
    AlertState.PAGED: lazy("Nobody has it yet"),
    AlertState.ACCEPTED: lazy("Taken"),
    AlertState.REACHED: lazy("Patient reached"),
    AlertState.CLOSED: lazy("Closed"),
}
TIERS: Mapping[Tier, Any] = {
    Tier.T0: lazy("911 now"),
    Tier.RED: lazy("Red"),
    Tier.AMBER: lazy("Amber"),
    Tier.GREEN: lazy("Green"),
}
VIA: Mapping[str, Any] = {
    "text": lazy("by text"),
    "link": lazy("by the link"),
    "call": lazy("by a keypress in the call"),
    "admin": lazy("in the admin"),
    "clock": lazy("by the clock"),
    "watchdog": lazy("by the watchdog"),
}

#: As days on which turns change.
_WEEKLY = (
    lazy("Mondays"),
    lazy("Tuesdays"),
    lazy("Wednesdays"),
    lazy("Thursdays"),
    lazy("Fridays"),
    lazy("Saturdays"),
    lazy("Sundays"),
)


def turn_in_words(rotation: Rotation) -> str:
    """`1 week, Mondays 08:00`; `3 days, at 08:00`: how long a turn lasts, and when they change."""
    if rotation.turn_unit == Rotation.Unit.WEEKS:
        length = ngettext("%(count)s week", "%(count)s weeks", rotation.turn_length)
    else:
        length = ngettext("%(count)s day", "%(count)s days", rotation.turn_length)
    said = {
        "length": length % {"count": rotation.turn_length},
        "weekday": _WEEKLY[rotation.starts_on.weekday()],
        "time": f"{rotation.handover:%H:%M}",
    }
    weekly = rotation.turn_days % 7 == 0
    return (_("%(length)s, %(weekday)s %(time)s") if weekly else _("%(length)s, at %(time)s")) % said


def channels_in_words(channels: Iterable[Channel | str]) -> str:
    """`text and call`."""
    words = [str(CHANNELS[Channel(channel)]) for channel in channels]
    return f" {_('and')} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def whom_in_words(step: Step) -> str:
    """`backup nurse`, `everyone of the rota: manager`, or a name."""
    if step.target is Target.TEAM and step.role:
        return _("everyone of the rota: %(role)s") % {"role": _(step.role.words)}
    return _(step.whom)


def step_in_words(step: Step) -> str:
    """`backup nurse by text and call`."""
    return _("%(whom)s by %(channels_in_words)s") % {
        "whom": whom_in_words(step),
        "channels_in_words": channels_in_words(step.channels),
    }


def place_in_words(policy: Policy, position: int) -> str:
    """`step 3`, `ring, step 1, round 2`: where in a policy a position lies."""
    if position < len(policy.ladder):
        return _("step %(position)s") % {"position": position + 1}
    rounds, place = divmod(position - len(policy.ladder), len(policy.ring))
    return _("ring, step %(place)s, round %(rounds)s") % {"place": place + 1, "rounds": rounds + 1}


def span_in_words(span: timedelta) -> str:
    """`2 h 05 min`, `3 min 20 s`, `45 s`: a wait as people say it."""
    seconds = max(0, round(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return (
            _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02}"} if minutes else f"{hours} h"
        )
    if minutes:
        return (
            _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": f"{seconds:02}"}
            if seconds
            else _("%(minutes)s min") % {"minutes": minutes}
        )
    return f"{seconds} s"


def running(span: timedelta) -> str:
    """`2:10`, `1:02:10`: a clock that runs, as board.js goes on writing it."""
    seconds = max(0, int(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
