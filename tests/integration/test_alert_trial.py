"""A text is tried out: which rules fire on which words, what would be said, who would be paged; nothing is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.domain.policy import Role
from alerts.domain.triage import Context
from alerts.models import Alert, AlertRule, NurseReview
from alerts.trial import try_text
from messaging.models import InboundMessage, Message
from tests.support import builders as make
from tests.support.admin_pages import Desk
from tests.support.flag_desk import at_desk, staff
from tests.support.red_flags import NOW, OnCall, on_call, paged, sign_everything, text, texts_to, wind

pytestmark = pytest.mark.django_db
NUMB = "no fever but i cant feel my legs since this morning"
TRY = "alerts/alertrule/try/"


@pytest.fixture
def clinic() -> OnCall:
    made = on_call()
    sign_everything()
    return made


@pytest.fixture
def desk(clinic: OnCall) -> Desk:
    return at_desk(staff("cora", "Coordinators"))


def tried(desk: Desk, clinic: OnCall, words: str, **changes: Any) -> str:
    data = {"clinic": clinic.clinic.pk, "language": "en", "on": "2026-06-14", "clock": "03:10", "text": words}
    response = desk.send(TRY, **data | changes)
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_the_same_as_what_really_happens(clinic: OnCall) -> None:
    """The trial's people, times and words are those of an alert that is raised at the same moment."""
    found = try_text(NUMB, context=Context(), clinic=clinic.clinic, language="en", at=NOW)
    make.patient(make.PHONE)
    text(NUMB, now=NOW)
    alert = Alert.objects.get()
    wind(alert, until=NOW + timedelta(minutes=11))
    worst = found.firings[0]
    said = texts_to(make.PHONE)
    assert [worst.instruction, worst.fallback] == [message.body for message in said]
    pages = [page for line in worst.lines for one in line.recipients for page in [(one.name, c) for c in one.channels]]
    really = paged(alert)
    assert len(really) > 6
    assert pages[: len(really)] == really
    moments = [line.at for line in worst.lines if line.recipients]
    assert moments[0] == NOW
    assert moments[:5] == sorted({page.sent_at for page in alert.pages.all()})[:5]


def test_it_marks_what_stands_and_what_is_denied(desk: Desk, clinic: OnCall) -> None:
    html = tried(desk, clinic, NUMB)
    assert "A nurse is paged now" in html
    assert 'reported as so">cant feel my legs</mark>' in html
    assert 'denied">fever</mark>' in html
    assert "mscc_neuro v1" in html
    assert "This may be an emergency." in html
    assert "Sun 14 Jun, 03:13:00" in html
    assert "On-Call Nurse Ortiz (text and e-mail)" in html


def test_it_speaks_the_language_that_is_asked_for(desk: Desk, clinic: OnCall) -> None:
    html = tried(desk, clinic, "no siento las piernas", language="es")
    version = AlertRule.objects.get(code="mscc_neuro").active_version
    assert version is not None
    assert version.instruction["es"].split("{line}")[0].strip() in html


def test_it_stores_nothing_and_keeps_the_text_out_of_the_address(desk: Desk, clinic: OnCall) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = desk.client.post(
            f"/admin/{TRY}",
            {"clinic": clinic.clinic.pk, "language": "en", "on": "2026-06-14", "clock": "03:10", "text": NUMB},
        )
    writes = [q["sql"] for q in queries if q["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []
    assert not any(model.objects.exists() for model in (Alert, InboundMessage, Message, NurseReview))
    assert "no-store" in response["Cache-Control"]
    assert "legs" not in desk.see(f"{TRY}?text=legs").replace("id_", "")


def test_a_fact_of_the_patient_changes_what_fires(clinic: OnCall) -> None:
    def tiers(**facts: Any) -> dict[str, str]:
        said = "my usual chronic back pain is a little worse"
        found = try_text(said, context=Context(**facts), clinic=clinic.clinic, language="en", at=NOW)
        return {one.fired.rule: one.fired.tier.value for one in found.firings}

    assert tiers()["mscc_pain"] == "amber"
    assert tiers(spine_metastases=True)["mscc_pain"] == "red"


def test_an_unsigned_rule_pages_and_says_the_neutral_words(clinic: OnCall) -> None:
    rule = AlertRule.objects.get(code="mscc_neuro")
    rule.status, rule.active_version = AlertRule.Status.DRAFT, None
    rule.save()
    one = try_text(NUMB, context=Context(), clinic=clinic.clinic, language="en", at=NOW).firings[0]
    assert one.stands_in
    assert one.lines[0].recipients[0].name == clinic.people[Role.NURSE].name
    assert "Keep your back still" not in one.instruction


@pytest.mark.parametrize(
    "words",
    ["", "   ", "<script>alert(1)</script> fever", "\u202eenola", "😀" * 300, "x" * 20000, "'; DROP TABLE alerts;--"],
)
def test_odd_texts_are_answered(desk: Desk, clinic: OnCall, words: str) -> None:
    assert "<script>alert(1)" not in tried(desk, clinic, words)


def test_an_everyday_text_asks_nobody_to_act(desk: Desk, clinic: OnCall) -> None:
    assert "Nobody has to act" in tried(desk, clinic, "thanks, see you tuesday")


def test_it_is_for_staff(clinic: OnCall) -> None:
    desk = at_desk(staff("gone", "Nurses"))
    desk.client.logout()
    assert desk.client.get(f"/admin/{TRY}").status_code == 302


def test_an_amber_one_beside_a_red_flag_pages_nobody_by_itself(clinic: OnCall) -> None:
    words = "i cant feel my legs since this morning, and my jaw hurts and a tooth is loose"
    found = try_text(words, context=Context(), clinic=clinic.clinic, language="en", at=NOW)
    beside = {one.fired.condition for one in found.firings if one.is_beside}
    make.patient(make.PHONE)
    text(words, now=NOW)
    raised = set(Alert.objects.values_list("condition", flat=True))
    assert beside
    assert raised == {one.fired.condition for one in found.firings if one.policy}
    assert not raised & beside
