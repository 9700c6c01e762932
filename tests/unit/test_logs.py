"""No phone number and no mail address gets through the log, whoever wrote them and wherever they stand."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from alerts.models.people import new_token
from config.logs import MaskingFormatter, logging_settings, mask


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """A logger `probe` that writes production's JSON into memory."""
    formatter = logging_settings(as_json=True)["formatters"]["events"]
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        MaskingFormatter(processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"])
    )
    probe = logging.getLogger("probe")
    probe.handlers, probe.propagate = [handler], False
    probe.setLevel(logging.INFO)
    yield stream
    probe.handlers, probe.propagate = [], True


def test_an_event_is_one_line_of_json_with_time_and_level(lines: StringIO) -> None:
    structlog.get_logger("probe").warning("carrier slow", message_id=7)
    event = json.loads(lines.getvalue())
    assert event["event"] == "carrier slow"
    assert event["message_id"] == 7
    assert event["level"] == "warning"
    assert event["timestamp"].endswith("Z")


@pytest.mark.parametrize("leak", ["+12025550123", "rosa.m@clinic.example", "(202) 555-0123", "%2B12025550123"])
def test_a_leak_is_masked_in_text_in_fields_and_in_tracebacks(lines: StringIO, leak: str) -> None:
    structlog.get_logger("probe").info(f"sent to {leak}", address=leak)
    logging.getLogger("probe").info("library says %s", leak)
    try:
        raise ValueError(leak)
    except ValueError:
        logging.getLogger("probe").exception("broke")
    written = lines.getvalue()
    assert leak not in written
    assert len([json.loads(line) for line in written.splitlines()]) == 3


@pytest.mark.parametrize("path", ["/a/{}/", "/p/{}/preferences/", "/u/{}/", "/oncall/{}.ics"])
def test_the_key_in_a_nurses_link_is_masked_where_its_page_breaks(lines: StringIO, path: str) -> None:
    key = new_token()
    logging.getLogger("probe").error("Internal Server Error: %s", path.format(key))
    written = json.loads(lines.getvalue())["event"]
    assert key[-8:] not in written
    assert written == f"Internal Server Error: {path.format('[key]')}"


@pytest.mark.parametrize(
    "detail",
    [
        "Failing row contains (7, Rosa Montero, Your visit (the second) is\ntomorrow., null).",
        "Key (mrn, family_name)=(A-1, Rosa Montero) already exists.",
        'Key (family_name)=(Rosa Montero) is not present in table "patients".',
    ],
)
def test_the_row_that_a_database_refused_is_not_repeated(lines: StringIO, detail: str) -> None:
    try:
        raise ValueError(f"new row violates a constraint\nDETAIL:  {detail}\n")
    except ValueError as error:
        logging.getLogger("probe").exception("broke")
        logging.getLogger("probe").error("Task failed: %r", error)
    written = lines.getvalue()
    assert "Rosa" not in written
    assert "tomorrow" not in written
    assert "violates a constraint" in written
    assert len([json.loads(line) for line in written.splitlines()]) == 2


@given(st.integers(min_value=1_000_000, max_value=999_999_999_999_999), st.text(alphabet="abc .:/=\"'", max_size=5))
def test_every_e164_number_is_masked_whatever_stands_before_it(number: int, before: str) -> None:
    assert str(number) not in mask(f"{before}+{number} x")


@pytest.mark.parametrize("text", ["2026-11-23T11:52:24+00:00", "message_id=120255501234", "SM" + "0a" * 16, "a+1"])
def test_what_operators_need_stays(text: str) -> None:
    assert mask(text) == text


def test_a_traceback_tells_lines_of_code_and_no_variable(lines: StringIO) -> None:
    words = "my legs feel funny"
    try:
        raise ValueError(len(words))
    except ValueError:
        logging.getLogger("probe").exception("broke")
    assert "ValueError" in lines.getvalue()
    assert words not in lines.getvalue()
