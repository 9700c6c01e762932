"""The admin of schedules, visits, the catalogue, the ladder and planned reminders."""

from reminders.admin.planned import PlannedReminderAdmin
from reminders.admin.rule import ReminderRuleAdmin
from reminders.admin.schedule import ScheduleAdmin
from reminders.admin.treatment import TreatmentAdmin
from reminders.admin.visit import VisitAdmin

__all__ = ["PlannedReminderAdmin", "ReminderRuleAdmin", "ScheduleAdmin", "TreatmentAdmin", "VisitAdmin"]
