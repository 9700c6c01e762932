"""The tables of codes as docs/operations.md holds them; `python -m tests.support.code_tables` writes them there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from messaging.channels import smtp_codes, twilio_codes
from messaging.domain.reactions import Code, in_words

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
TABLES: Mapping[str, Mapping[str, Code]] = {"carrier": twilio_codes.CODES, "mail host": smtp_codes.CODES}


def table(whose: str) -> str:
    """One line for each meaning and what follows it, with all the codes that share both."""
    lines: dict[tuple[str, str], list[str]] = {}
    for name, code in sorted(TABLES[whose].items()):
        lines.setdefault((code.words, in_words(code)), []).append(name)
    rows = [f"| {', '.join(names)} | {words} | {follows} |" for (words, follows), names in lines.items()]
    return "\n".join(["| code | means | what follows |", "|---|---|---|", *rows])


def marks(whose: str) -> tuple[str, str]:
    """What stands before and after a table on the page."""
    return f"<!-- codes of the {whose}: begin -->\n", f"\n<!-- codes of the {whose}: end -->"


def written(page: str, whose: str) -> str:
    """The table as the page holds it."""
    begin, end = marks(whose)
    return page[page.index(begin) + len(begin) : page.index(end)]


if __name__ == "__main__":
    text = PAGE.read_text()
    for one in TABLES:
        begin, end = marks(one)
        text = f"{text[: text.index(begin)]}{begin}{table(one)}{text[text.index(end) :]}"
    PAGE.write_text(text)
