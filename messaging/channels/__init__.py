"""The family of channels, and which member serves which kind of message.

CONTRIBUTING.md says how to add one.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from messaging.channels.base import Member
from messaging.domain.delivery import Channel

REGISTRY: dict[str, str] = {
    Channel.SMS: "messaging.channels.twilio.TwilioSms",
    Channel.EMAIL: "messaging.channels.smtp.Mail",
    Channel.VOICE: "messaging.channels.twilio_voice.TwilioVoice",
}


@cache
def member(channel: Channel) -> Member:
    """The member that serves `channel`, made once per process so that its connection stays open.

    `settings.MESSAGE_CHANNELS` puts another member in its place, such as the in-memory one.
    """
    chosen: dict[str, str] = REGISTRY | getattr(settings, "MESSAGE_CHANNELS", {})
    return cast("Member", import_string(chosen[channel])())


@receiver(setting_changed)
def _forget_members(setting: str, **_: Any) -> None:
    if setting.startswith(("TWILIO_", "EMAIL_", "MESSAGE_CHANNELS", "CARRIER_", "DEFAULT_FROM")):
        member.cache_clear()
