"""Running an import command as an operator does, and reading its answer."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command


@dataclass(frozen=True)
class Answer:
    """What the command printed, and its exit code."""

    created: int
    updated: int
    unchanged: int
    rejected: list[dict[str, Any]]
    code: int
    said: str

    @property
    def counts(self) -> tuple[int, int, int]:
        """Created, updated, unchanged."""
        return self.created, self.updated, self.unchanged

    @property
    def refused(self) -> list[tuple[int, str]]:
        """Row and field of each rejection."""
        return [(each["row"], each["field"]) for each in self.rejected]


def run_import(command: str, path: Path, content: str | bytes, *flags: str) -> Answer:
    """Write `content` to `path` and import it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(command, str(path), *flags, stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    answer = json.loads(out.getvalue())
    assert set(answer) == {"created", "updated", "unchanged", "rejected"}
    assert all(set(each) == {"row", "field", "error"} and each["error"] for each in answer["rejected"])
    assert (code == 1) == bool(answer["rejected"])
    return Answer(**answer, code=code, said=err.getvalue())
