"""People, alarms and accounts of red flags in the admin, and what each role of staff may see and do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts import alarms
from alerts.admin.marked import marked
from alerts.models import Alarm, Alert, CanaryRun, Responder
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors
from tests.support.flag_desk import at_desk, staff
from tests.support.red_flags import OnCall, on_call, sign_everything, text

pytestmark = pytest.mark.django_db
LEDGER = "alerts/alarm/ledger/"
LISTS = ("alert", "nursereview", "responder", "alertrule", "escalationpolicy", "alarm")


@pytest.fixture
def clinic() -> OnCall:
    return on_call(now=timezone.now())


@pytest.fixture
def manager(clinic: OnCall) -> Desk:
    return at_desk(staff("miles", "Managers"))


class TestResponders:
    PLAIN = {"name": "Nurse New", "language": "en", "is_active": "on"}

    def test_one_is_added_with_her_number_as_people_write_it(self, manager: Desk, clinic: OnCall) -> None:
        data = self.PLAIN | {"clinic": str(clinic.clinic.pk), "phone": "(202) 555-0188", "email": "New@Example.ORG"}
        assert "was added" in manager.told(manager.send("alerts/responder/add/", **data))
        made = Responder.objects.get(name="Nurse New")
        assert (made.phone, made.email, made.phone_verified_at) == ("+12025550188", "New@example.org", None)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"phone": "12"}, "phone"), ({"phone": "", "email": ""}, "phone"), ({"name": ""}, "name")],
    )
    def test_she_can_be_reached_and_has_a_name(
        self, manager: Desk, clinic: OnCall, changes: dict[str, str], field: str
    ) -> None:
        data = self.PLAIN | {"clinic": str(clinic.clinic.pk), "phone": "(202) 555-0188", "email": ""} | changes
        assert field in errors(manager.send("alerts/responder/add/", **data))

    def test_a_manager_links_a_login_and_it_can_act(self, manager: Desk, clinic: OnCall) -> None:
        login = staff("nadia", "Nurses")
        path = f"alerts/responder/{clinic.nurse.pk}/change/"
        assert f'value="{login.pk}"' in manager.see(path)
        manager.told(manager.edit(path, "responder_form", user=str(login.pk)))
        assert Responder.objects.get(user=login) == clinic.nurse
        assert "not linked to a responder" not in at_desk(login).see("alerts/alert/")
        taken = manager.edit(f"alerts/responder/{clinic.backup.pk}/change/", "responder_form", user=str(login.pk))
        assert "user" in errors(taken)

    def test_a_number_is_hers_alone(self, manager: Desk, clinic: OnCall) -> None:
        data = self.PLAIN | {"clinic": str(clinic.clinic.pk), "phone": clinic.nurse.phone, "email": ""}
        assert errors(manager.send("alerts/responder/add/", **data))

    def test_a_changed_number_has_to_be_verified_anew(self, manager: Desk, clinic: OnCall) -> None:
        path = f"alerts/responder/{clinic.nurse.pk}/change/"
        manager.told(manager.edit(path, "responder_form", name="Nurse Renamed"))
        clinic.nurse.refresh_from_db()
        assert clinic.nurse.phone_verified_at is not None
        manager.told(manager.edit(path, "responder_form", phone="+12025550189"))
        clinic.nurse.refresh_from_db()
        assert [clinic.nurse.phone_verified_at is None, clinic.nurse.email_verified_at is None] == [True, False]

    def test_the_list_costs_the_same_for_many(self, manager: Desk, clinic: OnCall) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                manager.see("alerts/responder/")
            return len(queries)

        cost()
        few = cost()
        for number in range(12):
            Responder.objects.create(clinic=clinic.clinic, name=f"N{number}", phone=f"+120255507{number:02}")
        assert cost() == few


class TestLedger:
    def test_it_says_that_nothing_is_lost(self, manager: Desk) -> None:
        html = manager.see(LEDGER)
        assert "Nothing is lost" in html
        assert "every sum adds up" in html

    def test_it_names_what_is_lost_by_its_row(self, manager: Desk) -> None:
        sign_everything(now=timezone.now())
        make.patient(make.PHONE)
        text("i cant feel my legs", now=timezone.now())
        alert = Alert.objects.get()
        past = timezone.now() - timedelta(minutes=20)
        Alert.objects.filter(pk=alert.pk).update(next_due_at=past, step_due_at=past)
        html = manager.see(LEDGER)
        assert "Something is lost" in html
        assert "open alert without a next step" in html
        assert make.PHONE not in html

    def test_it_tells_how_the_canary_fares(self, manager: Desk) -> None:
        now = timezone.now()
        for seconds in (2, 3, 9):
            CanaryRun.objects.create(
                started_at=now - timedelta(minutes=seconds),
                paged_at=now - timedelta(minutes=seconds) + timedelta(seconds=1),
                answered_at=now - timedelta(minutes=seconds) + timedelta(seconds=seconds),
                finished_at=now - timedelta(minutes=seconds) + timedelta(seconds=seconds),
            )
        CanaryRun.objects.create(started_at=now - timedelta(minutes=20), failure="no page in 60 s")
        html = manager.see(LEDGER)
        assert "4 runs" in html
        assert "1 did not come back" in html
        assert "3.00 s" in html
        assert "9.00 s" in html

    def test_alarms_are_listed_open_and_over_and_changed_by_nobody(self, manager: Desk) -> None:
        now = timezone.now()
        alarms.shout("one", "The rota has a gap on Sunday.", now=now - timedelta(hours=2))
        alarms.settle("one", now=now - timedelta(hours=1))
        alarms.shout("two", "Beat stands still.", now=now)
        html = manager.see("alerts/alarm/")
        assert "The rota has a gap on Sunday." in html
        assert "open, grave" in html
        alarm = Alarm.objects.get(key="two")
        manager.see(f"alerts/alarm/{alarm.pk}/change/")
        assert manager.send(f"alerts/alarm/{alarm.pk}/change/", words="x").status_code == 403


class TestRoles:
    @pytest.mark.parametrize("group", ["Coordinators", "Nurses", "Managers"])
    def test_everybody_sees_every_page(self, clinic: OnCall, group: str) -> None:
        desk = at_desk(staff("somebody", group))
        for model in LISTS:
            desk.see(f"alerts/{model}/")
        for path in (LEDGER, "alerts/alertrule/try/", "alerts/escalationpolicy/dry-run/"):
            desk.see(path)

    def test_the_sidebar_begins_with_red_flags(self, clinic: OnCall) -> None:
        html = at_desk(staff("nadia", "Nurses")).see("alerts/alertrule/")
        places = [html.index(f'href="{path}') for path in ("/admin/alerts/alert/", "/admin/alerts/nursereview/")]
        assert places == sorted(places)


class TestTheFirstPage:
    def test_it_begins_with_the_red_flags_and_says_that_nobody_has_one(self, manager: Desk, clinic: OnCall) -> None:
        assert "bw-card-presses" not in manager.see("", look="day")
        sign_everything(now=timezone.now())
        text("cant feel my legs", now=timezone.now())
        html = manager.see("", look="day")
        assert 'bw-card-presses"' in html
        assert "<strong>1</strong>open red flags" in html


class TestMarks:
    """Evidence is marked whatever it claims; the words are escaped, the marks are ours."""

    def mark(self, start: object, end: object, stance: str = "asserted") -> dict[str, object]:
        return {"concept": "legs.numb", "words": "w", "start": start, "end": end, "stance": stance}

    def test_marks_lie_in_order_and_never_over_each_other(self) -> None:
        html = marked("cant feel my legs", [self.mark(10, 17), self.mark(0, 9), self.mark(5, 12)])
        assert html.count("<mark") == 2
        assert html.replace("</mark>", "").endswith(">my legs")

    @pytest.mark.parametrize(("start", "end"), [(-4, 2), (3, 900), (5, 5), (7, 2), ("a", 3), (None, None)])
    def test_what_lies_outside_the_text_is_left_out(self, start: object, end: object) -> None:
        assert marked("legs <b>", [self.mark(start, end)]) == "legs &lt;b&gt;"
