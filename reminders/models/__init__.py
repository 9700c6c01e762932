"""The tables of reminders, one file for each noun."""

from reminders.models.conversation import CalendarEntry, TickedTask, VisitQuestion
from reminders.models.planned import PlannedReminder, ReminderTry
from reminders.models.rule import ReminderRule
from reminders.models.schedule import Schedule, Visit
from reminders.models.treatment import Treatment

__all__ = [
    "CalendarEntry",
    "PlannedReminder",
    "ReminderRule",
    "ReminderTry",
    "Schedule",
    "TickedTask",
    "Treatment",
    "Visit",
    "VisitQuestion",
]
