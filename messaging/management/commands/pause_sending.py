"""`manage.py pause_sending`: stop what is routine, until somebody has it resumed; the way in when the admin is away."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from messaging import guard


class Command(BaseCommand):
    """Pause and resume, under a name that stands in the admin afterwards."""

    help = (
        "Pause all routine messages (reminders, warnings, check-ins), or let them leave again. "
        "Answers, pages and everything urgent go on. Without --reason or --resume: says how it stands."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """One of the two, and who wants it."""
        wish = parser.add_mutually_exclusive_group()
        wish.add_argument("--reason", help="Why; staff read it on every page while it lasts.")
        wish.add_argument("--resume", action="store_true", help="Let routine messages leave again.")
        parser.add_argument("--by", default="", help="Who wants it. Default: who is logged in at this machine.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say how it stands now."""
        now, by = timezone.now(), (options["by"] or _login()).strip()
        if options["resume"]:
            resumed = guard.resume(by=by, now=now)
            self.stdout.write("Routine messages leave again." if resumed else "Nothing was paused.")
            return
        if options["reason"] is None:
            standing = guard.paused(now=now)
        elif options["reason"].strip():
            standing = guard.pause(by=by, reason=options["reason"], now=now)
        else:
            raise CommandError("--reason: say why, so that whoever finds it paused knows")
        if standing is None:
            self.stdout.write("Nothing is paused.")
        else:
            began = f"{standing.began_at:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"Routine messages are paused since {began} by {standing.began_by}: {standing.reason}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have no name.
        return "command line"
