"""The page behind a nurse's link: looking changes nothing, a button acts, and only a login shows the patient."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from alerts import services
from alerts.domain.words import AlertState, Outcome
from alerts.models import Alert, AlertEvent
from patients.models import Clinic, ContactPoint
from tests.support import builders as make
from tests.support import nurses
from tests.support.nurse_pages import buttons, look, path, press, raised
from tests.support.nurses import Ward, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return nurses.ward()


@pytest.fixture
def alert(ward: Ward) -> Alert:
    return raised(ward)


class TestLooking:
    def test_it_shows_what_is_needed_to_act_and_no_name(self, ward: Ward, alert: Alert) -> None:
        html = look(path(alert, ward.ana))
        assert "R. L." in html
        assert "Red flag" in html
        assert "2 min ago" in html
        assert "Nobody has taken it yet." in html
        assert buttons(html) == ["accept", "hand_back"]
        for secret in ("Rosa", "Luz", make.PHONE, "legs", f"MRN {alert.patient.mrn}", "Cord"):  # type: ignore[union-attr]
            assert secret not in html

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_link_scanners_change_nothing(self, ward: Ward, alert: Alert, method: str) -> None:
        before = AlertEvent.objects.count()
        client = Client()
        for query in ("", "?act=accept", "?done=hand_back", "?done=<script>"):
            response = getattr(client, method)(path(alert, ward.ana) + query)
            assert response.status_code == 200
        alert.refresh_from_db()
        assert (alert.state, alert.owner_id, AlertEvent.objects.count()) == (AlertState.PAGED, None, before)
        assert not client.cookies

    @pytest.mark.parametrize("method", ["put", "delete", "options", "patch"])
    def test_other_methods_are_refused(self, ward: Ward, alert: Alert, method: str) -> None:
        assert getattr(Client(), method)(path(alert, ward.ana)).status_code == 405

    def test_it_is_kept_nowhere_found_nowhere_and_told_to_nobody(self, ward: Ward, alert: Alert) -> None:
        response = Client().get(path(alert, ward.ana))
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"

    def test_nothing_is_fetched_from_anywhere(self, ward: Ward, alert: Alert) -> None:
        html = look(path(alert, ward.ana))
        assert not re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", html)
        assert "<script" not in html

    def test_it_looks_again_by_itself_while_nobody_can_be_typing(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        assert Client().get(where)["Refresh"] == "30"
        services.accept(alert.pk, by=ward.ana, via="text", now=timezone.now())
        assert "Refresh" not in Client().get(where)

    def test_once_it_is_hers_the_number_comes_before_what_to_say_of_the_call(self, ward: Ward, alert: Alert) -> None:
        services.accept(alert.pk, by=ward.ana, via="text", now=timezone.now())
        html = look(path(alert, ward.ana))
        assert html.index("Log in for name") < html.index("I spoke with the patient")

    def test_it_speaks_the_language_of_its_person(self) -> None:
        ward = nurses.ward(language="es")
        response = Client().get(path(raised(ward), ward.ana))
        html = response.content.decode()
        assert response["Content-Language"] == "es"
        assert '<html lang="es">' in html
        assert "La tomo" in html
        assert "Take it" not in html

    def test_marks_say_to_phone_and_that_a_phone_is_shared(self, ward: Ward) -> None:
        alert = raised(ward, phone_her="opted out of texts", shared_phone=True)
        html = look(path(alert, ward.ana))
        assert "No texts reach this patient: phone." in html
        assert "More than one patient" in html

    def test_a_page_that_no_person_got_offers_no_button(self, ward: Ward, alert: Alert) -> None:
        page = page_of(alert, ward.ana)
        type(page).objects.filter(pk=page.pk).update(responder=None)
        html = look(f"/a/{page.token}/")
        assert buttons(html) == []
        assert "Log in to take it" in html


class TestActing:
    def test_two_taps_take_it(self, ward: Ward, alert: Alert) -> None:
        response = press(path(alert, ward.ana), "accept")
        assert (response.status_code, response["Location"]) == (303, path(alert, ward.ana))
        alert.refresh_from_db()
        assert (alert.state, alert.owner) == (AlertState.ACCEPTED, ward.ana)
        assert alert.events.get(kind="accepted").via == "link"
        html = look(path(alert, ward.ana))
        assert "You have it." in html
        assert "Call the patient now" in html

    def test_the_whole_loop(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        press(where, "accept")
        assert press(where, "not_reached")["Location"] == f"{where}?done=not_reached"
        assert "Noted: no answer" in look(f"{where}?done=not_reached")
        press(where, "reached")
        html = look(where)
        assert "you spoke with the patient" in html
        assert buttons(html) == [*(one.value for one in Outcome), "hand_back"]
        press(where, "close", outcome="imaging_arranged", note="MRI at 7 \x00")
        alert.refresh_from_db()
        assert (alert.state, alert.outcome, alert.outcome_note) == (AlertState.CLOSED, Outcome.IMAGING, "MRI at 7")
        assert "Imaging arranged" in look(where)
        assert buttons(look(where)) == []

    def test_handing_back_pages_the_next_one_and_says_so(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        response = press(where, "hand_back")
        assert "The next person is being paged" in look(response["Location"])
        assert alert.pages.filter(responder=ward.bea).exists()

    def test_a_button_of_a_step_that_is_over_skips_nobody(self, ward: Ward, alert: Alert) -> None:
        press(path(alert, ward.ana), "hand_back")
        press(path(alert, ward.ana), "hand_back")
        alert.refresh_from_db()
        assert alert.position == 1

    def test_who_comes_second_sees_who_has_it(self, ward: Ward, alert: Alert) -> None:
        services.hand_back(alert.pk, by=ward.ana, via="text", now=timezone.now())
        where = path(alert, ward.bea)
        opened = Client()
        proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', look(where, opened))
        assert proof
        services.accept(alert.pk, by=ward.ana, via="text", now=timezone.now())
        response = opened.post(where, {"act": "accept", "csrfmiddlewaretoken": proof[1]})
        html = look(response["Location"])
        assert "You were not the first" in html
        assert "Ana Ortiz has it." in html
        assert buttons(html) == []
        alert.refresh_from_db()
        assert alert.owner == ward.ana

    def test_a_forwarded_link_acts_as_its_person_and_names_the_login(self, ward: Ward, alert: Alert) -> None:
        user = get_user_model().objects.create_user("colleague", password="pw", is_staff=True)
        client = Client()
        client.force_login(user)
        press(path(alert, ward.ana), "accept", client)
        event = alert.events.get(kind="accepted")
        assert (event.by, event.user) == (ward.ana, user)

    def test_pressed_twice_it_is_done_once(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        html = look(where)
        proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
        assert proof
        for _ in range(2):
            assert Client().post(where, {"act": "accept", "csrfmiddlewaretoken": proof[1]}).status_code == 303
        assert alert.events.filter(kind="accepted").count() == 1


class TestDetails:
    def staff(self, *permissions: str, **changes: Any) -> Client:
        plain: dict[str, Any] = {"username": "staff", "is_staff": True}
        user = get_user_model().objects.create_user(**plain | changes)
        user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    def test_staff_see_name_words_and_a_number_to_tap(self, ward: Ward, alert: Alert) -> None:
        assert alert.patient
        ContactPoint.objects.create(
            patient=alert.patient, kind="phone", address="+12025550113", owner="caregiver", owner_name="Max"
        )
        html = look(path(alert, ward.ana), self.staff("view_patient"))
        assert "Rosa Luz" in html
        assert "my legs feel funny &lt;script&gt;" in html
        assert f'href="tel:{make.PHONE}"' in html
        assert re.search(r'href="tel:\+12025550113">Call \(202\) 555-0113\s+\(Max\)', html)

    def test_without_a_login_there_is_a_way_to_one_that_comes_back(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        assert f'href="/admin/login/?next={where}"' in look(where)

    def test_a_login_without_the_right_or_of_another_clinic_shows_nothing_more(self, ward: Ward, alert: Alert) -> None:
        where = path(alert, ward.ana)
        assert "Rosa" not in look(where, self.staff())
        assert "Rosa" not in look(where, self.staff("view_patient", username="p", is_staff=False))
        other = Clinic.objects.create(name="Elsewhere", short_name="Elsewhere")
        stranger = nurses.nurse(other, "Cy")
        client = self.staff("view_patient", username="q")
        stranger.user = get_user_model().objects.get(username="q")
        stranger.save()
        assert "Rosa" not in look(where, client)

    def test_a_number_that_nobody_knows_has_only_its_number(self, ward: Ward) -> None:
        alert = raised(ward)
        Alert.objects.filter(pk=alert.pk).update(patient=None)
        html = look(path(alert, ward.ana), self.staff("view_patient"))
        assert "??" in html
        assert f'href="tel:{make.PHONE}"' in html
