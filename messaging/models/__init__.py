"""What messaging remembers."""

from __future__ import annotations

from messaging.models.conversation import ConsentEvent, InboundMessage, LedgerIsAppendOnly
from messaging.models.message import Attempt, Message, Receipt
from messaging.models.sending import AddressFault, CodeReaction, Sender, SendingPause
from messaging.models.words import WordingText, WordingVersion

__all__ = [
    "AddressFault",
    "Attempt",
    "CodeReaction",
    "ConsentEvent",
    "InboundMessage",
    "LedgerIsAppendOnly",
    "Message",
    "Receipt",
    "Sender",
    "SendingPause",
    "WordingText",
    "WordingVersion",
]
