"""The admin of red flags: the board and its stories, rules, policies, the nurse's inbox, people, and the accounts."""

from alerts.admin.alarm import AlarmAdmin
from alerts.admin.alert import AlertAdmin
from alerts.admin.policy import PolicyAdmin
from alerts.admin.responder import ResponderAdmin
from alerts.admin.review import ReviewAdmin
from alerts.admin.rota import OverrideAdmin, RotaAdmin, RotationAdmin, SingleShiftAdmin
from alerts.admin.rule import RuleAdmin
from alerts.admin.warning import PlannedWarningAdmin, WarningRuleAdmin

__all__ = [
    "AlarmAdmin",
    "AlertAdmin",
    "OverrideAdmin",
    "PlannedWarningAdmin",
    "PolicyAdmin",
    "ResponderAdmin",
    "ReviewAdmin",
    "RotaAdmin",
    "RotationAdmin",
    "RuleAdmin",
    "SingleShiftAdmin",
    "WarningRuleAdmin",
]
