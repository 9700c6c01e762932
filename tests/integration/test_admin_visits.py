"""Visits in the admin: the day's lists, and what people record about each visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reminders import services, sweeps
from reminders.models import Visit
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, errors, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


def act(desk: Desk, visit: Visit, name: str, **data: Any) -> Any:
    return desk.send(f"reminders/visit/{visit.pk}/{name}/", **data)


def today(plus: int = 0) -> str:
    """A day from today in New York."""
    return str((timezone.now().astimezone(make.NEW_YORK) + timedelta(days=plus)).date())


class TestDose:
    """Recording that a dose was given."""

    def test_today_is_filled_in_by_the_patients_calendar(self, desk: Desk) -> None:
        far = make.patient(timezone="Pacific/Kiritimati")
        visit = make.visit(course(far, first_in=0))
        there = timezone.now().astimezone(far.zone).date()
        assert f'value="{there}"' in desk.see(f"reminders/visit/{visit.pk}/dose/")

    def test_later_visits_follow_the_day_given(self, desk: Desk) -> None:
        running = course(first_in=-2)
        told = desk.told(act(desk, make.visit(running), "dose", given_on=today(-1)))
        given, following = make.visit(running, 1), make.visit(running, 2)
        assert given.status == "given"
        assert str(given.given_on) == today(-1)
        assert str(following.on) == today(27)
        assert "later visits moved" in told

    @pytest.mark.parametrize(
        ("day", "words"),
        [("", "required"), ("soon", "valid date"), ("2999-01-01", "lies in the future"), ("0001-01-01", "long before")],
    )
    def test_a_day_that_cannot_be(self, desk: Desk, day: str, words: str) -> None:
        visit = make.visit(course(first_in=0))
        response = act(desk, visit, "dose", given_on=day)
        assert words in errors(response)["given_on"][0]
        visit.refresh_from_db()
        assert visit.status == "planned"

    def test_it_can_be_taken_back(self, desk: Desk) -> None:
        running = course(first_in=-2)
        act(desk, make.visit(running), "dose", given_on=today(-1))
        assert "/undo/" in desk.see(f"reminders/visit/{make.visit(running).pk}/change/")
        desk.told(act(desk, make.visit(running), "undo"))
        assert make.visit(running).status == "planned"
        assert make.visit(running).given_on is None

    def test_taking_back_what_was_not_given_is_refused_in_words(self, desk: Desk) -> None:
        assert "No dose is recorded" in str(errors(act(desk, make.visit(course()), "undo")))


class TestMove:
    """Another day and time."""

    def test_it_moves_with_its_reminders(self, desk: Desk) -> None:
        running = course(first_in=7)
        desk.told(act(desk, make.visit(running), "move", on=today(8), clock="14:15"))
        moved = make.visit(running)
        assert (str(moved.on), f"{moved.clock:%H:%M}", moved.pinned) == (today(8), "14:15", True)
        assert {row.anchor_at for row in make.reminders(running, visit=moved, state="planned")} == {moved.at}

    @pytest.mark.parametrize(
        ("on", "clock", "field", "words"),
        [
            (today(-3), "09:00", "on", "passed"),
            ("0001-01-01", "09:00", "on", "too far off"),
            ("9999-12-31", "23:59", "on", "too far off"),
            ("2027-03-14", "02:30", "clock", "does not exist"),
            ("2027-03-14", "25:00", "clock", "valid time"),
            ("", "09:00", "on", "required"),
        ],
    )
    def test_a_time_that_cannot_be(self, desk: Desk, on: str, clock: str, field: str, words: str) -> None:
        visit = make.visit(course())
        assert words in errors(act(desk, visit, "move", on=on, clock=clock))[field][0]

    def test_too_soon_after_the_last_one(self, desk: Desk) -> None:
        running = course(first_in=7)
        second = make.visit(running, 2)
        response = act(desk, second, "move", on=str(second.on - timedelta(days=20)), clock="09:00")
        assert "too soon" in errors(response)["on"][0]


class TestTheRest:
    """Confirming, missing, cancelling."""

    def test_confirming_stops_the_question(self, desk: Desk) -> None:
        running = course(first_in=5)
        desk.told(act(desk, make.visit(running), "confirm"))
        assert make.visit(running).confirmed_at is not None
        assert "confirm/sms" not in make.planned(running, 1)
        assert ">Confirmed<" in desk.see("reminders/visit/")

    def test_a_missed_visit_keeps_the_reason(self, desk: Desk) -> None:
        running = course(first_in=-1)
        desk.told(act(desk, make.visit(running), "miss", reason="No transport"))
        assert (make.visit(running).status, make.visit(running).status_reason) == ("missed", "No transport")

    def test_a_visit_to_come_cannot_have_been_missed(self, desk: Desk) -> None:
        running = course(first_in=3)
        assert "still to come" in str(errors(act(desk, make.visit(running), "miss", reason="x")))

    def test_cancelling_one_leaves_the_others(self, desk: Desk) -> None:
        running = course(first_in=5)
        desk.told(act(desk, make.visit(running), "cancel", reason="Blood count"))
        assert make.visit(running, 1).status == "cancelled"
        assert make.visit(running, 2).status == "planned"
        assert make.reasons(running, visit__number=1) == {"visit_cancelled"}

    def test_several_are_confirmed_at_once_and_those_that_cannot_be_are_named(self, desk: Desk) -> None:
        good, done = course(first_in=2), course(first_in=3)
        act(desk, make.visit(done), "cancel", reason="x")
        chosen = [make.visit(good).pk, make.visit(done).pk]
        response = desk.send("reminders/visit/", action="confirm_selected", _selected_action=chosen)
        told = desk.told(response)
        assert "1 visit confirmed." in told
        assert "nothing to confirm" in told
        assert done.patient.mrn in told

    def test_it_goes_back_where_the_person_came_from_and_nowhere_else(self, desk: Desk) -> None:
        visit = make.visit(course(first_in=5))
        back = "/admin/reminders/visit/?when=week"
        assert act(desk, visit, "confirm", next=back)["Location"] == back
        for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
            own = f"/admin/reminders/visit/{visit.pk}/change/"
            assert act(desk, visit, "confirm", next=elsewhere)["Location"] == own

    def test_looking_changes_nothing(self, desk: Desk) -> None:
        visit = make.visit(course(first_in=0))
        for name in ("dose", "confirm", "move", "miss", "cancel", "undo"):
            desk.see(f"reminders/visit/{visit.pk}/{name}/")
        visit.refresh_from_db()
        assert (visit.status, visit.confirmed_at) == ("planned", None)


class TestLists:
    """The tabs above the list answer a coordinator's questions."""

    def listed(self, desk: Desk, **query: str) -> set[int]:
        response = desk.client.get("/admin/reminders/visit/", query)
        assert response.status_code == 200, query
        return {visit.pk for visit in response.context["cl"].result_list}

    def test_each_question_has_its_visits(self, desk: Desk) -> None:
        now = timezone.now()
        due, soon, later = course(first_in=0), course(first_in=6), course(first_in=7)
        late = course(first_in=-10, visits=1)
        asked = course(first_in=3)
        services.request_move(make.visit(asked), words="another day please", now=now)
        services.confirm_visit(make.visit(soon), now=now)
        sweeps.mark_overdue(now=now)
        pk = {
            name: make.visit(row).pk
            for name, row in {"due": due, "soon": soon, "later": later, "late": late, "asked": asked}.items()
        }
        assert self.listed(desk, when="today") == {pk["due"]}
        assert self.listed(desk, when="week") == {pk["due"], pk["soon"], pk["asked"]}
        assert self.listed(desk, when="move") == {pk["asked"]}
        assert self.listed(desk, when="overdue") == {pk["late"]}
        assert pk["late"] in self.listed(desk, when="unrecorded")
        assert pk["soon"] not in self.listed(desk, when="unconfirmed")
        assert pk["asked"] in self.listed(desk, when="unconfirmed")
        assert {pk["late"], pk["later"]} < self.listed(desk)

    def test_by_location_treatment_and_route(self, desk: Desk) -> None:
        here = course(location="Room <4>")
        course(location="Room 5", treatment=make.treatment("other", route="injection"))
        visits = set(here.visits.values_list("pk", flat=True))
        assert self.listed(desk, location="Room <4>") == visits
        assert self.listed(desk, schedule__treatment__id__exact=str(here.treatment_id)) == visits
        assert self.listed(desk, route="infusion") == visits

    @pytest.mark.parametrize("odd", [{"when": "nonsense"}, {"route": "x"}, {"q": "%'\""}, {"location": "\x00"}])
    def test_an_odd_question_is_no_error(self, desk: Desk, odd: dict[str, str]) -> None:
        course()
        assert desk.client.get("/admin/reminders/visit/", odd).status_code in (200, 302)

    def test_a_row_offers_what_makes_sense(self, desk: Desk) -> None:
        given, future = make.visit(course(first_in=-1)), make.visit(course(first_in=40))
        act(desk, given, "dose", given_on=today(-1))
        html = desk.see("reminders/visit/")
        assert f"/{given.pk}/undo/" in html
        assert f"/{given.pk}/move/" not in html
        assert f"/{future.pk}/move/" in html
        assert f"/{future.pk}/dose/" not in html


def test_a_scan_takes_place_and_a_drug_is_given(desk: Desk) -> None:
    scan = make.visit(course(first_in=0, treatment=make.treatment("scan", route="test", interval_days=None), visits=1))
    assert ">Took place</a>" in desk.see("reminders/visit/")
    assert "Record that it took place" in desk.see(f"reminders/visit/{scan.pk}/dose/")
    desk.told(act(desk, scan, "dose", given_on=today()))
    scan.refresh_from_db()
    assert scan.status == "given"
    drug = make.visit(course(first_in=0))
    assert "Record the dose" in desk.see(f"reminders/visit/{drug.pk}/dose/")
