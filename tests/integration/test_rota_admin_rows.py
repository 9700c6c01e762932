"""What stands behind the rota page: history that is taken back or looked at, rotations, numbers, the feed's address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.models import Override, Responder, Rota, Rotation
from alerts.rota import duty, keeping, readiness
from tests.integration.test_rota_admin import cover_path, next_monday
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


class TestHistory:
    """Overrides are taken back or looked at, never edited."""

    def test_taken_back_the_rota_is_what_it_was(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        before = duty.who(make.clinic(), "nurse", monday)
        desk.edit(cover_path(monday, monday + 7 * DAY), "rota-form")
        row = Override.objects.get()
        assert "Taken back" in desk.told(desk.send(f"alerts/override/{row.pk}/withdraw/"))
        assert duty.who(make.clinic(), "nurse", monday) == before
        row.refresh_from_db()
        assert row.withdrawn_by is not None
        assert "taken back" in desk.see("alerts/override/")
        assert desk.client.get(f"/admin/alerts/override/{row.pk}/delete/").status_code == 403

    def test_a_substitution_is_looked_at(self, desk: Desk, people: list[Responder]) -> None:
        monday = next_monday()
        Responder.objects.filter(pk=duty.who(make.clinic(), "nurse", monday).pk).update(email="")  # type: ignore[union-attr]
        keeping.keep(now=monday - DAY)
        row = Override.objects.get()
        page = desk.see("alerts/rota/")
        assert "look at it" in page
        assert reverse("admin:alerts_override_seen", args=[row.pk]) in page
        desk.told(desk.send(f"alerts/override/{row.pk}/seen/"))
        row.refresh_from_db()
        assert row.seen_at is not None
        assert "look at it" not in desk.see("alerts/rota/")


class TestRotations:
    """Rotations, shifts and people."""

    def test_a_saved_rotation_says_what_the_weeks_look_like(self, desk: Desk, people: list[Responder]) -> None:
        form = f"alerts/rotation/{Rotation.objects.get().pk}/change/"
        assert "covered without a gap" in desk.told(desk.edit(form, "rotation_form"))
        assert "gap(s)" in desk.told(desk.edit(form, "rotation_form", weekdays=["0", "1"]))
        assert Rotation.objects.get().weekdays == [0, 1]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"opens": "19:00"}, "closes"),
            ({"turn_length": "0"}, "turn_length"),
            ({"turn_length": "60"}, "turn_length"),
            ({"ends_on": "2020-01-01"}, "ends_on"),
            ({"weekdays": ["9"]}, "weekdays"),
        ],
    )
    def test_nonsense_is_refused(self, desk: Desk, people: list[Responder], change: dict[str, Any], field: str) -> None:
        form = f"alerts/rotation/{Rotation.objects.get().pk}/change/"
        response = desk.edit(form, "rotation_form", **change)
        assert field in errors(response)

    def test_what_has_begun_is_not_deleted(self, desk: Desk, people: list[Responder]) -> None:
        assert desk.client.get(f"/admin/alerts/rotation/{Rotation.objects.get().pk}/delete/").status_code == 403
        assert desk.client.get(f"/admin/alerts/rota/{Rota.objects.get().pk}/delete/").status_code == 403

    def test_a_number_is_verified_from_her_page(self, desk: Desk) -> None:
        ana = on_call.nurse(phone_verified_at=None)
        assert "number not verified" in desk.see(f"alerts/responder/{ana.pk}/change/")
        assert "A code was sent" in desk.told(desk.send(f"alerts/responder/{ana.pk}/verify/"))
        assert readiness.answer(ana, on_call.code_of(ana, "verify"), timezone.now())
        assert "number not verified" not in desk.see(f"alerts/responder/{ana.pk}/change/")

    def test_the_calendars_address_is_renewed(self, desk: Desk) -> None:
        ana = on_call.nurse()
        before = ana.calendar_token
        desk.told(desk.send(f"alerts/responder/{ana.pk}/renew-feed/"))
        ana.refresh_from_db()
        assert ana.calendar_token != before

    def test_every_page_can_be_opened(self, desk: Desk, people: list[Responder]) -> None:
        for page in ("rota/add/", "rotation/", "rotation/add/", "singleshift/", "singleshift/add/", "override/"):
            assert desk.see(f"alerts/{page}")
        assert "Ana Ruiz, Bea Stone, Cat Lowe" in desk.see("alerts/rotation/")
        assert "Weeks" in desk.see(f"alerts/rota/{Rota.objects.get().pk}/change/")
