"""The reminders app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    """Treatments, schedules, visits, the ladder, and planned reminders."""

    name = "reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        """Listen to changes of patients, and register the checks of the ladder."""
        from reminders import checks, signals  # noqa: F401 - Django forbids model imports any earlier
