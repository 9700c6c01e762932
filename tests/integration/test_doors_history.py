"""What is recorded: changes in words, looks at patients, who may read it, and what may be put back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import Clinic, ContactPoint, Patient
from staff.admin.history import HistoryInWords
from staff.models import Membership, Trace
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> Any:
    return superuser()


@pytest.fixture
def desk(client: Client, boss: Any) -> Desk:
    client.force_login(boss)
    return Desk(client)


def page_of(patient: Patient) -> str:
    return f"patients/patient/{patient.pk}/change/"


def history_of(patient: Patient) -> str:
    return f"patients/patient/{patient.pk}/history/"


def change(desk: Desk, patient: Patient, **fields: Any) -> Trace:
    """Change a patient on her page as staff do; the trace of it."""
    assert desk.edit(page_of(patient), "patient_form", **fields).status_code == 302
    trace: Trace = Trace.objects.filter(patient=patient, action=Trace.Action.UPDATE).latest()
    return trace


def put_back(desk: Desk, patient: Patient, trace: Trace) -> str:
    return desk.told(desk.post(f"{history_of(patient)}{trace.pk}/put-back/"))


class TestChanges:
    """What staff change is kept with who, when, from where, and what it was before."""

    def test_it_keeps_who_changed_what(self, desk: Desk, boss: Any) -> None:
        patient = make.patient(make.PHONE)
        trace = change(desk, patient, language="es")
        assert (trace.actor, trace.clinic_id, trace.remote_addr) == (boss, patient.clinic_id, "127.0.0.1")
        assert trace.changes == {"language": ["en", "es"]}

    def test_it_tells_the_history_of_a_patient_in_words(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        change(desk, patient, status="on_hold", status_reason="surgery")
        ContactPoint.objects.filter(patient=patient).get().delete()
        page = desk.see(history_of(patient))
        for words in ("Status", "Active", "On hold", "surgery", "Changed patient", "Removed contact point", "boss"):
            assert words in page, words
        assert "on_hold" not in page
        assert "{&quot;" not in page

    def test_it_takes_no_forged_address_for_where_somebody_is(self, desk: Desk, settings: Any) -> None:
        patient = make.patient(make.PHONE)
        desk.client.defaults["HTTP_X_FORWARDED_FOR"] = "garbage, 198.51.100.7"
        assert change(desk, patient, language="es").remote_addr == "127.0.0.1"
        settings.TRUSTED_PROXIES = 1
        assert change(desk, patient, language="en").remote_addr == "198.51.100.7"

    def test_it_never_holds_a_password(self, desk: Desk) -> None:
        user = get_user_model().objects.create_user("mo", password="correct-horse-battery", is_staff=True)
        user.set_password("another-horse-battery")
        user.save()
        told = str(list(Trace.objects.filter(object_pk=str(user.pk)).values_list("changes", flat=True)))
        assert "password" in told
        assert "md5" not in told.lower()
        assert "$" not in told

    def test_it_costs_the_planner_nothing(self) -> None:
        before = Trace.objects.count()
        made = course()
        assert make.planned(made)
        rows = Trace.objects.filter(pk__gt=0).count() - before
        # The treatment, the patient, her clinic and the schedule by hand; none of the visits and reminders.
        assert rows <= 6


class TestLooks:
    """A look at a patient is kept once in five minutes for each page."""

    def test_it_keeps_one_look_of_a_person_at_a_page(self, desk: Desk, boss: Any) -> None:
        patient = make.patient(make.PHONE)
        for _again in range(3):
            desk.see(page_of(patient))
        looks = Trace.objects.filter(patient=patient, action=Trace.Action.ACCESS)
        assert [(look.actor, look.page) for look in looks] == [(boss, "patient")]
        assert "Looked at the patient’s page" in desk.see(history_of(patient))

    def test_it_keeps_the_look_of_each_person_and_at_each_patient(self, desk: Desk) -> None:
        one, two = make.patient(make.PHONE), make.patient()
        desk.see(page_of(one))
        desk.see(page_of(two))
        other = Client()
        other.force_login(superuser("other"))
        Desk(other).see(page_of(one))
        assert Trace.objects.filter(action=Trace.Action.ACCESS, page="patient").count() == 3

    def test_it_keeps_looks_at_what_belongs_to_a_patient(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        made = course(patient)
        visit = made.visits.earliest("at")
        desk.see(f"reminders/visit/{visit.pk}/change/")
        desk.see(f"reminders/schedule/{made.pk}/change/")
        looks = Trace.objects.filter(patient=patient, action=Trace.Action.ACCESS)
        assert {look.page for look in looks} == {"visit", "schedule"}


class TestPuttingBack:
    """A change is put back only where nothing else hangs on it, and only while it still stands."""

    def test_it_puts_a_simple_change_back_and_records_that(self, desk: Desk, boss: Any) -> None:
        patient = make.patient(make.PHONE)
        trace = change(desk, patient, language="es")
        assert "Put back" in desk.see(history_of(patient))
        assert "Put back as it was" in put_back(desk, patient, trace)
        patient.refresh_from_db()
        assert patient.language == "en"
        latest = Trace.objects.filter(patient=patient, action=Trace.Action.UPDATE).latest()
        assert (latest.actor, latest.changes) == (boss, {"language": ["es", "en"]})

    def test_it_does_not_put_back_what_was_changed_since(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        trace = change(desk, patient, given_name="Rosita")
        change(desk, patient, given_name="Rosalia")
        assert "changed again since" in put_back(desk, patient, trace)
        patient.refresh_from_db()
        assert patient.given_name == "Rosalia"

    def test_it_does_not_put_back_what_other_things_hang_on(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        trace = change(desk, patient, status="on_hold", status_reason="surgery")
        assert "cannot be put back by itself" in put_back(desk, patient, trace)

    def test_it_does_not_put_back_what_would_not_be_taken_today(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        trace = change(desk, patient, language="es")
        trace.changes["language"][0] = "xx"
        trace.save()
        assert "Not put back" in put_back(desk, patient, trace)

    def test_it_puts_back_days_and_lists(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE, date_of_birth="1950-02-03", metastasis_sites=["spine"])
        born = change(desk, patient, date_of_birth="1951-02-03")
        put_back(desk, patient, born)
        patient.refresh_from_db()
        assert f"{patient.date_of_birth}" == "1950-02-03"

    def test_it_is_done_by_nobody_who_may_not_change_the_row(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        trace = change(desk, patient, language="es")
        reader = get_user_model().objects.create_user("re", password="pw", is_staff=True)
        client = Client()
        client.force_login(reader)
        assert client.post(f"/admin/{history_of(patient)}{trace.pk}/put-back/").status_code == 403


class TestAudit:
    """The list of everything, of the reader's clinics."""

    def test_it_shows_who_did_what(self, desk: Desk) -> None:
        patient = make.patient(make.PHONE)
        change(desk, patient, language="es")
        page = desk.see("staff/trace/")
        assert "Changed patient" in page
        assert "Language: en → es" in page

    def test_it_shows_nothing_of_another_clinic(self, desk: Desk, boss: Any) -> None:
        patient = make.patient(make.PHONE)
        change(desk, patient, language="es")
        auditor = get_user_model().objects.create_user("au", password="pw", is_staff=True)
        auditor.user_permissions.add(_permission("view_trace"))
        elsewhere = Clinic.objects.create(name="Elsewhere", short_name="Else")
        Membership.objects.all().delete()
        Membership.objects.create(user=auditor, clinic=elsewhere)
        client = Client()
        client.force_login(auditor)
        page = Desk(client).see("staff/trace/")
        assert "Luz" not in page
        assert "Changed patient" not in page
        assert "Elsewhere" in page
        assert "Added user: boss" not in page

    @pytest.mark.parametrize("page", ["staff/trace/", "history"])
    def test_it_asks_as_often_for_thirty_rows_as_for_three(self, desk: Desk, page: str) -> None:
        patient = make.patient(make.PHONE)
        path = history_of(patient) if page == "history" else page
        desk.see(path)
        counted = []
        for more in (3, 27):
            for number in range(more):
                patient.given_name = f"Rosa {more} {number}"
                patient.save()
            with CaptureQueriesContext(connection) as queries:
                desk.see(path)
            counted.append(len(queries))
        assert counted[0] == counted[1]

    def test_it_shows_nobody_the_secrets_of_the_second_factor(self, desk: Desk) -> None:
        for page in ("otp_totp/totpdevice/", "otp_static/staticdevice/", "axes/accessattempt/"):
            assert desk.client.get(f"/admin/{page}").status_code == 404, page


def _permission(code: str) -> Any:
    return Permission.objects.get(codename=code)


def test_it_tells_the_history_of_every_page_of_the_admin() -> None:
    bare = [model._meta.label for model, page in admin.site._registry.items() if not isinstance(page, HistoryInWords)]
    assert not bare
