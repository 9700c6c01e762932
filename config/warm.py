"""Reading in what a red flag needs before the first one comes: rooms, lexicon, the carrier's client."""

from __future__ import annotations

import gc

from django.conf import settings
from django.utils.module_loading import import_string

from messaging import channels
from messaging.domain.delivery import Channel


def up() -> None:
    """Import every reader of texts and make the channels of a page; called once by a process that starts."""
    for path in settings.INBOUND_HANDLERS:
        import_string(path)
    for channel in (Channel.SMS, Channel.VOICE):
        channels.member(channel)
    # What was read in stays for good: the collector need not walk the lexicon again and again.
    gc.collect()
    gc.freeze()
