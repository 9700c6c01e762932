"""The board of red flags: what it says, in which order, and what a responder can do from it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts import alarms, services
from alerts.domain.words import Outcome
from alerts.models import Alert, AlertEvent
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors
from tests.support.flag_desk import BOARD, at_desk, flag, staff
from tests.support.red_flags import OnCall, on_call, sign_everything

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def clinic() -> OnCall:
    made = on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    return made


@pytest.fixture
def nurse(clinic: OnCall) -> Desk:
    return at_desk(staff("nadia", "Nurses", responder=clinic.nurse))


def cards(html: str) -> list[str]:
    """The names on the open cards, from the top."""
    return re.findall(r'id="flag-\d+"\s+class="bw-link"\s+href="[^"]+">([^<]+)<', html)


class TestWhatItSays:
    def test_it_shows_who_what_how_long_and_what_comes(self, nurse: Desk) -> None:
        alert = flag(minutes_ago=2)
        html = nurse.see(BOARD)
        for words in (
            "Luz, Rosa",
            "R. L.",
            "Cord compression – neurological",
            "Nobody has it yet",
            "on-call nurse by call",
        ):
            assert words in html, words
        assert f'data-since="{alert.raised_at.astimezone(make.NEW_YORK).isoformat()}"' in html
        assert re.search(r"data-until=\"[^\"]+\">0:5\d<", html)

    def test_it_puts_the_worst_and_oldest_first(self, nurse: Desk) -> None:
        flag("my jaw hurts and a tooth is loose", minutes_ago=90, phone="+12025550112", name="Amber")
        flag(minutes_ago=1, phone="+12025550113", name="Young")
        flag(minutes_ago=2, phone="+12025550114", name="Old")
        names = [name.split(",")[0] for name in cards(nurse.see(BOARD))]
        assert names == ["Old", "Young", "Amber"]

    def test_what_nobody_has_stands_above_what_is_taken(self, nurse: Desk, clinic: OnCall) -> None:
        taken = flag(minutes_ago=5, phone="+12025550113", name="Taken")
        services.accept(taken.pk, by=clinic.nurse, via="admin", now=timezone.now())
        flag(minutes_ago=1, phone="+12025550114", name="Waiting")
        assert cards(nurse.see(BOARD)) == ["Waiting, Rosa", "Taken, Rosa"]

    def test_it_marks_a_patient_who_must_be_phoned_and_a_shared_phone(self, nurse: Desk) -> None:
        alert = flag()
        Alert.objects.filter(pk=alert.pk).update(phone_her="Opted out of texts.", shared_phone=True)
        html = nurse.see(BOARD)
        assert "Phone, do not text: Opted out of texts." in html
        assert "Shared phone" in html

    def test_it_says_when_the_clock_is_overdue(self, nurse: Desk) -> None:
        flag(minutes_ago=30)
        assert "Overdue:" in nurse.see(BOARD)

    def test_it_keeps_the_canary_to_itself(self, nurse: Desk) -> None:
        alert = flag()
        Alert.objects.filter(pk=alert.pk).update(is_canary=True)
        assert "No open red flag." in nurse.see(BOARD)
        assert "Luz" not in nurse.see(f"{BOARD}all/")

    def test_it_lists_what_was_closed_of_late(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.close(alert.pk, by=clinic.nurse, outcome=Outcome.FALSE_ALARM, via="admin", now=timezone.now())
        html = nurse.see(BOARD)
        assert "No open red flag." in html
        assert "False alarm" in html

    def test_its_live_part_changes_its_mark_only_with_news(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()

        def mark() -> str:
            found = re.search(r'data-signature="(\w+)"', nurse.see(BOARD, live=1))
            assert found
            return found[1]

        first = mark()
        assert mark() == first
        services.accept(alert.pk, by=clinic.backup, via="text", now=timezone.now())
        assert mark() != first
        assert "<html" not in nurse.see(BOARD, live=1)

    def test_it_costs_the_same_for_two_flags_and_for_twelve(self, nurse: Desk) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                nurse.see(BOARD)
            return len(queries)

        for number in range(2):
            flag(phone=f"+1202555030{number}")
        few = cost()
        for number in range(2, 12):
            flag(phone=f"+12025550{310 + number}")
        assert cost() == few
        assert few < 25

    def test_it_shows_every_flag_in_a_list_with_search(self, nurse: Desk) -> None:
        flag(name="Okonkwo")
        assert "Okonkwo" in nurse.see(f"{BOARD}all/", q="okonk")
        assert "Okonkwo" not in nurse.see(f"{BOARD}all/", q="nobody")

    def test_it_never_runs_what_people_typed(self, nurse: Desk) -> None:
        alert = flag(f"i cant feel my legs {HOSTILE}", name=HOSTILE)
        for path in (BOARD, f"{BOARD}all/", f"{BOARD}{alert.pk}/change/", f"{BOARD}{alert.pk}/outcome/"):
            html = nurse.see(path)
            assert HOSTILE not in html
            assert "&lt;script&gt;" in html


class TestDeeds:
    def act(self, desk: Desk, alert: Alert, deed: str, **data: str) -> str:
        return desk.told(desk.send(f"{BOARD}{alert.pk}/{deed}/", **data))

    def test_it_is_taken_with_one_press(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        assert "It is yours" in self.act(nurse, alert, "take")
        alert.refresh_from_db()
        assert (alert.state, alert.owner) == ("accepted", clinic.nurse)
        event = AlertEvent.objects.get(alert=alert, kind="accepted")
        assert (event.via, event.user and event.user.get_username()) == ("admin", "nadia")

    def test_the_second_nurse_is_told_who_has_it(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.accept(alert.pk, by=clinic.backup, via="text", now=timezone.now())
        response = nurse.send(f"{BOARD}{alert.pk}/take/")
        assert "Backup Nurse Ortiz has it" in errors(response)["__all__"][0]
        alert.refresh_from_db()
        assert alert.owner == clinic.backup

    def test_it_walks_to_a_recorded_outcome(self, nurse: Desk) -> None:
        alert = flag()
        self.act(nurse, alert, "take")
        assert "not reached" in self.act(nurse, alert, "not-reached")
        assert "Record the outcome" in self.act(nurse, alert, "spoke")
        assert "sent to the emergency" in self.act(
            nurse, alert, "outcome", outcome="emergency_department", note="Husband drives."
        )
        alert.refresh_from_db()
        assert (alert.state, alert.outcome, alert.outcome_note) == ("closed", "emergency_department", "Husband drives.")

    def test_an_outcome_is_coded(self, nurse: Desk) -> None:
        alert = flag()
        assert "outcome" in errors(nurse.send(f"{BOARD}{alert.pk}/outcome/", outcome="", note="fine"))
        assert "outcome" in errors(nurse.send(f"{BOARD}{alert.pk}/outcome/", outcome="died", note=""))
        alert.refresh_from_db()
        assert alert.is_open

    def test_handing_back_pages_the_next_step_at_once(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        self.act(nurse, alert, "take")
        assert "next step" in self.act(nurse, alert, "hand-back")
        alert.refresh_from_db()
        assert (alert.state, alert.owner) == ("paged", None)

    def test_a_closed_one_is_not_taken(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.close(alert.pk, by=clinic.backup, outcome=Outcome.ADVICE, via="text", now=timezone.now())
        assert "It is over" in errors(nurse.send(f"{BOARD}{alert.pk}/take/"))["__all__"][0]

    def test_looking_changes_nothing(self, nurse: Desk) -> None:
        alert = flag()
        for deed in ("take", "hand-back", "spoke", "not-reached", "outcome"):
            nurse.see(f"{BOARD}{alert.pk}/{deed}/")
        assert AlertEvent.objects.filter(alert=alert, kind="accepted").count() == 0

    def test_it_offers_what_makes_sense(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        assert "Take it" in nurse.see(BOARD)
        services.accept(alert.pk, by=clinic.nurse, via="text", now=timezone.now())
        html = nurse.see(BOARD)
        assert "Take it" not in html
        assert all(words in html for words in ("Spoke with patient", "Not reached", "Record outcome", "Hand back"))


class TestWho:
    def test_a_login_without_a_responder_is_told_how_to_become_one(self, clinic: OnCall) -> None:
        alert = flag()
        desk = at_desk(staff("new", "Nurses"))
        assert "not linked to a responder" in desk.see(BOARD)
        refused = errors(desk.send(f"{BOARD}{alert.pk}/take/"))["__all__"][0]
        assert "Responders" in refused
        alert.refresh_from_db()
        assert alert.owner is None

    def test_a_responder_who_is_switched_off_cannot_act(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        clinic.nurse.is_active = False
        clinic.nurse.save()
        assert "switched off" in errors(nurse.send(f"{BOARD}{alert.pk}/take/"))["__all__"][0]

    def test_a_coordinator_sees_and_does_not_act(self, clinic: OnCall) -> None:
        alert = flag()
        desk = at_desk(staff("cora", "Coordinators"))
        assert "Take it" not in desk.see(BOARD)
        assert desk.send(f"{BOARD}{alert.pk}/take/").status_code == 403
        desk.see(f"{BOARD}{alert.pk}/change/")

    def test_strangers_see_nothing(self, clinic: OnCall, client: object) -> None:
        flag()
        outsider = at_desk(staff("out", "Nurses"))
        outsider.client.logout()
        assert outsider.client.get(f"/admin/{BOARD}").status_code == 302
        assert outsider.client.get(f"/admin/{BOARD}?live=1").status_code == 302


class TestAlarms:
    def test_an_open_alarm_stands_on_every_page_until_it_is_over(self, nurse: Desk) -> None:
        now = timezone.now()
        alarms.shout("beat", "Beat has not worked for 3 minutes.", now=now)
        for path in ("", BOARD, "alerts/alertrule/", "alerts/nursereview/"):
            assert "Beat has not worked" in nurse.see(path), path
        alarms.settle("beat", now=now)
        assert "Beat has not worked" not in nurse.see("")

    def test_the_login_page_says_nothing_of_it(self, nurse: Desk) -> None:
        alarms.shout("beat", "Beat has not worked for 3 minutes.", now=timezone.now())
        nurse.client.logout()
        assert "Beat has not worked" not in nurse.client.get("/admin/login/").content.decode()

    def test_many_are_told_by_their_number(self, nurse: Desk) -> None:
        for number in range(5):
            alarms.shout(f"k{number}", f"Trouble {number}.", now=timezone.now())
        assert "and 2 more" in nurse.see(BOARD)
