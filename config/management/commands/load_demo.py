"""`manage.py load_demo`: the demo clinic; running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from alerts.demo.load import load as load_red_flags
from inbox.demo import load as load_conversations
from messaging.demo import load as load_wordings
from reminders.demo.clinic import NAME, make_clinic
from reminders.demo.load import CatalogueIncomplete
from reminders.demo.load import load as load_patients


class Command(BaseCommand):
    """Load the demo clinic."""

    help = (
        "Load the demo clinic: invented patients over every kind of treatment, with reminders due within minutes of "
        "loading, nurses on call, and red flags in every state. Running it again writes only what is missing, and "
        "sends nothing a second time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say what there is. Its logins have a published password: never where patients are."""
        if not settings.SANDBOX:
            raise CommandError("The demo has logins that everybody knows; it loads only where the sandbox is on.")
        now = timezone.now()
        try:
            loaded = load_patients(now=now)
        except CatalogueIncomplete as error:
            raise CommandError(str(error)) from error
        red_flags = load_red_flags(make_clinic(), now=now)
        load_conversations(make_clinic(), now=now)
        load_wordings(now=now)
        if loaded.patients:
            self.stdout.write(
                f"{NAME}: {loaded.patients} patients; {loaded.due_soon} reminders are due in the next ten minutes."
            )
        if red_flags.alerts:
            self.stdout.write(
                f"{NAME}: {red_flags.alerts} red flags, {red_flags.open_alerts} of them open; "
                f"{red_flags.warnings} warnings are planned."
            )
        if not loaded.patients and not red_flags.alerts:
            self.stdout.write(f"{NAME} is loaded already; nothing was changed.")
