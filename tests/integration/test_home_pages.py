"""The home of each role: its figures are those of the lists behind them, of one's own clinics, in few queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.models import Alert
from desk import figures
from desk.models import DayFigures
from messaging import guard
from messaging.models import Message
from patients.models import Clinic, ContactPoint
from reminders.models import Visit
from staff.models import Membership
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, superuser
from tests.support.flag_desk import flag
from tests.support.red_flags import sign_everything

pytestmark = pytest.mark.django_db


def member(role: str, *clinics: Clinic, name: str = "cora") -> Any:
    """Somebody of one role who works for these clinics and no others."""
    user: Any = get_user_model().objects.create_user(name, password="pw", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    Membership.objects.filter(user=user).exclude(clinic__in=clinics).delete()
    return user


def cards(client: Client, look: str = "") -> dict[str, Any]:
    """Words of each card → the card."""
    response = client.get("/admin/", {"look": look} if look else {})
    assert response.status_code == 200
    return {str(card.words): card for card in response.context["cards"]}


def rows_of(client: Client, address: str) -> int:
    """How many rows the list behind a card has."""
    response = client.get(address)
    assert response.status_code == 200, address
    return int(response.context["cl"].result_count)


class TestDay:
    @pytest.fixture
    def desk(self, client: Client) -> Desk:
        """Visits today, this week and overdue; one unreachable patient; one lost message."""
        client.force_login(superuser())
        now = timezone.now()
        for _ in range(3):
            course(make.patient(make.PHONE), first_in=2)
        moved = make.visit(course(make.patient(make.PHONE), first_in=4))
        Visit.objects.filter(pk=moved.pk).update(move_requested_at=now)
        late = make.visit(course(make.patient(make.PHONE), first_in=5))
        Visit.objects.filter(pk=late.pk).update(status="overdue")
        said = make.visit(course(make.patient(make.PHONE), first_in=1))
        Visit.objects.filter(pk=said.pk).update(confirmed_at=now)
        ContactPoint.objects.filter(patient=said.schedule.patient).delete()
        _lost(now, said.schedule.patient.clinic)
        return Desk(client)

    def test_every_figure_is_that_of_the_list_behind_it(self, desk: Desk) -> None:
        found = cards(desk.client)
        expected = {
            "unconfirmed in the next 7 days": 4,
            "ask to move": 1,
            "overdue doses": 1,
            "messages lost since yesterday": 1,
            "patients with no working contact": 1,
        }
        for words, count in expected.items():
            assert (words, found[words].figure) == (words, count)
            assert rows_of(desk.client, found[words].address) == count, words
        for words in ("visits today", "open tasks"):
            assert rows_of(desk.client, found[words].address) == found[words].figure, words

    def test_what_wants_a_look_is_red_and_nothing_else(self, desk: Desk) -> None:
        found = cards(desk.client)
        assert found["overdue doses"].red
        assert not found["held messages"].red
        assert not found["visits today"].red

    def test_the_week_counts_who_comes_each_day(self, desk: Desk) -> None:
        week = desk.client.get("/admin/").context["week"]
        assert len(week) == 7
        assert [day.visits for day in week][1:6] == [1, 3, 0, 1, 1]
        assert [day.unconfirmed for day in week][1:6] == [0, 3, 0, 1, 0]
        assert "Luz, Rosa" in desk.see(week[2].address.removeprefix("/admin/"))

    def test_it_says_what_is_stopped(self, desk: Desk) -> None:
        assert "nothing is stopped" in desk.see("")
        guard.pause(by="boss", reason="A fire drill", now=timezone.now())
        page = desk.see("")
        assert "A fire drill" in page
        assert "something is stopped" in page

    def test_an_empty_clinic_says_what_to_do(self, client: Client) -> None:
        Clinic.objects.create(name="New", short_name="N")
        client.force_login(superuser())
        page = Desk(client).see("")
        assert "No visit today." in page
        assert "Nothing to do." in page


def _lost(now: datetime, clinic: Clinic) -> Message:
    return Message.objects.create(
        key="lost", channel="sms", purpose="reminders", address=make.PHONE, body="x", status="failed", reason="no",
        lane=f"sms||routine|{clinic.pk}", owner=str(clinic.pk), due_at=now, wanted_at=now, created_at=now,
        expires_at=now + timedelta(hours=1), finished_at=now,
    )  # fmt: skip


class TestWhose:
    @pytest.mark.parametrize(
        ("role", "title"),
        [
            ("Coordinators", "Today"),
            ("Nurses", "Red flags"),
            ("Physicians", "Red flags"),
            ("Managers", "Figures"),
            ("Auditors", "Figures"),
        ],
    )
    def test_each_role_begins_at_its_own(self, client: Client, role: str, title: str) -> None:
        client.force_login(member(role, make.clinic()))
        assert str(client.get("/admin/").context["title"]) == title

    def test_no_figure_counts_rows_of_other_clinics(self, client: Client) -> None:
        mine, other = make.clinic(), Clinic.objects.create(name="Elsewhere", short_name="E")
        user = member("Managers", mine)
        late = make.visit(course(make.patient(make.PHONE, clinic=other, family_name="Hidden"), first_in=0))
        Visit.objects.filter(pk=late.pk).update(status="overdue")
        ContactPoint.objects.filter(patient__clinic=other).delete()
        _lost(timezone.now(), other)
        client.force_login(user)
        for look in ("day", "flags", "numbers"):
            assert "Hidden" not in Desk(client).see("", look=look)
            for card in cards(client, look).values():
                assert card.figure in (0, "–"), (look, card)

    def test_a_member_of_no_clinic_is_told_so(self, client: Client) -> None:
        make.clinic()
        client.force_login(member("Coordinators"))
        assert "You are a member of no clinic yet" in Desk(client).see("")

    def test_who_may_see_none_of_it_gets_the_plain_list_of_pages(self, client: Client) -> None:
        user: Any = get_user_model().objects.create_user("guest", password="pw", is_staff=True)
        client.force_login(user)
        assert "look" not in client.get("/admin/").context


class TestFlags:
    def test_open_red_flags_stand_with_clock_turn_and_next_step(self, client: Client) -> None:
        sign_everything()
        alert = flag()
        client.force_login(superuser())
        page = Desk(client).see("", look="flags")
        assert f"/admin/alerts/alert/{alert.pk}/" in page
        assert "data-since=" in page
        assert cards(client, "flags")["with nobody yet"].figure == 1

    def test_waiting_times_are_those_that_were_measured(self, client: Client) -> None:
        sign_everything()
        alert = flag()
        client.force_login(superuser())
        Alert.objects.filter(pk=alert.pk).update(raised_at=timezone.now() - timedelta(minutes=90))
        shown = {tier.words: tier for tier in client.get("/admin/?look=numbers").context["tiers"]}
        assert shown["Red"].count == 1
        assert list(shown["Red"].accepted) == ["–", "–", "–"]


class TestDayFigures:
    def test_visits_and_messages_are_counted_on_their_days(self) -> None:
        now = timezone.now()
        kept = make.visit(course(make.patient(make.PHONE), first_in=1))
        day = timezone.now().astimezone(make.NEW_YORK).date() - timedelta(days=2)
        at = now - timedelta(days=2)
        Visit.objects.filter(pk=kept.pk).update(
            on=day, at=at, status="given", given_on=day, confirmed_at=at - timedelta(hours=30)
        )
        gone = make.visit(course(make.patient(make.PHONE), first_in=1))
        Visit.objects.filter(pk=gone.pk).update(on=day, at=at, status="missed", status_reason="ill")
        _lost(now, kept.schedule.patient.clinic)
        assert figures.take(now=now) > 80
        row = DayFigures.objects.get(on=day, clinic=kept.schedule.patient.clinic)
        assert (row.visits, row.kept, row.missed, row.confirmed, row.lead_hours) == (2, 1, 1, 1, 30)
        today = DayFigures.objects.get(on=day + timedelta(days=2), clinic=row.clinic)
        assert (today.texts_arrived, today.texts_lost) == (0, 1)

    def test_counting_again_changes_what_changed_and_adds_nothing(self) -> None:
        now = timezone.now()
        visit = make.visit(course(make.patient(make.PHONE), first_in=1))
        figures.take(now=now)
        rows = DayFigures.objects.count()
        day = (now.astimezone(make.NEW_YORK) - timedelta(days=3)).date()
        Visit.objects.filter(pk=visit.pk).update(on=day, at=now - timedelta(days=3), status="missed")
        figures.take(now=now)
        assert DayFigures.objects.count() == rows
        assert DayFigures.objects.get(on=day).missed == 1

    def test_the_charts_show_them_as_pictures_and_as_tables(self, client: Client) -> None:
        course()
        client.force_login(superuser())
        assert "Nothing is counted yet" in Desk(client).see("", look="day")
        figures.take(now=timezone.now())
        page = Desk(client).see("", look="day")
        assert page.count('<canvas class="chart"') == 4
        assert page.count("<details>") == 4


@pytest.mark.parametrize("look", ["day", "flags", "numbers"])
def test_a_home_costs_the_same_with_three_rows_and_with_thirty(client: Client, look: str) -> None:
    client.force_login(superuser())

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/admin/", {"look": look}).status_code == 200
        return len(asked)

    for _ in range(3):
        course(make.patient(make.PHONE), first_in=0)
    queries()
    few = queries()
    for _ in range(27):
        course(make.patient(make.PHONE), first_in=0)
    assert queries() == few <= 45
