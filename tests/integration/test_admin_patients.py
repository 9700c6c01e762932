"""Patients in the admin: how they are found, what their page shows, and how consent is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent
from patients.admin.clock import local_now
from patients.models import ContactPoint, CoordinatorTask, Patient, TaskKind
from reminders.models import PlannedReminder
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, errors, superuser

pytestmark = pytest.mark.django_db
FORM = "patient_form"


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


def page(patient: Patient) -> str:
    return f"patients/patient/{patient.pk}/change/"


def with_contacts(*rows: dict[str, str], **fields: Any) -> dict[str, Any]:
    """A new patient as the form sends it."""
    data = {
        "clinic": make.clinic().pk,
        "mrn": "N-1",
        "given_name": "Nora",
        "family_name": "Vega",
        "language": "es",
        "timezone": "America/Denver",
        "status": "active",
        "primary_cancer": "breast",
        "lesion_type": "unknown",
        "metastasis_sites": ["spine", "ribs"],
        "contacts-TOTAL_FORMS": str(len(rows)),
        "contacts-INITIAL_FORMS": "0",
    }
    for number, row in enumerate(rows):
        plain = {"kind": "phone", "owner": "patient", "owner_name": "", "position": "1", "unusable_reason": ""}
        data |= {f"contacts-{number}-{name}": value for name, value in (plain | row).items()}
    return data | fields


class TestAdding:
    """A new patient with contacts."""

    def test_numbers_are_read_as_the_clinics_country_writes_them(self, desk: Desk) -> None:
        rows = ({"address": "(202) 555-0142"}, {"kind": "email", "address": "Nora@EXAMPLE.org"})
        assert desk.send("patients/patient/add/", **with_contacts(*rows)).status_code == 302
        made = Patient.objects.get(mrn="N-1")
        assert made.metastasis_sites == ["spine", "ribs"]
        assert sorted(made.contacts.values_list("address", flat=True)) == ["+12025550142", "Nora@example.org"]

    def test_a_new_patient_starts_with_the_clinics_zone(self, desk: Desk) -> None:
        make.clinic(timezone="America/Denver")
        assert 'value="America/Denver" selected' in desk.see("patients/patient/add/")

    @pytest.mark.parametrize("number", ["12345", "+1202555014299", "call me", "+1 (000) 000-0000", "٠١٢"])
    def test_a_number_that_reaches_nobody(self, desk: Desk, number: str) -> None:
        response = desk.send("patients/patient/add/", **with_contacts({"address": number}))
        assert response.status_code == 200
        assert number in response.content.decode()
        assert not Patient.objects.exists()

    def test_a_contact_given_twice(self, desk: Desk) -> None:
        rows = ({"address": "+12025550142"}, {"address": "(202) 555-0142"})
        assert desk.send("patients/patient/add/", **with_contacts(*rows)).status_code == 200
        assert not ContactPoint.objects.exists()

    def test_a_caregiver_without_a_name(self, desk: Desk) -> None:
        response = desk.send(
            "patients/patient/add/", **with_contacts({"address": "+12025550142", "owner": "caregiver"})
        )
        assert "caregiver&#x27;s name" in response.content.decode()

    @pytest.mark.parametrize(
        ("fields", "field", "words"),
        [
            ({"timezone": "Mars/Olympus"}, "timezone", "Unknown time zone “Mars/Olympus”"),
            ({"language": "tlh"}, "language", "tlh"),
            ({"date_of_birth": "2999-01-01"}, "date_of_birth", "2999-01-01"),
            ({"metastasis_sites": ["elbow"]}, "metastasis_sites", "elbow"),
            ({"status": "on_hold"}, "status_reason", "Say why"),
            ({"status": "deceased", "status_reason": "  "}, "status_reason", "Say why"),
            ({"mrn": ""}, "mrn", "required"),
            ({"clinic": ""}, "clinic", "required"),
        ],
    )
    def test_a_refusal_names_the_field(self, desk: Desk, fields: dict[str, Any], field: str, words: str) -> None:
        response = desk.send("patients/patient/add/", **with_contacts({"address": "202 555 0142"}, **fields))
        assert words in " ".join(errors(response)[field])
        assert not Patient.objects.exists()

    def test_an_mrn_is_given_once_in_a_clinic(self, desk: Desk) -> None:
        make.patient(mrn="N-1")
        response = desk.send("patients/patient/add/", **with_contacts())
        assert response.status_code == 200
        assert "already exists" in str(errors(response))


class TestStatus:
    """A plain save re-plans everything of the patient."""

    def test_on_hold_takes_the_messages_back_and_the_page_says_why(self, desk: Desk) -> None:
        running = course()
        response = desk.edit(page(running.patient), FORM, status="on_hold", status_reason="In hospital")
        assert response.status_code == 302
        assert make.planned(running) == []
        assert make.reasons(running) == {"patient_on_hold"}
        html = desk.see(page(running.patient))
        assert "Nothing is planned." in html
        assert "The patient is on hold." in html

    def test_active_again_plans_again_and_forgets_the_reason(self, desk: Desk) -> None:
        running = course()
        before = make.planned(running)
        desk.edit(page(running.patient), FORM, status="on_hold", status_reason="In hospital")
        desk.edit(page(running.patient), FORM, status="active")
        assert make.planned(running) == before
        running.patient.refresh_from_db()
        assert running.patient.status_reason == ""

    def test_a_contact_out_of_use_and_back(self, desk: Desk) -> None:
        owner = make.patient(make.PHONE)
        desk.edit(page(owner), FORM, **{"contacts-0-unusable_reason": "Number changed"})
        point = owner.contacts.get()
        assert point.unusable_since is not None
        desk.edit(page(owner), FORM, **{"contacts-0-unusable_reason": ""})
        point.refresh_from_db()
        assert point.unusable_since is None


class TestPage:
    """What the other rooms show on a patient's page."""

    def test_the_coming_messages_by_the_patients_clock_and_the_clinics(self, desk: Desk) -> None:
        owner = make.patient(make.PHONE, timezone="America/Los_Angeles")
        running = course(owner)
        html = desk.see(page(owner))
        row = PlannedReminder.objects.filter(visit__schedule=running, rule__code="day_before").earliest("send_at")
        local = row.send_at.astimezone(owner.zone)
        assert f"{local:%a %-d %b %Y}, 09:00" in html
        assert f"{local:%a %-d %b %Y}, 12:00" in html
        assert "Send at (Los Angeles)" in html
        assert "Clinic’s time (New York)" in html
        assert f"/admin/reminders/plannedreminder/{row.pk}/change/" in html

    def test_nothing_beyond_90_days(self, desk: Desk) -> None:
        running = course(first_in=7)
        html = desk.see(page(running.patient))
        edge = timezone.now() + timedelta(days=90)
        rows = PlannedReminder.objects.filter(visit__schedule=running)
        assert rows.filter(send_at__gte=edge).exists()
        for row in rows:
            assert (f"/plannedreminder/{row.pk}/change/" in html) == (row.send_at < edge)

    def test_it_says_who_would_get_nothing_and_why(self, desk: Desk) -> None:
        owner = make.patient(make.PHONE)
        course(owner)
        html = desk.see(page(owner))
        assert "Nobody would get the mail: The patient has no contact of this kind." in html
        assert "Nobody would get the text" not in html
        make.agree(make.PHONE, granted=False, now=timezone.now())
        assert "Nobody would get the text: No consent to reminders is recorded" in desk.see(page(owner))

    def test_a_caregiver_is_named(self, desk: Desk) -> None:
        owner = make.patient()
        make.agree("+12025550133")
        ContactPoint.objects.create(
            patient=owner, kind="phone", address="+12025550133", owner="caregiver", owner_name="Abuela <Ana>"
        )
        course(owner)
        assert "to Abuela &lt;Ana&gt;" in desk.see(page(owner))

    def test_open_tasks_stand_there_and_are_done_with_an_outcome(self, desk: Desk) -> None:
        owner = make.patient()
        task = CoordinatorTask.objects.create(
            patient=owner, kind=TaskKind.NO_CONTACT, key="k", title="Find a number", opened_at=timezone.now()
        )
        assert "Find a number" in desk.see(page(owner))
        done = f"patients/coordinatortask/{task.pk}/done/"
        assert errors(desk.send(done, outcome=""))["outcome"]
        assert desk.send(done, outcome="Called the daughter").status_code == 302
        task.refresh_from_db()
        assert (task.outcome, task.done_by.username) == ("Called the daughter", "boss")  # type: ignore[union-attr]
        assert "already" in str(errors(desk.send(done, outcome="Again")))
        assert "Find a number" not in desk.see(page(owner))

    def test_a_patient_who_is_not_there(self, desk: Desk) -> None:
        assert desk.client.get("/admin/patients/patient/99999/change/").status_code == 404
        assert desk.client.get("/admin/patients/patient/x/change/").status_code == 404


class TestConsent:
    """Recorded on a contact, kept by its address."""

    def path(self, owner: Patient) -> str:
        return f"reminders/schedule/contacts/{owner.contacts.get().pk}/consent/"

    def test_it_is_written_to_the_ledger_with_how_and_who(self, desk: Desk) -> None:
        owner = make.patient()
        make.contact(owner, make.PHONE, agrees=False)
        assert "not recorded" in desk.see(page(owner))
        data = {"granted": "yes", "source": "form", "wording": "I agree."}
        response = desk.send(self.path(owner), **data)
        assert response["Location"] == f"/admin/{page(owner)}"
        assert consent.state(make.PHONE, Purpose.REMINDERS) is True
        for event in ConsentEvent.objects.all():
            assert (event.source, event.wording, event.recorded_by) == ("form", "I agree.", "boss")
        assert "yes, signed form" in desk.see(page(owner))

    def test_a_no_is_recorded_too(self, desk: Desk) -> None:
        owner = make.patient(make.PHONE)
        desk.send(self.path(owner), granted="no", source="staff", wording="She called and said no more texts.")
        assert consent.state(make.PHONE, Purpose.REMINDERS) is False
        assert "no, told to staff" in desk.see(page(owner))

    def test_a_stop_by_text_is_shown_before_anybody_records_a_yes(self, desk: Desk) -> None:
        owner = make.patient(make.PHONE)
        now = timezone.now()
        consent.record(make.PHONE, Purpose.REMINDERS, granted=False, source="text", wording="STOP", now=now)
        html = desk.see(self.path(owner))
        assert "no, by text" in html
        assert "until it texts START" in html

    @pytest.mark.parametrize("bad", [{"granted": "maybe"}, {"source": "import"}, {"wording": " "}])
    def test_half_an_answer_is_none(self, desk: Desk, bad: dict[str, str]) -> None:
        owner = make.patient()
        make.contact(owner, make.PHONE, agrees=False)
        data = {"granted": "yes", "source": "form", "wording": "I agree."} | bad
        assert desk.send(self.path(owner), **data).status_code == 200
        assert not ConsentEvent.objects.exists()

    def test_it_needs_the_right_to_record(self, desk: Desk) -> None:
        owner = make.patient(make.PHONE)
        clerk = superuser("clerk")
        clerk.is_superuser = False
        clerk.save()
        desk.client.force_login(clerk)
        data = {"granted": "no", "source": "form", "wording": "x"}
        assert desk.send(self.path(owner), **data).status_code == 403
        clerk.user_permissions.add(Permission.objects.get(codename="add_consentevent"))
        assert desk.send(self.path(owner), **data).status_code == 302


class TestFinding:
    """Search and filters."""

    def found(self, desk: Desk, **query: str) -> set[str]:
        response = desk.client.get("/admin/patients/patient/", query, follow=True)
        assert response.status_code == 200
        return {patient.mrn for patient in response.context["cl"].result_list}

    @pytest.mark.parametrize(
        "words", ["Quintana", "ines quintana", "Q-77", "(202) 555-0111", "202-555-0111", "+12025550111", "rosa@"]
    )
    def test_by_name_number_or_address(self, desk: Desk, words: str) -> None:
        make.patient(make.PHONE, make.MAILBOX, mrn="Q-77", given_name="Ines", family_name="Quintana")
        make.patient("+12025550199", mrn="Z-1", given_name="Zoe", family_name="Adams")
        assert self.found(desk, q=words) == {"Q-77"}

    def test_by_status_language_reach_and_tasks(self, desk: Desk) -> None:
        both = make.patient(make.PHONE, make.MAILBOX, mrn="both", language="es")
        lost = make.patient(mrn="lost", status="on_hold", status_reason="x")
        broken = make.patient(mrn="broken")
        make.contact(broken, "+12025550122", unusable_since=timezone.now(), unusable_reason="dead line")
        CoordinatorTask.objects.create(patient=lost, kind="no_contact", key="k", title="t", opened_at=timezone.now())
        assert self.found(desk, status__exact="on_hold") == {"lost"}
        assert self.found(desk, language="es") == {both.mrn}
        assert self.found(desk, reachable="yes") == {"both"}
        assert self.found(desk, reachable="no") == {"lost", "broken"}
        assert self.found(desk, reachable="email") == {"both"}
        assert self.found(desk, task="yes") == {"lost"}
        assert self.found(desk, task="no") == {"both", "broken"}


def test_the_strip_shows_the_patients_own_clock(desk: Desk) -> None:
    there = make.patient(timezone="Asia/Kathmandu")
    before = f"Now {local_now(there.zone):%H:%M} in Kathmandu"
    shown = desk.see(page(there))
    assert before in shown or f"Now {local_now(there.zone):%H:%M} in Kathmandu" in shown
