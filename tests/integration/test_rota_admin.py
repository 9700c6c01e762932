"""The rota in the admin: weeks, gaps, overlaps; an override or a swap after a look at what it changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from alerts.models import Override, Responder, Rota, RotaQuestion, Rotation, SingleShift
from alerts.rota import duty, readiness
from tests.support import builders as make
from tests.support import rota as on_call
from tests.support.admin_pages import Desk, errors, superuser

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


@pytest.fixture
def people() -> list[Responder]:
    """Ana, Bea and Cat by turns of a week."""
    return on_call.weekly()[1]


def next_monday() -> datetime:
    """The next handover."""
    local = timezone.now().astimezone(make.NEW_YORK)
    day = local.date() + (7 - local.weekday()) * DAY
    return make.ny(f"{day} 08:00")


def span(start: datetime, end: datetime) -> str:
    return f"start={start:%Y-%m-%dT%H:%M:%S%z}&end={end:%Y-%m-%dT%H:%M:%S%z}".replace("+", "%2B")


def cover_path(start: datetime, end: datetime) -> str:
    return f"alerts/rota/{Rota.objects.get().pk}/cover/?{span(start, end)}"


def cover(person: Responder, start: datetime, end: datetime, **more: Any) -> dict[str, Any]:
    """The form's fields."""
    return {
        "person": person.pk,
        "starts_on": f"{start:%Y-%m-%d}",
        "starts_clock": f"{start:%H:%M}",
        "ends_on": f"{end:%Y-%m-%d}",
        "ends_clock": f"{end:%H:%M}",
        "reason": "a test",
    } | more


class TestWeeks:
    """The page."""

    def test_it_shows_who_is_on_now_and_who_comes(self, desk: Desk, people: list[Responder]) -> None:
        page = desk.see("alerts/rota/")
        holder = duty.who(make.clinic(), "nurse", timezone.now())
        assert holder is not None
        assert f"<strong>{holder}</strong>" in page
        assert page.count('class="bw-week"') == 4
        assert page.count('class="bw-now"') == 1
        assert "bw-gap " not in page
        assert "ready" in page
        assert f"/oncall/{people[0].calendar_token}.ics" in page

    def test_a_gap_is_red_and_an_overlap_amber_and_both_are_links(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        Rotation.objects.update(ends_on=(monday + 14 * DAY).date())
        SingleShift.objects.create(
            rota=Rota.objects.get(), responder=people[0], starts_at=monday + DAY, ends_at=monday + 2 * DAY
        )
        SingleShift.objects.create(
            rota=Rota.objects.get(), responder=people[1], starts_at=monday + DAY, ends_at=monday + 2 * DAY
        )
        page = desk.see("alerts/rota/")
        gap = re.search(r'<a class="bw-bar bw-gap[^>]*?href="([^"]+)"[^>]*?title="([^"]+)"', page, re.DOTALL)
        assert gap is not None
        assert "Nobody" in gap[2]
        assert f"{monday + 14 * DAY:%a %-d %b} 08:00" in gap[2]
        assert re.search(r'<a class="bw-bar bw-overlap[^>]*?title="Two at once: ', page, re.DOTALL)
        assert desk.client.get(gap[1].replace("&amp;", "&")).status_code == 200

    def test_other_weeks_can_be_looked_at_and_nonsense_is_this_week(self, desk: Desk, people: list[Responder]) -> None:
        assert "1 Jun – 7 Jun 2026" in desk.see("alerts/rota/", **{"from": "2026-06-03"})
        this = desk.see("alerts/rota/")
        for odd in ("x", "0001-01-01", "9999-12-31", "2026-13-40"):
            assert (
                re.findall(r"<h2>[^<]+", this)[:1]
                == re.findall(r"<h2>[^<]+", desk.see("alerts/rota/", **{"from": odd}))[:1]
            )
        assert desk.see("alerts/rota/", clinic="99999")

    def test_without_clinic_or_rota_it_says_so(self, desk: Desk) -> None:
        assert "There is no clinic yet." in desk.see("alerts/rota/")
        make.clinic()
        assert "No rota yet." in desk.see("alerts/rota/")

    def test_who_is_not_ready_has_a_badge(self, desk: Desk, people: list[Responder]) -> None:
        Responder.objects.filter(pk=people[0].pk).update(phone_verified_at=None)
        on_call.stop(people[1], timezone.now())
        page = desk.see("alerts/rota/")
        assert "number not verified" in page
        assert "texted STOP" in page

    def test_whoever_may_only_look_gets_no_links_to_change(self, client: Client, people: list[Responder]) -> None:
        viewer = get_user_model().objects.create_user("viewer", password="pw", is_staff=True)
        viewer.user_permissions.add(Permission.objects.get(codename="view_rota"))
        client.force_login(viewer)
        page = Desk(client).see("alerts/rota/")
        assert "/cover/" not in page
        assert ".ics" not in page
        monday = next_monday()
        assert client.get(f"/admin/{cover_path(monday, monday + DAY)}").status_code == 403

    def test_whoever_may_not_look_is_refused(self, client: Client, people: list[Responder]) -> None:
        client.force_login(get_user_model().objects.create_user("stranger", password="pw", is_staff=True))
        assert client.get("/admin/alerts/rota/").status_code == 403


class TestCover:
    """Somebody else for a while."""

    def test_the_page_opens_filled_with_the_next_one_and_shows_what_changes(
        self, desk: Desk, people: list[Responder]
    ) -> None:
        monday = next_monday()
        now_on = duty.who(make.clinic(), "nurse", monday)
        following = duty.who(make.clinic(), "nurse", monday + 7 * DAY)
        page = desk.see(cover_path(monday, monday + 7 * DAY))
        assert f'<option value="{following.pk}" selected' in page  # type: ignore[union-attr]
        assert f"Covers for {now_on}" in page
        assert "What changes" in page
        assert 'value="08:00"' in page

    def test_two_clicks_put_somebody_on_and_tell_both(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        path = cover_path(monday, monday + 7 * DAY)
        before = duty.who(make.clinic(), "nurse", monday)
        told = desk.told(desk.edit(path, "rota-form"))
        row = Override.objects.get()
        assert (row.starts_at, row.ends_at) == (monday, monday + 7 * DAY)
        assert row.created_by is not None
        assert row.other == before
        assert str(row.responder) in told
        assert duty.who(make.clinic(), "nurse", monday) == row.responder
        for person in (row.responder, before):
            assert on_call.texts(person) == ["rota_changed"]  # type: ignore[arg-type]

    def test_a_preview_changes_nothing(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        data = cover(people[2], monday, monday + DAY, preview="1")
        response = desk.client.post(
            f"/admin/{cover_path(monday, monday + DAY)}", data, headers={"X-Requested-With": "fetch"}
        )
        body = response.content.decode()
        assert "Cat Lowe" in body
        assert "<html" not in body
        assert not Override.objects.exists()

    def test_the_preview_warns_of_what_a_coordinator_should_know(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        charge = on_call.rota("charge")
        on_call.rotation(charge, people[2])
        Responder.objects.filter(pk=people[2].pk).update(email="")
        data = cover(people[2], monday, monday + DAY, preview="1")
        body = desk.client.post(f"/admin/alerts/rota/{Rota.objects.get(role='nurse').pk}/cover/", data).content.decode()
        assert "Cat Lowe is not ready: no second channel" in body
        assert "Cat Lowe is on call as charge nurse at the same time." in body

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"ends_on": "2020-01-01"}, "ends_on"),
            ({"ends_on": "2099-01-01"}, "ends_on"),
            ({"person": "99999"}, "person"),
            ({"reason": " "}, "reason"),
            ({"starts_clock": "25:00"}, "starts_clock"),
        ],
    )
    def test_nonsense_is_refused_at_its_field(
        self, desk: Desk, people: list[Responder], change: dict[str, str], field: str
    ) -> None:
        monday = next_monday()
        response = desk.send(cover_path(monday, monday + DAY), **cover(people[2], monday, monday + DAY) | change)
        assert response.status_code == 200
        assert field in errors(response)
        assert not Override.objects.exists()

    def test_a_time_that_clocks_skip_is_named(self, desk: Desk, people: list[Responder]) -> None:
        start, end = make.ny("2027-03-13 20:00"), make.ny("2027-03-14 20:00")
        data = cover(people[2], start, end) | {"ends_clock": "02:30"}
        response = desk.send(cover_path(start, end), **data)
        assert "02:30 does not exist" in errors(response)["ends_clock"][0]

    def test_odd_addresses_are_answered(self, desk: Desk, people: list[Responder]) -> None:
        pk = Rota.objects.get().pk
        for query in ("", "?start=x&end=y", "?start=2026-06-01&end=2026-06-02", "?start=2020-01-01T00:00%2B00:00"):
            assert desk.client.get(f"/admin/alerts/rota/{pk}/cover/{query}").status_code == 200
        assert desk.client.get("/admin/alerts/rota/9999/cover/").status_code == 404


class TestSwap:
    """Two shifts change hands."""

    def path(self, start: datetime) -> str:
        return f"alerts/rota/{Rota.objects.get().pk}/swap/?{span(start, start + 7 * DAY)}"

    def test_both_are_asked_and_it_stands_when_both_have_answered(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        one, two = (duty.who(make.clinic(), "nurse", monday + n * 7 * DAY) for n in (0, 1))
        assert one is not None
        assert two is not None
        told = desk.told(
            desk.send(self.path(monday), shift=(monday + 7 * DAY).astimezone(UTC).isoformat(), reason="Wedding")
        )
        assert "asked by text" in told
        assert duty.who(make.clinic(), "nurse", monday) == one
        assert "waits for both" in desk.see("alerts/rota/")
        for person in (one, two):
            assert readiness.answer(person, on_call.code_of(person, "swap"), timezone.now())
        assert duty.who(make.clinic(), "nurse", monday) == two
        assert duty.who(make.clinic(), "nurse", monday + 7 * DAY) == one

    def test_one_that_was_agreed_on_the_phone_stands_at_once(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        two = duty.who(make.clinic(), "nurse", monday + 7 * DAY)
        shift = (monday + 7 * DAY).astimezone(UTC).isoformat()
        assert desk.told(desk.send(self.path(monday), shift=shift, reason="Wedding", agreed="on")) == "Swapped."
        assert duty.who(make.clinic(), "nurse", monday) == two
        assert not RotaQuestion.objects.exists()

    def test_the_page_opens_with_a_preview(self, desk: Desk, people: list[Responder]) -> None:
        assert "What changes" in desk.see(self.path(next_monday()))

    def test_without_a_date_it_is_the_next_shift_and_not_the_one_that_runs(
        self, desk: Desk, people: list[Responder]
    ) -> None:
        coming = duty.who(make.clinic(), "nurse", next_monday())
        assert coming != duty.who(make.clinic(), "nurse", timezone.now())
        assert f"Swap: {coming}, " in desk.see(f"alerts/rota/{Rota.objects.get().pk}/swap/")

    def test_a_gap_cannot_be_swapped(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        Rotation.objects.update(ends_on=monday.date())
        assert desk.client.get(f"/admin/{self.path(monday)}").status_code == 404
