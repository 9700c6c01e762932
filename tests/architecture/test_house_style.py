"""Files open with what they know, stay short, keep no knots, and leave the clock at the edge."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.sources import ROOMS, ROOT, functions, python_files, tree, where

EVERYWHERE = (*ROOMS, "tests", "benchmarks")
MAX_FILE = 300
MAX_FUNCTION = 40
CLOCKS = {"now", "utcnow", "today", "localtime", "time", "monotonic"}


def test_every_file_opens_with_a_sentence_that_says_what_it_knows() -> None:
    silent = [where(path) for path in python_files(*EVERYWHERE) if not ast.get_docstring(tree(path))]
    assert not silent


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        where(path): n for path in python_files(*EVERYWHERE) if (n := len(path.read_text().splitlines())) > MAX_FILE
    }
    assert not long


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{where(path, node)} {node.name}: {size} lines"
        for path in python_files(*EVERYWHERE)
        for node in functions(path)
        if (size := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION
    ]
    assert not long


def test_no_room_is_imported_inside_a_function() -> None:
    knots = [
        where(path, inner)
        for path in python_files(*ROOMS)
        for outer in functions(path)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom) and _imports_a_room(inner)
        # Django forbids model imports before `ready`, so that one place must be inside a function.
        if not (path.name == "apps.py" and outer.name == "ready")
    ]
    assert not knots


def _imports_a_room(node: ast.Import | ast.ImportFrom) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return any(name.split(".")[0] in ROOMS for name in names)


def test_decisions_never_read_the_clock() -> None:
    readers = [
        where(path, node)
        for path in python_files(*ROOMS)
        if "domain" in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        if isinstance(node.func.value, ast.Name | ast.Attribute) and _names_a_clock(node.func.value)
    ]
    assert not readers


def _names_a_clock(value: ast.Name | ast.Attribute) -> bool:
    name = value.id if isinstance(value, ast.Name) else value.attr
    return name in ("datetime", "date", "timezone", "time", "dt")


def test_nothing_in_the_tree_names_a_package_registry() -> None:
    # Spelled in halves, so that this file does not name them either.
    hosts = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org", "--index" + "-url")
    places = [*(ROOT / "requirements").glob("*.txt"), ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / "Dockerfile"]
    assert len(places) >= 6
    assert not [(path.name, host) for path in places for host in hosts if host in path.read_text()]


def test_every_locked_package_is_pinned_with_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = _entries(lock)
        assert len(entries) > 20, lock.name
        assert not [e.split()[0] for e in entries if "==" not in e.split()[0] or "--hash=sha256:" not in e], lock.name


def _entries(lock: Path) -> list[str]:
    lines = [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]
    return [entry for entry in "\n".join(lines).replace("\\\n", " ").split("\n") if entry.strip()]
