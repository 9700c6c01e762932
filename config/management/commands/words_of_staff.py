"""`manage.py words_of_staff`: the catalogues of the staff's pages follow what is marked; says what lacks words."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.interface.catalogues import languages, problems, update


class Command(BaseCommand):
    """For whoever changes words: `make locale`."""

    help = "Writes <room>/locale/<language>/LC_MESSAGES/django.po and .mo from what is marked in the sources."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; exit 1 when something is missing.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        for language in languages():
            if not check:
                update(language)
            found = list(problems(language))
            for problem in found:
                self.stdout.write(f"{language}: {problem}")
            if found:
                raise CommandError(f"{language}: {len(found)} to do")
            self.stdout.write(f"{language}: every string has its words")
