"""`manage.py triage_texts`: JSON lines of texts in, JSON lines of what triage makes of them out, in order."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from alerts import rulebook
from alerts.domain.rules import Rule
from alerts.domain.triage import Evidence, read
from alerts.starter.triggers import STARTER_RULES
from messaging.domain import answers, consent_words


class BadLine(ValueError):
    """A line that is no text; the message names the field."""


class Command(BaseCommand):
    """Triage texts from standard input."""

    help = (
        'Reads {"id": …, "text": "…"} a line from standard input; writes page, review, conditions, intents, evidence.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The one format there is."""
        parser.add_argument("--format", choices=("jsonl",), default="jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer each good line at once, name each bad one; a bad one is an exit code of 1, at the end."""
        rules = self._rules()
        bad = 0
        try:
            for number, line in enumerate(_lines(), 1):
                if not line.strip():
                    continue
                try:
                    self.stdout.write(json.dumps(answer(line, rules)))
                    self.stdout.flush()
                except BadLine as error:
                    bad += 1
                    self.stderr.write(f"line {number}: {error}")
        except BrokenPipeError:
            # Whoever reads (`| head`) has seen enough; nothing is to be flushed into the closed pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if bad:
            raise CommandError(f"{bad} line{'' if bad == 1 else 's'} could not be read.")

    def _rules(self) -> Sequence[Rule]:
        """The rules in force; where there is no database yet, or none in it, those that ship. It says which."""
        try:
            rules = rulebook.active_rules()
        except DatabaseError:
            rules = ()
        if not rules:
            self.stderr.write("No rules in the database (run migrate): the starter rules that ship are used.")
        return rules or STARTER_RULES


def answer(line: bytes, rules: Sequence[Rule]) -> dict[str, Any]:
    """What triage makes of one line."""
    name, text = _parsed(line)
    reading = read(text, rules)
    return {
        "id": name,
        "page": reading.page,
        "review": reading.review,
        "conditions": list(dict.fromkeys(fired.condition.value for fired in reading.fired)),
        "intents": sorted(reading.intents | _intents(text)),
        "evidence": [_shown(sign) for sign in reading.evidence],
        "tier": reading.tier.value if reading.tier else None,
        "why": reading.why,
    }


def _intents(text: str) -> set[str]:
    """What those make of it who answer texts about visits and keep the ledger of consent."""
    wish = consent_words.read(text)
    wishes = {wish.wish.value} if wish else set()
    if consent_words.is_stop_among_others(text):
        wishes.add(consent_words.Wish.STOP.value)
    return wishes | answers.read(text).intents


def _lines() -> Iterator[bytes]:
    """Bytes, so that a line that is not UTF-8 spoils itself only."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is not None:
        yield from stream
    else:
        for line in sys.stdin:
            yield line.encode("utf-8", "surrogatepass")


def _parsed(line: bytes) -> tuple[str | int, str]:
    try:
        content = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadLine("not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine("not JSON") from None
    if not isinstance(content, dict):
        raise BadLine("not a JSON object")
    for field in ("id", "text"):
        if field not in content:
            raise BadLine(f"{field}: missing")
    name, text = content["id"], content["text"]
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise BadLine("id: neither a text nor a whole number")
    if not isinstance(text, str):
        raise BadLine("text: not a text")
    return name, text


def _shown(sign: Evidence) -> dict[str, Any]:
    return {
        "concept": sign.concept,
        "words": sign.words,
        "start": sign.start,
        "end": sign.end,
        "stance": sign.stance.value,
        "qualifiers": sorted(sign.qualifiers),
    }
