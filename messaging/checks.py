"""System checks of messaging: what would otherwise be noticed only when a message is due.

E001 a message template is missing, malformed, or invites a word that carriers own
E002 an inbound handler cannot be imported
E003 a channel cannot be imported
W004 no sender is a number, so that no call can be placed
E005 whoever is told of trouble with sending cannot be imported
E006 whoever hears of a yes or a no cannot be imported
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from messaging import wordings
from messaging.channels import REGISTRY
from messaging.domain.address import is_phone


def check_wordings(**_: Any) -> list[CheckMessage]:
    """E001: one error for each problem of a template."""
    return [Error(problem, id="messaging.E001") for problem in wordings.problems()]


def check_paths(**_: Any) -> list[CheckMessage]:
    """E002, E003, E005 and E006: dotted paths in the settings lead somewhere."""
    chosen = REGISTRY | getattr(settings, "MESSAGE_CHANNELS", {})
    return [
        *_unimportable(settings.INBOUND_HANDLERS, "messaging.E002", "INBOUND_HANDLERS"),
        *_unimportable(chosen.values(), "messaging.E003", "MESSAGE_CHANNELS"),
        *_unimportable([settings.OPERATOR_ALARM], "messaging.E005", "OPERATOR_ALARM"),
        *_unimportable([settings.ON_OPT_OUT, *settings.ON_OPT_IN], "messaging.E006", "ON_OPT_OUT or ON_OPT_IN"),
    ]


def check_callers(**_: Any) -> list[CheckMessage]:
    """W004: a page by phone needs a number to call from; a messaging service sends texts only."""
    if any(is_phone(str(sender)) for sender in (settings.TWILIO_FROM_ALERTS, settings.TWILIO_FROM_REMINDERS)):
        return []
    words = "TWILIO_FROM_ALERTS and TWILIO_FROM_REMINDERS are messaging services: nobody can be called"
    hint = "Set TWILIO_FROM_ALERTS to a number that can place calls, or page by text and mail alone."
    return [Warning(words, hint=hint, id="messaging.W004")]


def _unimportable(paths: Iterable[str], number: str, setting: str) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for path in paths:
        try:
            import_string(path)
        except ImportError as error:
            errors.append(Error(f"{setting}: {error}", id=number))
    return errors
