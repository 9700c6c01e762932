"""Every page of the admin: it opens, it escapes, it costs the same for 30 rows as for 5, and it asks who you are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import InboundMessage, Message
from patients.models import Clinic, CoordinatorTask, Patient, PatientLink, TaskKind
from reminders import services
from reminders.models import PlannedReminder, Schedule, Visit
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, superuser

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>\"'&{{7*7}}"
LISTS = (
    "patients/clinic/",
    "patients/patient/",
    "patients/coordinatortask/",
    "reminders/schedule/",
    "reminders/visit/",
    "reminders/treatment/",
    "reminders/reminderrule/",
    "reminders/plannedreminder/",
)


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


def crowd(count: int, start: int = 0) -> None:
    """Patients, each with contacts, a schedule with plans, a task, and a treatment and location of their own."""
    now = timezone.now()
    for number in range(start, start + count):
        owner = make.patient(f"+1202555{1000 + number}", f"p{number}@example.org", timezone="America/Chicago")
        drug = make.treatment(f"drug_{number}", name=f"Drug {number}")
        made = course(owner, first_in=3, treatment=drug, location=f"Room {number}", visits=3)
        CoordinatorTask.objects.create(
            patient=owner, kind=TaskKind.NO_CONTACT, key=f"k{number}", title=f"Task {number}", opened_at=now
        )
        if number % 2:
            services.hold_schedule(made, reason="away", now=now)


class TestQueries:
    """No list asks once per row."""

    def cost(self, desk: Desk, path: str) -> int:
        desk.see(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk.see(path)
        return len(queries)

    def test_lists_cost_the_same_for_5_rows_and_for_30(self, desk: Desk) -> None:
        paths = [*LISTS, "", "messaging/message/"]
        crowd(5)
        few = {path: self.cost(desk, path) for path in paths}
        crowd(25, start=5)
        assert Schedule.objects.count() == 30
        many = {path: self.cost(desk, path) for path in paths}
        # A page that is full, or a filter that gained choices, is no reason for another query.
        assert many == few
        assert max(many.values()) < 40, many

    def test_a_patients_page_costs_the_same_whatever_it_shows(self, desk: Desk) -> None:
        quiet, busy = make.patient("+12025550101"), make.patient("+12025550102", "busy@example.org")
        course(quiet, visits=1)
        for number in range(4):
            course(busy, first_in=3 + number, treatment=make.treatment(f"t{number}"))
        one = self.cost(desk, f"patients/patient/{quiet.pk}/change/")
        other = self.cost(desk, f"patients/patient/{busy.pk}/change/")
        assert other <= one + 2
        assert other < 50

    def test_a_schedules_page_costs_the_same_whatever_it_shows(self, desk: Desk) -> None:
        short, long = course(visits=1), course(visits=6)
        costs = {self.cost(desk, f"reminders/schedule/{row.pk}/change/") for row in (short, long)}
        assert len(costs) == 1


class TestHostileWords:
    """What people type is shown, never run."""

    def test_no_page_lets_them_through(self, desk: Desk) -> None:
        owner = make.patient("+12025550101", given_name=HOSTILE, family_name=HOSTILE, mrn=HOSTILE[:40])
        drug = make.treatment("evil", name=HOSTILE, after_visit_notes=HOSTILE, before_visit_tasks=[HOSTILE])
        made = course(owner, location=HOSTILE, treatment=drug, first_in=0)
        visit = make.visit(made)
        services.request_move(visit, words=HOSTILE, now=timezone.now())
        task = CoordinatorTask.objects.latest("pk")
        CoordinatorTask.objects.filter(pk=task.pk).update(title=HOSTILE)
        desk.send(f"reminders/visit/{make.visit(made, 2).pk}/cancel/", reason=HOSTILE)
        reminder = PlannedReminder.objects.earliest("pk")
        contact = owner.contacts.get()
        pages = [
            *LISTS,
            "",
            f"patients/patient/{owner.pk}/change/",
            f"patients/patient/{owner.pk}/history/",
            f"patients/coordinatortask/{task.pk}/change/",
            f"patients/coordinatortask/{task.pk}/done/",
            f"reminders/schedule/{made.pk}/change/",
            f"reminders/schedule/{made.pk}/hold/",
            f"reminders/schedule/contacts/{contact.pk}/consent/",
            f"reminders/visit/{visit.pk}/change/",
            f"reminders/visit/{visit.pk}/dose/",
            f"reminders/treatment/{drug.pk}/change/",
            f"reminders/treatment/{drug.pk}/sign-off/",
            f"reminders/plannedreminder/{reminder.pk}/change/",
        ]
        for path in pages:
            html = desk.see(path)
            assert "<script>alert(" not in html, path
        for path in (f"patients/patient/{owner.pk}/change/", "reminders/visit/", "reminders/schedule/"):
            assert "&lt;script&gt;alert(" in desk.see(path)

    def test_braces_are_not_a_template(self, desk: Desk) -> None:
        owner = make.patient(given_name="{{7*7}}{% now 'Y' %}")
        assert "{{7*7}}" in desk.see(f"patients/patient/{owner.pk}/change/")


class TestOpening:
    """Pages open with nothing in the database, and for rows in every state."""

    def test_empty(self, desk: Desk) -> None:
        for path in ("", *LISTS, "patients/patient/add/", "reminders/schedule/add/", "reminders/reminderrule/add/"):
            desk.see(path)

    def test_forms_for_adding(self, desk: Desk) -> None:
        for model in ("patients/clinic", "patients/patient", "reminders/schedule", "reminders/treatment"):
            desk.see(f"{model}/add/")
        for model in ("patients/coordinatortask", "reminders/visit", "reminders/plannedreminder"):
            assert desk.client.get(f"/admin/{model}/add/").status_code == 403

    def test_an_address_that_names_no_row_is_no_error(self, desk: Desk) -> None:
        for query in ("patient=abc", "patient=99999999999999999999", "patient=", "treatment=%00"):
            assert desk.client.get(f"/admin/reminders/schedule/add/?{query}").status_code in (200, 302)

    def test_every_registered_page_has_a_place_in_the_sidebar_or_is_left_out_on_purpose(self, desk: Desk) -> None:
        html = desk.see("")
        for model in admin.site._registry:
            # A patient's links stand on her own page and in no list.
            if model._meta.app_label in ("patients", "reminders", "messaging", "auth") and model is not PatientLink:
                assert f'href="/admin/{model._meta.app_label}/{model._meta.model_name}/' in html, model

    def test_the_first_page_counts_and_links(self, desk: Desk) -> None:
        crowd(3)
        response = desk.client.get("/admin/")
        figures = {card.words: card.figure for card in response.context["cards"]}
        assert figures["open tasks"] == 3
        assert figures["unconfirmed in the next 7 days"] == 3
        assert figures["messages lost since yesterday"] == Message.objects.count() == 0
        for card in response.context["cards"]:
            assert desk.client.get(card.address).status_code == 200


class TestRights:
    """Who may not, cannot."""

    @pytest.fixture
    def clerk(self, client: Client) -> Any:
        """Staff without any right."""
        user = get_user_model().objects.create_user("clerk", password="pw", is_staff=True)
        client.force_login(user)
        return user

    def grant(self, user: Any, *codenames: str) -> None:
        user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))

    def test_a_stranger_is_asked_to_sign_in(self, client: Client) -> None:
        for path in ("", *LISTS, "reminders/visit/1/dose/", "reminders/schedule/contacts/1/consent/"):
            response = client.get(f"/admin/{path}")
            assert response.status_code == 302
            assert "/admin/login/" in response["Location"]

    def test_signing_in_without_a_destination_leads_to_the_first_page(self, client: Client) -> None:
        superuser()
        response = client.post("/admin/login/", {"username": "boss", "password": "pw"})
        assert response["Location"] == "/admin/"

    def test_staff_without_rights_see_nothing(self, client: Client, clerk: Any) -> None:
        assert client.get("/admin/").status_code == 200
        for path in LISTS:
            assert client.get(f"/admin/{path}").status_code == 403, path

    def test_who_may_only_look_cannot_do(self, client: Client, clerk: Any) -> None:
        made = course()
        visit = make.visit(made)
        self.grant(clerk, "view_visit", "view_schedule", "view_patient", "view_coordinatortask", "view_treatment")
        for name in ("dose", "confirm", "move", "miss", "cancel", "undo"):
            assert client.post(f"/admin/reminders/visit/{visit.pk}/{name}/", {}).status_code == 403
        for name in ("hold", "resume", "cancel"):
            assert client.post(f"/admin/reminders/schedule/{made.pk}/{name}/", {"reason": "x"}).status_code == 403
        assert client.post(f"/admin/reminders/treatment/{made.treatment_id}/sign-off/", {}).status_code == 403
        response = client.post(
            "/admin/reminders/visit/", {"action": "confirm_selected", "_selected_action": [visit.pk]}
        )
        assert response.status_code in (200, 302, 403)
        visit.refresh_from_db()
        assert (visit.status, visit.confirmed_at) == ("planned", None)
        page = client.get(f"/admin/patients/patient/{made.patient_id}/change/")
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()

    def test_looking_at_visits_offers_no_links_to_who_may_not_follow_them(self, client: Client, clerk: Any) -> None:
        made = course()
        self.grant(clerk, "view_visit")
        page = client.get("/admin/reminders/visit/").content.decode()
        assert f"/reminders/visit/{make.visit(made).pk}/move/" not in page

    def test_nobody_deletes_what_was_planned_or_owed(self, desk: Desk) -> None:
        made = course()
        for model, pk in (("schedule", made.pk), ("visit", make.visit(made).pk)):
            assert desk.client.post(f"/admin/reminders/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403
        desk.client.post(f"/admin/patients/patient/{made.patient_id}/delete/", {"post": "yes"})
        assert Patient.objects.filter(pk=made.patient_id).exists()
        assert Visit.objects.filter(schedule=made).exists()


class TestClock:
    """Times that a page does not label are the clinic's."""

    def shown(self, desk: Desk, moment: Any) -> str:
        owner = make.patient("+12025550101")
        made = course(owner)
        services.hold_schedule(made, reason="x", now=timezone.now())
        InboundMessage.objects.create(
            provider_id="SM1", from_address="+12025550101", to_address="+1", body="hello", received_at=moment
        )
        return desk.see("messaging/inboundmessage/")

    def test_one_clinic(self, desk: Desk) -> None:
        assert "Jan. 5, 2026, 7:30 a.m." in self.shown(desk, datetime(2026, 1, 5, 12, 30, tzinfo=UTC))

    def test_clinics_in_two_zones(self, desk: Desk) -> None:
        Clinic.objects.create(name="West", short_name="West", timezone="America/Los_Angeles")
        assert "Jan. 5, 2026, 12:30 p.m." in self.shown(desk, datetime(2026, 1, 5, 12, 30, tzinfo=UTC))

    def test_the_clock_is_put_back_afterwards(self, desk: Desk) -> None:
        make.clinic()
        desk.see("")
        assert timezone.get_current_timezone_name() == "UTC"


def test_texts_from_the_patients_phones_stand_on_the_page(desk: Desk) -> None:
    owner = make.patient("+12025550101")
    for number, sender in enumerate(("+12025550101", "+12025550199")):
        InboundMessage.objects.create(
            provider_id=f"SM{number}",
            from_address=sender,
            to_address="+1",
            body=f"{HOSTILE} from {number}",
            received_at=timezone.now(),
        )
    html = desk.see(f"patients/patient/{owner.pk}/change/")
    assert "from 0" in html
    assert "from 1" not in html
    assert "<script>alert(" not in html
