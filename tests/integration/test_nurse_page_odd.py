"""What a nurse's page does with forged forms, addresses that lead nowhere, and two who press at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from alerts import services
from alerts.domain.words import AlertState, Outcome
from alerts.models import Alert, Responder
from alerts.views import page as view
from tests.support import nurses
from tests.support.nurse_pages import look, path, raised
from tests.support.nurses import Ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return nurses.ward()


@pytest.fixture
def alert(ward: Ward) -> Alert:
    return raised(ward)


class TestForgery:
    @pytest.mark.parametrize("proof", ["", "x", "é" * 50, view.form_proof("another token")])
    def test_without_the_forms_own_proof_nothing_is_done(self, ward: Ward, alert: Alert, proof: str) -> None:
        response = Client().post(path(alert, ward.ana), {"act": "accept", "csrfmiddlewaretoken": proof})
        assert response.status_code == 403
        assert "Please press the button again" in response.content.decode()
        alert.refresh_from_db()
        assert alert.owner is None

    def test_a_browser_that_keeps_no_cookie_and_names_no_origin_can_act(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', look(where))
        assert proof
        fresh = Client(enforce_csrf_checks=True)
        form = {"act": "accept", "csrfmiddlewaretoken": proof[1]}
        assert fresh.post(where, form, headers={"Origin": "null"}).status_code == 303

    @pytest.mark.parametrize(
        "fields",
        [
            {"act": "fly"},
            {"act": ""},
            {"act": "list"},
            {"act": "close"},
            {"act": "close", "outcome": "buried"},
            {"act": "accept\x00"},
        ],
    )
    def test_what_no_button_says_is_refused_politely(self, ward: Ward, alert: Alert, fields: dict[str, str]) -> None:
        where = path(alert, ward.ana)
        response = Client().post(where, fields | {"csrfmiddlewaretoken": view.form_proof(where.split("/")[2])})
        assert response.status_code == 400
        alert.refresh_from_db()
        assert alert.state == AlertState.PAGED


class TestNotThere:
    @pytest.mark.parametrize("token", ["x", "a" * 500, "%00", "..%2f", "<script>", "é"])
    def test_an_unknown_address_says_whom_to_call(self, ward: Ward, token: str) -> None:
        html = look(f"/a/{token}/", status=404)
        assert "There is no such page" in html
        assert 'href="tel:+12025550160"' in html
        assert "911" in html

    @pytest.mark.parametrize("ending", ["", "/.", "/)", "//"])
    def test_a_link_that_ran_together_with_a_full_stop_is_found(self, ward: Ward, alert: Alert, ending: str) -> None:
        assert "R. L." in look(path(alert, ward.ana).rstrip("/") + ending)

    def test_a_link_that_was_cut_off_before_its_key(self, ward: Ward) -> None:
        assert "There is no such page" in look("/a/", status=404)

    def test_without_any_clinic_too(self) -> None:
        assert "911" in look("/a/nothing/", status=404)

    def test_a_closed_alert_tells_how_it_ended_for_a_month_and_then_is_gone(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        services.close(alert.pk, by=ward.bea, outcome=Outcome.EMERGENCY, via="admin", now=timezone.now())
        html = look(where)
        assert "Sent to the emergency department" in html
        assert "by Bea Quinn" in html
        Alert.objects.filter(pk=alert.pk).update(closed_at=timezone.now() - timedelta(days=31))
        html = look(where, status=410)
        assert 'href="tel:+12025550160"' in html
        assert "R. L." not in html

    def test_somebody_who_left_can_act_no_more(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        Responder.objects.filter(pk=ward.ana.pk).update(is_active=False)
        look(where, status=410)
        assert Client().post(where, {"act": "accept"}).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_who_press_at_once_one_has_it_and_the_other_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)
    ward = nurses.ward()
    alert = raised(ward)
    services.hand_back(alert.pk, by=ward.ana, via="text", now=timezone.now())
    doors = [path(alert, person) for person in (ward.ana, ward.bea)]
    barrier = Barrier(2)

    def take(where: str) -> str:
        form = {"act": "accept", "csrfmiddlewaretoken": view.form_proof(where.split("/")[2])}
        try:
            barrier.wait(10)
            return str(Client().post(where, form)["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(take, doors))
    alert.refresh_from_db()
    assert alert.owner
    winner = [ward.ana, ward.bea].index(alert.owner)
    assert ends[winner] == doors[winner]
    assert ends[1 - winner] == f"{doors[1 - winner]}?done=late"
    assert alert.events.filter(kind="accepted").count() == 1
