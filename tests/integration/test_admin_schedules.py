"""Schedules in the admin: saved means planned, refusals stand at their fields, holding and cancelling say why."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from reminders.models import PlannedReminder, Schedule
from tests.support import builders as make
from tests.support.admin_pages import Desk, coming, course, errors, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


def fields(**changes: Any) -> dict[str, Any]:
    """A new schedule that nothing is wrong with."""
    day, clock = coming(7).split()
    owner = changes.pop("owner", None) or make.patient(make.PHONE, make.MAILBOX)
    drug = changes.pop("drug", None) or make.treatment()
    plain = {"patient": owner.pk, "treatment": drug.pk, "first_visit_on": day, "visit_time": clock}
    return plain | {"interval_days": "", "number_of_visits": "6", "location": "Room 4"} | changes


class TestSaving:
    """A saved schedule is a planned schedule."""

    def test_it_is_planned_at_once_and_says_how_much(self, desk: Desk) -> None:
        told = desk.told(desk.send("reminders/schedule/add/", **fields()))
        saved = Schedule.objects.get()
        visits = saved.visits.count()
        messages = PlannedReminder.objects.filter(visit__schedule=saved, state="planned").count()
        assert visits >= 4
        assert messages == 5 * visits
        assert f"{visits} visits, {messages} messages until " in told

    def test_an_edit_plans_anew(self, desk: Desk) -> None:
        saved = course()
        form = f"reminders/schedule/{saved.pk}/change/"
        told = desk.told(desk.edit(form, "schedule_form", number_of_visits="2"))
        assert "2 visits, 10 messages" in told
        assert saved.visits.filter(status="cancelled").count() == saved.visits.count() - 2

    def test_a_first_visit_that_has_passed_may_stay(self, desk: Desk) -> None:
        saved = course(first_in=-30)
        form = f"reminders/schedule/{saved.pk}/change/"
        response = desk.edit(form, "schedule_form", location="Building C")
        assert response.status_code == 302
        saved.refresh_from_db()
        assert saved.location == "Building C"

    def test_the_treatments_own_number_of_visits_fills_an_empty_field(self, desk: Desk) -> None:
        drug = make.treatment("five", interval_days=1, minimum_gap_days=1, default_visits=5, route="radiation")
        desk.told(desk.send("reminders/schedule/add/", **fields(drug=drug, number_of_visits="")))
        assert Schedule.objects.get().number_of_visits == 5


class TestRefusals:
    """Each at the field that it is about, nothing stored, never an error page."""

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            (
                {"first_visit_on": "2020-01-06"},
                "first_visit_on",
                "2020-01-06 09:30 (America/New_York) has already passed",
            ),
            (
                {"first_visit_on": "2027-03-14", "visit_time": "02:30"},
                "visit_time",
                "does not exist in America/New_York",
            ),
            ({"interval_days": "0"}, "interval_days", "greater than or equal to 1"),
            ({"interval_days": "20"}, "interval_days", "20 is shorter than the minimum gap"),
            ({"number_of_visits": "0"}, "number_of_visits", "greater than or equal to 1"),
            ({"interval_days": "30000"}, "interval_days", "is more than 3660"),
            ({"first_visit_on": "31/02/2027"}, "first_visit_on", "valid date"),
            ({"patient": ""}, "patient", "required"),
            ({"patient": "999999"}, "patient", "not one of the available choices"),
            ({"treatment": "x"}, "treatment", "not one of the available choices"),
            ({"location": "x" * 121}, "location", "at most 120"),
        ],
    )
    def test_it_names_the_field(self, desk: Desk, changes: dict[str, str], field: str, words: str) -> None:
        response = desk.send("reminders/schedule/add/", **fields(**changes))
        assert response.status_code == 200
        assert words in " ".join(errors(response)[field])
        assert not Schedule.objects.exists()

    def test_more_visits_than_the_maximum(self, desk: Desk) -> None:
        drug = make.treatment("six", maximum_doses=6)
        response = desk.send("reminders/schedule/add/", **fields(drug=drug, number_of_visits="7"))
        assert "7 is more than six allows (6)" in errors(response)["number_of_visits"][0]

    def test_a_treatment_that_is_no_longer_offered(self, desk: Desk) -> None:
        drug = make.treatment("gone", is_active=False)
        assert "no longer offered" in errors(desk.send("reminders/schedule/add/", **fields(drug=drug)))["treatment"][0]

    def test_a_patient_who_is_not_active(self, desk: Desk) -> None:
        owner = make.patient(status="discharged", status_reason="Moved away")
        assert "discharged" in errors(desk.send("reminders/schedule/add/", **fields(owner=owner)))["patient"][0]


class TestActs:
    """Holding, resuming and cancelling, each with its reason."""

    def test_holding_takes_the_messages_back_and_keeps_the_reason(self, desk: Desk) -> None:
        held = course()
        told = desk.told(desk.send(f"reminders/schedule/{held.pk}/hold/", reason="Tooth extraction"))
        held.refresh_from_db()
        assert (held.status, held.status_reason) == ("on_hold", "Tooth extraction")
        assert make.reasons(held) == {"schedule_on_hold"}
        assert "messages taken back" in told
        assert "Tooth extraction" in desk.see(f"reminders/schedule/{held.pk}/change/")

    @pytest.mark.parametrize("act", ["hold", "cancel"])
    @pytest.mark.parametrize("reason", ["", "   "])
    def test_a_reason_is_required(self, desk: Desk, act: str, reason: str) -> None:
        running = course()
        response = desk.send(f"reminders/schedule/{running.pk}/{act}/", reason=reason)
        assert errors(response)["reason"]
        running.refresh_from_db()
        assert running.status == "active"

    def test_resuming_plans_again(self, desk: Desk) -> None:
        held = course()
        before = len(make.planned(held))
        desk.send(f"reminders/schedule/{held.pk}/hold/", reason="Away")
        assert make.planned(held) == []
        told = desk.told(desk.send(f"reminders/schedule/{held.pk}/resume/"))
        assert len(make.planned(held)) == before
        assert f"{before} messages" in told

    def test_resuming_what_runs_is_refused_in_words(self, desk: Desk) -> None:
        response = desk.send(f"reminders/schedule/{course().pk}/resume/")
        assert "only one on hold can be resumed" in str(errors(response))

    def test_a_cancelled_schedule_is_read_only(self, desk: Desk) -> None:
        ended = course()
        desk.told(desk.send(f"reminders/schedule/{ended.pk}/cancel/", reason="Hospice"))
        assert {visit.status for visit in ended.visits.all()} == {"cancelled"}
        html = desk.see(f"reminders/schedule/{ended.pk}/change/")
        assert 'name="_save"' not in html
        assert "/hold/" not in html
        assert desk.send(f"reminders/schedule/{ended.pk}/hold/", reason="again").status_code == 403

    def test_a_schedule_that_is_not_there(self, desk: Desk) -> None:
        for act in ("hold", "resume", "cancel"):
            assert desk.send(f"reminders/schedule/987654/{act}/", reason="x").status_code == 404
            assert desk.send(f"reminders/schedule/nonsense/{act}/", reason="x").status_code == 404


def test_the_page_shows_visits_and_messages_by_the_patients_clock(desk: Desk) -> None:
    shown = course(make.patient(make.PHONE, timezone="America/Los_Angeles"))
    html = desk.see(f"reminders/schedule/{shown.pk}/change/")
    first = make.visit(shown)
    local = first.at.astimezone(first.schedule.patient.zone)
    assert f"{local:%a %-d %b %Y}, 09:30" in html
    assert "Los Angeles; clinic 12:30" in html
    assert "the day before at 09:00" in html
    assert f"/admin/reminders/visit/{first.pk}/move/" in html


def test_the_patient_and_treatment_boxes_search(desk: Desk) -> None:
    owner = make.patient(family_name="Quintana")
    query = {"app_label": "reminders", "model_name": "schedule", "field_name": "patient", "term": "quint"}
    found = desk.client.get("/admin/autocomplete/", query).json()["results"]
    assert [each["id"] for each in found] == [str(owner.pk)]
