"""What axe finds wrong with a page as a person sees it: nothing serious may be left."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: The rules of WCAG 2.2 AA, which hold those of 2.0 and 2.1.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
GRAVE = frozenset({"serious", "critical"})


def findings(page: Page) -> list[str]:
    """Each grave finding in a line: the rule, where, and why."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(TAGS)}}
    violations: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']} ({one['impact']}) at {node['target']}: {node['failureSummary']}"
        for one in violations
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def clean(page: Page) -> None:
    """Fail, naming each of them, where axe finds anything grave on the page."""
    found = findings(page)
    assert not found, f"{page.url}\n" + "\n".join(found)
