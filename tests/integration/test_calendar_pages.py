"""The calendar's pages: what stands where, for whom, in how many queries, and moving a visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Clinic
from reminders import services
from reminders.models import PlannedReminder, Visit
from staff.models import Membership
from tests.support import builders as make
from tests.support.admin_pages import Desk, coming, course, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


def day_in(days: int) -> str:
    return coming(days).split()[0]


def cell_of(page: str, on: str) -> str:
    """The part of a page between one day's cell and the next."""
    return page.partition(f'data-day="{on}"')[2].partition("data-day=")[0]


class TestWhatIsShown:
    @pytest.mark.parametrize("shape", ["month", "week", "day"])
    def test_a_visit_stands_on_its_day_by_the_clinics_clock(self, desk: Desk, shape: str) -> None:
        course(make.patient(timezone="Pacific/Honolulu"))
        visit = Visit.objects.earliest("at")
        at = visit.at.astimezone(visit.schedule.patient.clinic.zone)
        page = desk.see(f"desk/calendar/{shape}/", on=f"{at:%Y-%m-%d}")
        cell = cell_of(page, f"{at:%Y-%m-%d}")
        assert "Luz, Rosa" in cell
        assert f"{at:%H:%M}</span>" in cell
        assert "09:30 by the patient’s clock" in " ".join(cell.split())
        assert "Luz, Rosa" not in cell_of(page, f"{at + timedelta(days=1):%Y-%m-%d}")

    def test_it_says_how_each_visit_stands_in_words(self, desk: Desk) -> None:
        course()
        visit = Visit.objects.earliest("at")
        for change, words in (
            ({}, "Unconfirmed"),
            ({"confirmed_at": timezone.now()}, "Confirmed"),
            ({"move_requested_at": timezone.now()}, "Asks to move"),
            ({"status": "overdue"}, "Overdue"),
        ):
            Visit.objects.filter(pk=visit.pk).update(**change)
            cell = cell_of(desk.see("desk/calendar/week/", on=day_in(7)), day_in(7))
            assert f'<span class="bw-cal-what">{words}</span>' in cell

    def test_place_and_treatment_narrow_it(self, desk: Desk) -> None:
        made = course(location="Ward 3")
        for query, there in (
            ({"location": "Ward 3"}, True),
            ({"location": "Ward 4"}, False),
            ({"treatment": made.treatment_id}, True),
            ({"treatment": made.treatment_id + 1}, False),
            ({"treatment": "nonsense"}, True),
            ({"on": "2026-99-99"}, False),
        ):
            page = desk.see("desk/calendar/day/", **({"on": day_in(7)} | query))
            assert ("Luz, Rosa" in page) is there, query

    def test_a_crowded_day_of_a_month_names_three_and_leads_to_the_rest(self, desk: Desk) -> None:
        for _ in range(5):
            course(make.patient())
        cell = cell_of(desk.see("desk/calendar/month/", on=day_in(7)), day_in(7))
        assert cell.count("Luz, Rosa") == 3
        assert "2 more" in " ".join(cell.split())

    def test_a_holiday_of_the_clinics_region_is_named(self, desk: Desk) -> None:
        Clinic.objects.create(name="A", short_name="A", timezone="America/New_York", holiday_region="US-NY")
        assert "Independence Day" in cell_of(desk.see("desk/calendar/month/", on="2027-07-04"), "2027-07-04")

    def test_a_list_for_paper_has_what_a_desk_needs(self, desk: Desk) -> None:
        course(make.patient(make.PHONE, mrn="P-77"), location="Ward 3")
        page = desk.see("desk/calendar/print/", on=day_in(7))
        for words in ("Ward 3", "P-77", "Luz, Rosa", make.PHONE, "Unconfirmed", "09:30"):
            assert words in page

    def test_a_hostile_name_is_text(self, desk: Desk) -> None:
        course(make.patient(family_name="<script>alert(1)</script>", given_name="\u05d0" * 60))
        for shape in ("month", "week", "day", "print"):
            assert "<script>alert" not in desk.see(f"desk/calendar/{shape}/", on=day_in(7))


class TestWhoSeesIt:
    def test_it_shows_visits_of_ones_own_clinics_and_no_others(self, client: Client) -> None:
        mine = course()
        user: Any = get_user_model().objects.create_user("cora", password="pw", is_staff=True)
        user.groups.add(Group.objects.get(name="Coordinators"))
        other = Clinic.objects.create(name="Elsewhere", short_name="E")
        Membership.objects.filter(user=user, clinic=other).delete()
        course(make.patient(clinic=other, family_name="Hidden"))
        client.force_login(user)
        desk = Desk(client)
        page = desk.see("desk/calendar/week/", on=day_in(7), clinic=other.pk)
        assert "Luz, Rosa" in page
        assert "Hidden" not in page
        assert "Elsewhere" not in page
        theirs = Visit.objects.filter(schedule__patient__clinic=other).earliest("at")
        assert client.get(f"/admin/desk/calendar/move/{theirs.pk}/").status_code == 404
        assert client.get(f"/admin/desk/calendar/move/{make.visit(mine).pk}/").status_code == 200

    def test_nobody_without_the_right_looks_or_moves(self, client: Client) -> None:
        visit = make.visit(course())
        user: Any = get_user_model().objects.create_user("guest", password="pw", is_staff=True)
        client.force_login(user)
        assert client.get("/admin/desk/calendar/week/").status_code == 403
        assert client.get(f"/admin/desk/calendar/move/{visit.pk}/").status_code == 403

    def test_a_member_of_no_clinic_is_told_so(self, client: Client) -> None:
        user: Any = get_user_model().objects.create_user("nova", password="pw", is_staff=True)
        user.groups.add(Group.objects.get(name="Coordinators"))
        Clinic.objects.create(name="Elsewhere", short_name="E")
        Membership.objects.filter(user=user).delete()
        client.force_login(user)
        assert "You are a member of no clinic yet" in Desk(client).see("desk/calendar/week/")


@pytest.mark.parametrize("shape", ["month", "week", "day", "print"])
def test_a_page_costs_the_same_with_three_visits_and_with_thirty(desk: Desk, shape: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.see(f"desk/calendar/{shape}/", on=day_in(7))
        return len(asked)

    for _ in range(3):
        course(make.patient(make.PHONE))
    queries()
    few = queries()
    for _ in range(27):
        course(make.patient(make.PHONE))
    assert queries() == few <= 26


class TestMoving:
    @pytest.fixture
    def visit(self) -> Visit:
        """The second of six, four weeks apart."""
        return make.visit(course(make.patient(make.PHONE), first_in=20), 2)

    @pytest.fixture
    def asked(self, desk: Desk, visit: Visit) -> Callable[..., str]:
        """The page that says what follows from a drop."""

        def ask(on: date) -> str:
            return " ".join(desk.see(f"desk/calendar/move/{visit.pk}/", to=on.isoformat()).split())

        return ask

    def test_a_drop_changes_nothing_and_says_what_would_follow(self, visit: Visit, asked: Callable[..., str]) -> None:
        before = list(PlannedReminder.objects.order_by("pk").values_list("pk", "send_at", "state"))
        page = asked(visit.on + timedelta(days=2))
        assert "What follows when it is moved to" in page
        rule = PlannedReminder.objects.filter(visit=visit).earliest("send_at").rule.name
        assert rule in page
        assert Visit.objects.get(pk=visit.pk).at == visit.at
        assert list(PlannedReminder.objects.order_by("pk").values_list("pk", "send_at", "state")) == before

    def test_one_click_more_moves_it_and_its_messages(self, desk: Desk, visit: Visit) -> None:
        on = visit.on + timedelta(days=2)
        first = PlannedReminder.objects.filter(visit=visit, state="planned").earliest("send_at")
        path = f"desk/calendar/move/{visit.pk}/?to={on}"
        said = desk.told(desk.edit(path, "move_form", apply="1"))
        moved = Visit.objects.get(pk=visit.pk)
        assert moved.on == on
        assert f"{on.day} " in said
        again = PlannedReminder.objects.filter(visit=visit, rule=first.rule, state="planned").earliest("send_at")
        assert again.send_at - first.send_at == timedelta(days=2)

    def test_what_was_moved_is_put_back_by_the_link_beside_the_word(self, desk: Desk, visit: Visit) -> None:
        on = visit.on + timedelta(days=2)
        answer = desk.edit(f"desk/calendar/move/{visit.pk}/?to={on}", "move_form", apply="1")
        said = desk.told(answer)
        back = said.partition('href="/admin/')[2].partition('"')[0].replace("&amp;", "&")
        desk.edit(back, "move_form", apply="1")
        assert Visit.objects.get(pk=visit.pk).at == visit.at

    def test_too_soon_after_the_dose_before_is_refused_in_words(self, desk: Desk, visit: Visit) -> None:
        early = make.visit(visit.schedule).on + timedelta(days=3)
        page = desk.see(f"desk/calendar/move/{visit.pk}/", to=early.isoformat())
        assert "What follows" not in page
        assert f"{early} is too soon after" in page
        answer = desk.edit(f"desk/calendar/move/{visit.pk}/?to={early}", "move_form", apply="1")
        assert answer.status_code == 200
        assert Visit.objects.get(pk=visit.pk).at == visit.at

    def test_of_two_who_move_one_visit_the_second_is_told(self, desk: Desk, visit: Visit) -> None:
        path = f"desk/calendar/move/{visit.pk}/?to={visit.on + timedelta(days=2)}"
        fields = desk.filled(path, "move_form")
        services.move_visit(
            make.visit(visit.schedule, 2), on=visit.on + timedelta(days=1), clock=visit.clock, now=timezone.now()
        )
        answer = desk.post(path, **fields, apply="1")
        assert "Somebody has moved it meanwhile" in answer.content.decode()
        assert Visit.objects.get(pk=visit.pk).on == visit.on + timedelta(days=1)

    @pytest.mark.parametrize("query", ["?to=nonsense", "?to=2026-02-31", "?at=9999", "?next=https://evil.example/"])
    def test_odd_addresses_are_harmless(self, desk: Desk, visit: Visit, query: str) -> None:
        assert "evil.example" not in desk.see(f"desk/calendar/move/{visit.pk}/{query}")
