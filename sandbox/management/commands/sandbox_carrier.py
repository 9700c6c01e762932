"""The one background process of the sandbox: the SMTP sink, and the carrier's loop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox.loop import Loop
from sandbox.smtp import sink


class Command(BaseCommand):
    """`manage.py sandbox_carrier`: runs until SIGTERM or Ctrl-C."""

    help = "Runs the stand-in carrier and the mail sink until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the sink, run the loop, close both."""
        if not settings.SANDBOX:
            raise CommandError("SANDBOX is off: the stand-in carrier must not run here.")
        loop = Loop()

        def stop(number: int, frame: FrameType | None) -> None:
            loop.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        try:
            mails = sink(settings.EMAIL_HOST, settings.EMAIL_PORT)
            mails.start()
        except OSError as error:
            raise CommandError(
                f"The mail sink cannot listen on port {settings.EMAIL_PORT}: {error.strerror}"
            ) from error
        self.stdout.write(f"sandbox carrier: at work, mail on {settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
        self.stdout.flush()
        try:
            loop.run()
        finally:
            mails.stop()
        self.stdout.write("sandbox carrier: stopped")
