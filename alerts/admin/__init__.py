"""The admin of red flags: the board and its stories, rules, policies, the nurse's inbox, people, and the accounts."""

from alerts.admin.alert import AlertAdmin
from alerts.admin.responder import ResponderAdmin

__all__ = ["AlertAdmin", "ResponderAdmin"]
