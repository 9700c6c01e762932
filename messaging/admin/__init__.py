"""The admin of messages: what happened, and what may be decided about sending."""

from messaging.admin.records import ConsentEventAdmin, InboundMessageAdmin, MessageAdmin

__all__ = ["ConsentEventAdmin", "InboundMessageAdmin", "MessageAdmin"]
