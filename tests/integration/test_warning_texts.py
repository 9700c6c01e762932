"""The words of warnings: staff write their own, version after version, and what could not be sent is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.models import PlannedWarning, WarningRule, WarningText
from alerts.models.warning import TextIsFixed
from alerts.warnings import texts
from alerts.warnings.texts import Text
from messaging.models import Message
from tests.support.builders import MAILBOX, NOW
from tests.support.warnings import enrolled, only_rule, plan_and_release

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    only_rule()


GOOD = Text(sms="{clinic}: hot or shaky? Call {line}.", subject="Fever", mail="Hello,\n\nCall {line}.\n\n{clinic}")


def test_the_newest_version_is_what_leaves_and_the_row_keeps_which() -> None:
    patient = enrolled()
    warning = WarningRule.objects.get(code="test")
    texts.write(warning, "en", GOOD, by="manager", now=NOW)
    second = texts.write(warning, "en", Text("Too warm? {line}", GOOD.subject, GOOD.mail), by="manager", now=NOW)
    plan_and_release()
    assert second.number == 2
    assert Message.objects.get().body == "Too warm? (202) 555-0150"
    assert PlannedWarning.objects.get(patient=patient).text == second


def test_another_language_keeps_the_default() -> None:
    warning = WarningRule.objects.get(code="test")
    texts.write(warning, "en", GOOD, by="manager", now=NOW)
    assert texts.current(warning, "es").number == 0
    assert texts.current(warning, "en").sms == GOOD.sms


def test_own_mails_have_paragraphs() -> None:
    enrolled(MAILBOX)
    texts.write(WarningRule.objects.get(code="test"), "en", GOOD, by="manager", now=NOW)
    plan_and_release()
    message = Message.objects.get()
    assert message.body == "Hello,\n\nCall (202) 555-0150.\n\nBayside"
    assert message.subject == "Fever"
    assert "<p" in message.html


def test_a_version_is_never_changed() -> None:
    made = texts.write(WarningRule.objects.get(code="test"), "en", GOOD, by="manager", now=NOW)
    made.sms = "other"
    with pytest.raises(TextIsFixed):
        made.save()


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"sms": " "}, "sms", "says nothing"),
        ({"sms": "Call us."}, "sms", "whom to call"),
        ({"sms": "{name}: call {line}"}, "sms", "name"),
        ({"sms": "{line"}, "sms", "braces"),
        ({"sms": "Reply STOP or call {line}"}, "sms", "STOP"),
        ({"sms": "Llame al {line} á"}, None, ""),
        ({"sms": "Call {line} \u4e2d"}, "sms", "70 characters"),
        ({"sms": "{line} " + "x" * 320}, "sms", "parts"),
        ({"subject": "two\nlines"}, "subject", "one line"),
        ({"mail": "Call us."}, "mail", "whom to call"),
        ({"mail": "Call {line}\x00"}, "mail", "NUL"),
    ],
)
def test_what_could_not_be_sent_is_named(changes: dict[str, str], field: str | None, said: str) -> None:
    text = replace(GOOD, **changes)  # type: ignore[arg-type]
    found = texts.problems(text)
    if field is None:
        assert found == {}
        return
    assert set(found) == {field}
    assert said in " ".join(found[field])
    with pytest.raises(ValueError, match=r"\w"):
        texts.write(WarningRule.objects.get(code="test"), "en", text, by="x", now=NOW)
    assert not WarningText.objects.exists()
