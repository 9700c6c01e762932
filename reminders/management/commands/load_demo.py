"""`manage.py load_demo`: the demo clinic; running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reminders.demo.clinic import NAME
from reminders.demo.load import CatalogueIncomplete, load


class Command(BaseCommand):
    """Load the demo clinic."""

    help = (
        "Load the demo clinic: invented patients over every kind of treatment, with reminders due within minutes "
        "of loading. Running it again writes only what is missing, and sends nothing a second time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say what there is. Its logins have a published password: never where patients are."""
        if not settings.SANDBOX:
            raise CommandError("The demo has logins that everybody knows; it loads only where the sandbox is on.")
        try:
            loaded = load(now=timezone.now())
        except CatalogueIncomplete as error:
            raise CommandError(str(error)) from error
        if loaded.patients:
            self.stdout.write(
                f"{NAME}: {loaded.patients} patients; {loaded.due_soon} reminders are due in the next ten minutes."
            )
        else:
            self.stdout.write(f"{NAME} is loaded already; nothing was changed.")
