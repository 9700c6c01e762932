"""`manage.py take_mail < mail`: for a mail host that pipes what comes in, with exit codes that it understands."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from messaging import mail_in

#: sysexits.h: there is nothing in it; try again later.
EX_NOINPUT, EX_TEMPFAIL = 66, 75


class Command(BaseCommand):
    """Keep one mail from standard input, and do what it calls for."""

    help = "Reads one raw mail (message/rfc822) from standard input. Exit 75: the database is away, bring it again."

    def handle(self, *_: Any, **__: Any) -> None:
        """0 when it is kept, 75 when the host should keep it and try again, 66 when there was nothing."""
        raw = sys.stdin.buffer.read()
        if not raw.strip():
            self.stderr.write("standard input: no mail in it")
            sys.exit(EX_NOINPUT)
        try:
            mail_in.take(raw, now=timezone.now())
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"the database is away ({type(error).__name__}): bring it again")
            sys.exit(EX_TEMPFAIL)
