"""`triage_texts`: one answer a line, in order; a bad line is named and spoils nothing but the exit code."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import AlertRule

pytestmark = pytest.mark.django_db


def triage(monkeypatch: pytest.MonkeyPatch, *lines: object) -> tuple[list[dict[str, Any]], str, bool]:
    """What is answered, what is complained of, and whether it ended well."""
    raw = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out, errors = io.StringIO(), io.StringIO()
    well = True
    try:
        call_command("triage_texts", stdout=out, stderr=errors)
    except CommandError:
        well = False
    return [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue(), well


def test_it_answers_line_by_line_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["YES", "my legs are numb since this morning", "no siento las piernas", "What is my copay?"]
    answers, errors, well = triage(monkeypatch, *({"id": n, "text": text} for n, text in enumerate(texts)))
    assert well
    assert not errors
    assert [answer["id"] for answer in answers] == [0, 1, 2, 3]
    assert [answer["page"] for answer in answers] == [False, True, True, False]
    assert {"id", "page", "review", "conditions", "intents", "evidence"} <= answers[0].keys()
    assert answers[1]["conditions"] == ["cord_compression"]
    assert answers[0]["intents"] == ["confirm"]
    (sign, *_) = [sign for sign in answers[1]["evidence"] if sign["concept"] == "legs.numb"]
    assert sign["words"] == "legs are numb"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{nonsense", "line 2: not JSON"),
        (b"[" * 20_000, "line 2: not JSON"),
        (b'{"id": 1, "text": "\xff"}', "line 2: not UTF-8"),
        (["a list"], "line 2: not a JSON object"),
        ({"text": "hello"}, "line 2: id: missing"),
        ({"id": 1}, "line 2: text: missing"),
        ({"id": 1, "text": 7}, "line 2: text: not a text"),
        ({"id": 1, "text": None}, "line 2: text: not a text"),
        ({"id": True, "text": "hello"}, "line 2: id: neither a text nor a whole number"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch, line: object, complaint: str
) -> None:
    answers, errors, well = triage(monkeypatch, {"id": "a", "text": "YES"}, line, {"id": "b", "text": "I can't walk"})
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert complaint in errors
    assert not well


def test_it_survives_what_no_phone_would_send(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["", "\x00", "\ud800", "<script>", "רגליים", "🦵" * 5000]
    answers, errors, well = triage(monkeypatch, *({"id": n, "text": text} for n, text in enumerate(texts)), b"", b" ")
    assert well
    assert not errors
    assert [answer["id"] for answer in answers] == list(range(len(texts)))
    assert all(answer["page"] or answer["review"] for answer in answers)


def test_it_writes_nothing_and_asks_for_the_rules_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with CaptureQueriesContext(connection) as queries:
        triage(monkeypatch, *({"id": n, "text": "my legs are numb"} for n in range(20)))
    assert len(queries) <= 3
    assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in queries)


def test_without_rules_the_ones_that_ship_are_used_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    AlertRule.objects.update(active_version=None, status="retired")
    answers, errors, well = triage(monkeypatch, {"id": 1, "text": "i cant feel my legs"})
    assert well
    assert answers[0]["page"]
    assert "starter rules" in errors
