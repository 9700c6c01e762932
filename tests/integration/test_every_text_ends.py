"""Every text ends in exactly one disposition, whatever is in it; a carrier's form with anything in it loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from messaging.channels.memory import Memory
from messaging.models import InboundMessage, Message
from patients.models import CoordinatorTask, TaskKind
from reminders.models import Visit
from tests.support import builders as make
from tests.support.builders import HOUR
from tests.support.reply_sets import texts
from tests.support.signing import call
from tests.support.visit_talk import ASKED, asked_about, tasks, text

pytestmark = pytest.mark.django_db
TRIAGE = Path(__file__).parents[1] / "data" / "triage"
#: Of each set every so many: all of them take minutes and find no more.
EVERY = 12
SMS, BASE = "/webhooks/twilio/sms/", "https://clinic.example"


@pytest.fixture(autouse=True)
def _asked(memory: type[Memory], settings: Any) -> None:
    settings.TWILIO_AUTH_TOKENS = ["fuzz-token"]
    settings.PUBLIC_BASE_URL = BASE
    make.ladder()
    asked_about("2026-06-17 09:30", "2026-06-17 14:00")


def _some_of_triage() -> list[str]:
    found = []
    for path in sorted(TRIAGE.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()[:: EVERY * 5]
        found += [str(json.loads(line)["text"]) for line in lines]
    return found


@pytest.mark.parametrize("which", ["heldout", "dev", "triage"])
def test_every_labelled_text_ends_in_one_disposition(which: str) -> None:
    bodies = _some_of_triage() if which == "triage" else [row.text for row in texts(which)[::EVERY]]
    ends = [text(body, now=ASKED + HOUR) for body in bodies]
    assert all(ends)
    rows = InboundMessage.objects.filter(handled_at__isnull=False).exclude(disposition="")
    assert rows.count() == len(bodies)


def test_what_nobody_understood_is_before_somebody() -> None:
    for row in texts("heldout")[::EVERY]:
        if row.says == "other":
            said = str(text(row.text, now=ASKED + HOUR))
            assert said == "inbox" or said.startswith(("nurse_inbox", "alert_", "help")), row.id
    read = {task.key.split(":")[1] for task in tasks(TaskKind.UNREAD_REPLY)}
    waiting = InboundMessage.objects.filter(disposition="inbox").values_list("pk", flat=True)
    assert {str(pk) for pk in waiting} <= read


_WORDS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(["1", "2", "A", "yes", "no", "but", "cancel", "STOP", "both", "tues", "9:30", "el 17", "👍", "\x00", "?"]),  # noqa: E501
        max_size=8,
    ).map(" ".join),
)  # fmt: skip


@trying(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=_WORDS, media=st.sampled_from(["0", "1", "-1", "x", "99999"]), kind=st.sampled_from(["", "STOP", "HELP", "?"])
)
def test_a_form_with_anything_in_it_is_kept_and_ends_once(body: str, media: str, kind: str) -> None:
    before = InboundMessage.objects.count()
    form = {"MessageSid": f"SMfuzz{before:028}", "From": make.PHONE, "To": "+12025550100", "Body": body}
    form |= {"NumMedia": media, "OptOutType": kind}
    for _ in range(2):
        answer = call(SMS, form, base=BASE, token="fuzz-token")
        assert answer.status_code == 200
    assert InboundMessage.objects.count() == before + 1
    assert InboundMessage.objects.latest("pk").disposition


def test_a_hundred_of_the_same_are_no_salvo_of_answers() -> None:
    for _ in range(20):
        text("1", now=ASKED + HOUR)
    assert Message.objects.filter(purpose="replies").count() <= 2
    assert Visit.objects.filter(confirmed_at__isnull=False).count() == 0
    assert CoordinatorTask.objects.exists()
