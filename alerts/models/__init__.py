"""The tables of red flags, one file for each noun."""

from alerts.models.alarm import Alarm, CanaryRun
from alerts.models.alert import Alert, AlertEvent, AlertPage, AlertReport, ReplyCode
from alerts.models.people import Responder
from alerts.models.policy import EscalationPolicy, PolicyStep
from alerts.models.review import NurseReview
from alerts.models.rota import Override, Rota, RotaQuestion, Rotation, RotationMember, SingleShift
from alerts.models.rule import AlertRule, RuleVersion
from alerts.models.warning import PlannedWarning, WarningPlan, WarningRule, WarningText, WarningTry

__all__ = [
    "Alarm",
    "Alert",
    "AlertEvent",
    "AlertPage",
    "AlertReport",
    "AlertRule",
    "CanaryRun",
    "EscalationPolicy",
    "NurseReview",
    "Override",
    "PlannedWarning",
    "PolicyStep",
    "ReplyCode",
    "Responder",
    "Rota",
    "RotaQuestion",
    "Rotation",
    "RotationMember",
    "RuleVersion",
    "SingleShift",
    "WarningPlan",
    "WarningRule",
    "WarningText",
    "WarningTry",
]
