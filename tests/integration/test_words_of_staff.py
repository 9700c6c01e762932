"""The words that staff read: every marked one has its Spanish, and every page of the admin says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from config.interface import catalogues
from config.interface.strings import marked
from messaging.models import InboundMessage
from reminders.catalogue import loading
from staff.trace import Trace
from tests.support.admin_pages import superuser

#: A string with these is never on a page as it stands.
_BLANK = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")


class _Text(HTMLParser):
    """What a person reads on a page; what is written in a language of its own (a quoted message) is left out."""

    SILENT = frozenset({"script", "style", "template"})
    EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "col", "wbr", "source"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.language = ""
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag in self.EMPTY:
            return
        foreign = tag != "html" and given.get("lang") not in (None, "es")
        # What people wrote: rows to choose from, what stands in a box, the names of ready-made answers.
        quoted = (
            tag in ("option", "textarea")
            or "data-words" in given
            or (tag == "a" and "set_language" in (given.get("href") or ""))
        )
        self._open.append((tag, tag in self.SILENT or foreign or quoted))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(unescape(data).split())
        if words and not any(silent for _tag, silent in self._open):
            self.said.append(words)


def english() -> set[str]:
    """Whole English sentences and labels that Spanish says otherwise."""
    spanish = {word for room in marked() for forms in catalogues.read(room, "es").values() for word in forms}
    own = {form for said in marked().values() for _context, forms in said for form in forms}
    return {one.strip() for one in own - spanish if len(one.split()) > 1 and not _BLANK.search(one)}


def pages() -> Iterator[str]:
    """Every list, every form for a new row and one row of every model of ours."""
    for model, page in sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label):
        # An entry of the audit has no page of its own.
        if model is not Trace and not page.__module__.startswith(("django", "unfold", "auditlog", "axes")):
            yield from _of(model)


def _of(model: type[Model]) -> Iterator[str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{name}_changelist")
    yield reverse(f"{name}_add")
    row = model._default_manager.first()
    if row is not None:
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])


def test_it_finds_spanish_for_every_marked_string() -> None:
    assert list(catalogues.problems("es")) == []


def test_it_says_what_is_wrong_with_a_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = catalogues.po_file("inbox", "es").read_text()
    monkeypatch.setattr(catalogues, "BASE_DIR", tmp_path)
    file = catalogues.po_file("inbox", "es")
    file.parent.mkdir(parents=True)
    file.write_text(re.sub(r'(msgid "Take it"\n)msgstr ".*"', r'\1msgstr ""', text))

    found = [problem for problem in catalogues.problems("es") if problem.startswith("inbox")]

    assert "inbox: django.mo is older than django.po (make locale)" in found


def test_it_needs_both_forms_and_the_same_blanks() -> None:
    one = (None, ("%(count)s visit", "%(count)s visits"))

    assert list(catalogues._wrong(one, ("%(count)s visita", "%(count)s visitas"))) == []
    assert list(catalogues._wrong(one, ())) == ["a form for one, and one for many"]
    assert list(catalogues._wrong(one, ("%(count)s visita", "visitas"))) == ["other blanks than the English"]
    assert list(catalogues._wrong((None, ("Visit",)), ("",))) == ["no words for it"]


@pytest.mark.django_db
def test_it_speaks_spanish_on_every_page_of_the_admin(client: Client) -> None:
    # A test that empties the tables may have gone before.
    loading.load(apps)
    call_command("load_demo", verbosity=0)
    client.force_login(superuser())
    client.cookies["django_language"] = "es"
    client.raise_request_exception = False
    # What patients wrote stands as they wrote it.
    own = english() - set(InboundMessage.objects.values_list("body", flat=True))
    wrong, seen = [], 0

    with override("es"):  # given back afterwards: a request leaves its language behind
        for path in ["/admin/", *pages()]:
            response = client.get(path)
            if response.status_code in (302, 403, 405):  # a page that has no form of its own
                continue
            seen += 1
            text = _Text()
            text.feed(response.content.decode())
            left = sorted(own & set(text.said))
            if response.status_code != 200 or text.language != "es" or left:
                wrong.append((path, response.status_code, text.language, left))

    assert wrong == [], "\n".join(map(str, wrong))
    assert seen > 60
