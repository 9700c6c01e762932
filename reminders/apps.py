"""The reminders app."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Treatments, schedules, visits, the ladder, and planned reminders."""

    name = "reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        """Listen to changes of patients, and register the checks of the ladder."""
        from reminders import checks, signals  # noqa: F401 - Django forbids model imports any earlier
