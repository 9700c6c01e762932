"""The product's own source files, for tests that read code instead of running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = tuple(
    name
    for name in (
        "config",
        "staff",
        "patients",
        "messaging",
        "reminders",
        "alerts",
        "inbox",
        "portal",
        "desk",
        "sandbox",
    )
    if (ROOT / name).is_dir()
)


def python_files(*folders: str) -> list[Path]:
    """Every Python file of `folders` but migrations, which Django writes."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts and "__pycache__" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def where(path: Path, node: ast.AST | None = None) -> str:
    """`file:line` for a message."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
