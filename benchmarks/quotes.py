"""Where figures are quoted: the README and docs/benchmarks.md, each between two marks that nobody writes between."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "benchmarks.md"
OPENS, CLOSES = "<!-- figures -->", "<!-- end of figures -->"


def put(file: Path, figures: str) -> None:
    """Replace what stands between the marks of `file`."""
    file.write_text(replaced(file.read_text(), figures))


def replaced(text: str, figures: str) -> str:
    """`text` with `figures` between its marks. ValueError where it has no such marks."""
    before, opens, rest = text.partition(OPENS)
    _, closes, after = rest.partition(CLOSES)
    if not opens or not closes:
        raise ValueError(f"no place for figures: {OPENS} … {CLOSES}")
    return f"{before}{OPENS}\n\n{figures}\n\n{CLOSES}{after}"
