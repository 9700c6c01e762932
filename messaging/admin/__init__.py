"""The admin of messages: what happened, and what may be decided about sending."""

from messaging.admin.codes import CodeReactionAdmin
from messaging.admin.faults import AddressFaultAdmin
from messaging.admin.records import ConsentEventAdmin, InboundMessageAdmin, MessageAdmin

__all__ = ["AddressFaultAdmin", "CodeReactionAdmin", "ConsentEventAdmin", "InboundMessageAdmin", "MessageAdmin"]
