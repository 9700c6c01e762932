"""The admin of messages: what happened, and what may be decided about sending."""

from messaging.admin.codes import CodeReactionAdmin
from messaging.admin.faults import AddressFaultAdmin
from messaging.admin.pause import SendingPauseAdmin
from messaging.admin.records import ConsentEventAdmin, InboundMessageAdmin, MessageAdmin
from messaging.admin.senders import SenderAdmin
from messaging.admin.words import WordingVersionAdmin

__all__ = [
    "AddressFaultAdmin",
    "CodeReactionAdmin",
    "ConsentEventAdmin",
    "InboundMessageAdmin",
    "MessageAdmin",
    "SenderAdmin",
    "SendingPauseAdmin",
    "WordingVersionAdmin",
]
