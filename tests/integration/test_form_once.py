"""A form that is sent twice makes one thing, whoever clicks how fast; what was changed in between is another form."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from patients.models import CoordinatorTask, Patient
from reminders.models import Schedule
from staff.admin import once
from staff.models import SentForm
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, superuser

ADD = "patients/patient/add/"


@pytest.fixture
def desk(client: Client, db: None) -> Desk:
    client.force_login(superuser())
    return Desk(client)


def _filled(desk: Desk, **typed: str) -> dict[str, Any]:
    make.clinic()
    plain = {"given_name": "Ana", "family_name": "Roca", "mrn": "A-1", "primary_cancer": "breast"}
    return desk.filled(ADD, "patient_form") | plain | typed


def test_it_makes_one_patient_of_a_form_sent_twice_and_leads_to_it(desk: Desk) -> None:
    form = _filled(desk) | {"_continue": "1"}
    first = desk.post(ADD, **form)
    second = desk.post(ADD, **form)
    assert first.status_code == second.status_code == 302
    assert Patient.objects.count() == 1
    assert second["Location"] == first["Location"]
    assert "sent twice" in desk.told(second)


def test_it_takes_a_form_that_was_refused_the_first_time(desk: Desk) -> None:
    form = _filled(desk, mrn="")
    assert desk.post(ADD, **form).status_code == 200
    assert not SentForm.objects.exists()
    assert desk.post(ADD, **form | {"mrn": "A-1"}).status_code == 302
    assert Patient.objects.get().mrn == "A-1"


def test_it_takes_what_somebody_changed_after_going_back_as_another_form(desk: Desk) -> None:
    form = _filled(desk)
    desk.post(ADD, **form)
    desk.post(ADD, **form | {"mrn": "A-2", "given_name": "Eva"})
    assert set(Patient.objects.values_list("mrn", flat=True)) == {"A-1", "A-2"}


def test_it_does_an_act_once(desk: Desk) -> None:
    path = f"reminders/schedule/{course().pk}/hold/"
    page = desk.see(path)
    assert f'name="{once.FIELD}"' in page
    key = page.split(f'name="{once.FIELD}" value="')[1][:22]
    form = {once.FIELD: key, "reason": "Away", "next": "/admin/"}
    assert "On hold" in desk.told(desk.post(path, **form))
    assert "sent twice" in desk.told(desk.post(path, **form))
    assert Schedule.objects.get().status == "on_hold"


def test_it_saves_a_change_that_was_clicked_twice_without_calling_it_somebody_elses(desk: Desk) -> None:
    patient = make.patient()
    path = f"patients/patient/{patient.pk}/change/"
    form = desk.filled(path, "patient_form") | {"given_name": "Rosalia"}
    desk.post(path, **form)
    assert "sent twice" in desk.told(desk.post(path, **form))
    assert Patient.objects.get().given_name == "Rosalia"


def test_it_knows_nobody_elses_keys(desk: Desk) -> None:
    form = _filled(desk)
    desk.post(ADD, **form)
    other = Client()
    other.force_login(superuser("other"))
    answer = other.post(f"/admin/{ADD}", form)
    assert answer.status_code == 200, "refused for the number that is taken, not led to another's page"


def test_it_forgets_old_forms_and_keeps_new_ones(desk: Desk) -> None:
    desk.post(ADD, **_filled(desk))
    now = timezone.now()
    assert once.forget(now=now) == 0
    assert once.forget(now=now + once.KEPT + timedelta(minutes=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_task(client: Client) -> None:
    user = superuser()
    client.force_login(user)
    form = _filled(Desk(client)) | {"_continue": "1"}
    gate, answers = threading.Barrier(2), []

    def click() -> None:
        browser = Client()
        browser.force_login(user)
        gate.wait()
        answers.append(browser.post(f"/admin/{ADD}", form))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Patient.objects.count() == 1
    assert not CoordinatorTask.objects.exists()
