"""The wordings from a terminal: what is wrong with what is sent, and a template's words as files, out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from messaging import linter, wordings
from messaging.models import WordingVersion
from messaging.words import files, texts, versions


class Command(BaseCommand):
    """`words --check`, `words --export NAME [--version N] --to FOLDER`, `words --draft NAME FILE… --by USER`."""

    help = "Lists what is wrong with the wordings, or carries one between the admin and files."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which wording."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="list everything that is wrong; exit 1 if anything is")
        what.add_argument(
            "--export", metavar="NAME", help="write the words that are sent now, or a version's, as files"
        )
        what.add_argument("--draft", nargs="+", metavar=("NAME", "FILE"), help="begin a draft with the words of files")
        parser.add_argument("--number", type=int, help="of the version to export; the words that are sent without it")
        parser.add_argument("--to", type=Path, default=Path(), help="the folder for the files; the present one without")
        parser.add_argument("--by", default="", help="who writes the draft: a login")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["check"]:
            self._check()
        elif options["export"]:
            self._export(options["export"], options["number"], options["to"])
        else:
            self._draft(options["draft"][0], [Path(one) for one in options["draft"][1:]], options["by"])

    def _check(self) -> None:
        worst, found = linter.worst_values(), wordings.problems()
        for name in wordings.names():
            for one in linter.findings(name, texts.sent_now(name), worst=worst):
                mark = "refused" if one.refuses else "note"
                found.append(f"{name} ({one.channel.value}, {one.language}): {mark}: {one.words}")
        for problem in dict.fromkeys(found):
            self.stdout.write(problem)
        if found:
            raise CommandError(f"{len(dict.fromkeys(found))} problems")
        self.stdout.write("Nothing is wrong.")

    def _export(self, name: str, number: int | None, folder: Path) -> None:
        if number is None:
            words = texts.sent_now(name)
        else:
            version = WordingVersion.objects.filter(name=name, number=number).first()
            words = texts.of(version) if version else {}
        if not words:
            raise CommandError(f"--export: there are no words of {name!r}" + (f", version {number}" if number else ""))
        for file, content in files.as_files(name, words).items():
            (folder / file).write_text(content, encoding="utf-8")
            self.stdout.write(str(folder / file))

    def _draft(self, name: str, paths: list[Path], by: str) -> None:
        person = get_user_model().objects.filter(username=by).first()
        if person is None:
            raise CommandError(f"--by: nobody has the login {by!r}")
        now = timezone.now()
        try:
            words = files.from_files(name, [(path.name, path.read_bytes()) for path in paths])
            version = versions.draft(name, by=person, now=now)
            own = texts.of(version)
            versions.write(version, own | words, by=person, now=now, seen=texts.seal(own), note="From files.")
        except (ValidationError, OSError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        self.stdout.write(f"{name}: version {version.number} is a draft now")
