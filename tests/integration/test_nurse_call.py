"""A page by telephone: only a key takes it, a mailbox never does, and callers who are not the carrier are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from alerts import cases, services
from alerts.domain.case import ClockStruck
from alerts.domain.words import AlertState, Outcome
from alerts.models import Alert, AlertEvent, AlertPage, Responder
from tests.support import nurses, signing
from tests.support.nurses import Ward, code_of, page_of

pytestmark = pytest.mark.django_db
CALL = {"CallSid": "CA00000000000000000000000000000001", "CallStatus": "in-progress", "From": "+12025550100"}


@pytest.fixture(autouse=True)
def base(settings: Any) -> None:
    settings.TWILIO_AUTH_TOKENS = ["token"]
    settings.PUBLIC_BASE_URL = "https://clinic.example"


@pytest.fixture
def ward() -> Ward:
    return nurses.ward()


@pytest.fixture
def alert(ward: Ward) -> Alert:
    return ward.alert(now=timezone.now() - timedelta(minutes=2))


def path(page: AlertPage) -> str:
    return f"/webhooks/twilio/voice/{page.uuid}/"


def call(where: str, **fields: str) -> HttpResponse:
    return signing.call(where, CALL | fields, base="https://clinic.example", token="token")


def script(where: str, **fields: str) -> Element:
    response = call(where, **fields)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/xml")
    return fromstring(response.content)  # noqa: S314


def said(root: Element) -> str:
    return " ".join(node.text or "" for node in root.iter("Say"))


def to(alert: Alert, person: Responder | None, **fields: str) -> Element:
    return script(path(page_of(alert, person, "voice")), **fields)


def test_it_says_the_page_twice_and_waits_for_one_key(ward: Ward, alert: Alert) -> None:
    root = to(alert, ward.ana)
    gather = root.find("Gather")
    assert gather is not None
    assert gather.attrib["numDigits"] == "1"
    assert gather.attrib["action"] == path(page_of(alert, ward.ana, "voice"))
    assert said(gather).count("Press 1 to take it. Press 2 to pass it on. Press 9 to hear this again.") == 2
    assert said(root).endswith("Nothing was pressed, so nobody has taken it. Goodbye.")


def test_it_names_no_patient_and_says_what_the_record_says(ward: Ward, alert: Alert) -> None:
    words = said(to(alert, ward.ana))
    assert "R. L." in words
    assert "Rosa" not in words
    assert "Luz" not in words
    body = page_of(alert, ward.ana, "voice").message.body
    assert " ".join(body.split()) in words


def test_a_mailbox_that_answers_takes_nothing(ward: Ward, alert: Alert) -> None:
    before = AlertEvent.objects.count()
    for status in ("in-progress", "completed"):
        to(alert, ward.ana, CallStatus=status, AnsweredBy="machine_end_beep")
    to(alert, ward.ana, Digits="")
    alert.refresh_from_db()
    assert (alert.state, alert.owner, AlertEvent.objects.count()) == (AlertState.PAGED, None, before)


def test_one_takes_it_and_says_what_is_next(ward: Ward, alert: Alert) -> None:
    root = to(alert, ward.ana, Digits="1")
    alert.refresh_from_db()
    assert (alert.state, alert.owner) == (AlertState.ACCEPTED, ward.ana)
    assert alert.events.get(kind="accepted").via == "call"
    assert root.find("Gather") is None
    assert "You have taken it. Call the patient" in said(root)
    assert f"the code {', '.join(code_of(alert, ward.ana))}" in said(root)


def test_two_passes_it_on_at_once(ward: Ward, alert: Alert) -> None:
    assert "It is passed on." in said(to(alert, ward.ana, Digits="2"))
    assert alert.pages.filter(responder=ward.bea).exists()
    # Pressed again in a call of a step that is over, it skips nobody.
    to(alert, ward.ana, Digits="2")
    alert.refresh_from_db()
    assert alert.position == 1


@pytest.mark.parametrize("key", ["9", "0", "3", "*", "#", "11", "x", "１"])
def test_every_other_key_says_it_again(ward: Ward, alert: Alert, key: str) -> None:
    assert to(alert, ward.ana, Digits=key).find("Gather") is not None
    alert.refresh_from_db()
    assert alert.state == AlertState.PAGED


def test_the_second_of_two_hears_who_has_it(ward: Ward, alert: Alert) -> None:
    services.hand_back(alert.pk, by=ward.ana, via="text", now=timezone.now())
    services.accept(alert.pk, by=ward.ana, via="text", now=timezone.now())
    for fields in ({}, {"Digits": "1"}, {"Digits": "2"}):
        root = to(alert, ward.bea, **fields)
        assert "Ana Ortiz has taken it" in said(root)
        assert root.find("Gather") is None
    alert.refresh_from_db()
    assert alert.owner == ward.ana


def test_a_closed_one_says_so(ward: Ward, alert: Alert) -> None:
    services.close(alert.pk, by=ward.bea, outcome=Outcome.ADVICE, via="admin", now=timezone.now())
    for fields in ({}, {"Digits": "1"}):
        assert "This alert is closed." in said(to(alert, ward.ana, **fields))


def test_it_speaks_the_language_of_the_person() -> None:
    ward = nurses.ward(language="es")
    alert = ward.alert(now=timezone.now())
    root = to(alert, ward.ana)
    assert {node.attrib["language"] for node in root.iter("Say")} == {"es-MX"}
    assert "Oprima 1 para tomarla." in said(root)
    assert "Usted la tomó." in said(to(alert, ward.ana, Digits="1"))


class TestTheClinicsLine:
    @pytest.fixture
    def ringing(self, ward: Ward, alert: Alert) -> Alert:
        while not alert.pages.filter(responder=None).exists():
            assert alert.step_due_at is not None
            alert = cases.move(alert, ClockStruck(), hand=cases.Hand("clock"), now=alert.step_due_at)
        return alert

    def test_it_says_that_nobody_on_the_list_answers(self, ringing: Alert) -> None:
        words = said(to(ringing, None))
        assert "nobody on the on-call list has answered" in words
        assert "Please log in and call the patient" in words

    def test_a_key_is_noted_and_takes_nothing(self, ringing: Alert) -> None:
        assert "until somebody with a login has taken it" in said(to(ringing, None, Digits="1"))
        ringing.refresh_from_db()
        assert (ringing.state, ringing.owner) == (AlertState.PAGED, None)
        noted = ringing.events.get(kind="noted")
        assert (noted.via, noted.by, noted.detail["what"]) == ("call", None, "line_heard")

    def test_once_taken_it_says_by_whom(self, ward: Ward, ringing: Alert) -> None:
        services.accept(ringing.pk, by=ward.bea, via="admin", now=timezone.now())
        assert "Bea Quinn has taken it" in said(to(ringing, None, Digits="1"))


class TestWhoMayAsk:
    @pytest.mark.parametrize("header", [None, "", "guessed"])
    def test_only_the_carrier(self, ward: Ward, alert: Alert, header: str | None) -> None:
        headers = {} if header is None else {"X-Twilio-Signature": header}
        where = path(page_of(alert, ward.ana, "voice"))
        assert Client().post(where, CALL | {"Digits": "1"}, headers=headers).status_code == 403
        alert.refresh_from_db()
        assert alert.owner is None

    def test_a_changed_key_breaks_the_signature(self, ward: Ward, alert: Alert) -> None:
        where = path(page_of(alert, ward.ana, "voice"))
        header = signing.signature("https://clinic.example" + where, CALL | {"Digits": "9"}, "token")
        headers = {"X-Twilio-Signature": header}
        assert Client().post(where, CALL | {"Digits": "1"}, headers=headers).status_code == 403

    def test_looking_is_not_allowed(self, ward: Ward, alert: Alert) -> None:
        assert Client().get(path(page_of(alert, ward.ana, "voice"))).status_code == 405

    def test_a_page_that_is_not_there_is_answered_politely(self, ward: Ward) -> None:
        assert "no alert behind this call" in said(script(f"/webhooks/twilio/voice/{uuid4()}/", Digits="1"))

    def test_somebody_who_left_takes_nothing(self, ward: Ward, alert: Alert) -> None:
        where = path(page_of(alert, ward.ana, "voice"))
        Responder.objects.filter(pk=ward.ana.pk).update(is_active=False)
        assert "no alert behind this call" in said(script(where, Digits="1"))
        alert.refresh_from_db()
        assert alert.owner is None
