"""Bulk work in the admin: the four forms and their refusals, the page of a job, the report, and who may do it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.domain.words import JobKind, JobState, RowState
from desk.jobs import engine
from desk.models import Job, JobRow
from patients.models import Clinic
from reminders.models import Visit
from staff.models import Membership
from tests.support import builders as b
from tests.support.admin_pages import Desk, course, errors, superuser
from tests.support.jobs import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    """Somebody who may do everything."""
    client.force_login(superuser())
    return Desk(client)


def day(ahead: int) -> str:
    """A day from today by the clinic's clock."""
    return str((timezone.now().astimezone(b.NEW_YORK) + timedelta(days=ahead)).date())


def ask(desk: Desk, kind: str, **fields: Any) -> Job:
    """A form that is taken, checked by the worker."""
    response = desk.post(f"desk/job/new/{kind}/", clinic=b.clinic().pk, **fields)
    assert response.status_code == 302, errors(response)
    work(timezone.now() + timedelta(seconds=1))
    return Job.objects.latest("pk")


def test_a_days_visits_are_moved_from_form_to_report(desk: Desk) -> None:
    course(first_in=7, location="East wing")
    job = ask(desk, "move_day", location="East wing", day=day(7), to=day(8))
    page = desk.see(f"desk/job/{job.pk}/change/")
    assert "Do it for 1 row" in page
    assert "Can be done" in page
    desk.post(f"desk/job/{job.pk}/start/")
    work(timezone.now() + timedelta(seconds=1))
    page = desk.see(f"desk/job/{job.pk}/progress/")
    assert "hx-trigger" not in page
    assert "1 of 1 rows" in page
    assert str(Visit.objects.get(number=1).on) == day(8)
    report = desk.client.get(f"/admin/desk/job/{job.pk}/report.csv").content.decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(report))
    assert row[3].endswith(", 09:30")
    assert row[4] == "Done"


def test_while_it_is_at_work_the_page_asks_again(desk: Desk) -> None:
    course()
    desk.post("desk/job/new/replan/", clinic=b.clinic().pk)
    job = Job.objects.get()
    asks = f'hx-get="/admin/desk/job/{job.pk}/progress/"'
    assert asks in desk.see(f"desk/job/{job.pk}/change/")
    work(timezone.now() + timedelta(seconds=1))
    assert asks not in desk.see(f"desk/job/{job.pk}/change/")


def test_a_form_that_is_sent_twice_makes_one_job(desk: Desk) -> None:
    course()
    for _ in range(2):
        desk.post("desk/job/new/replan/", clinic=b.clinic().pk)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "fields", "field", "words"),
    [
        ("pause", {"ends_on": "today", "reason": "Snow"}, "ends_on", "is not after today"),
        ("pause", {"ends_on": "100", "reason": "Snow"}, "ends_on", "patients would be forgotten"),
        ("pause", {"ends_on": "2", "reason": " "}, "reason", "required"),
        ("pause", {"ends_on": "2", "reason": "Snow", "first": "3", "last": "1"}, "last", "is before"),
        ("pause", {"ends_on": "2", "reason": "Snow", "last": "1"}, "first", "From which day"),
        ("move_day", {"day": "3", "to": "3"}, "to", "the same day"),
        ("move_day", {"day": "3", "to": "-2"}, "to", "has passed"),
        ("resend", {"since_0": "-20", "since_1": "08:00"}, "since", "what failed then is over"),
        ("resend", {"since_0": "2", "since_1": "08:00"}, "since", "in the future"),
    ],
)
def test_a_wish_that_makes_no_sense_is_named(
    desk: Desk, kind: str, fields: dict[str, str], field: str, words: str
) -> None:
    b.clinic()
    plain = {
        name: day(0 if text == "today" else int(text)) if text.lstrip("-").isdigit() or text == "today" else text
        for name, text in fields.items()
    }
    response = desk.post(f"desk/job/new/{kind}/", clinic=b.clinic().pk, **plain)
    assert response.status_code == 200
    assert words in " ".join(errors(response)[field])
    assert not Job.objects.exists()


def test_a_place_that_nobody_has_is_refused(desk: Desk) -> None:
    course(location="East wing")
    response = desk.post("desk/job/new/replan/", clinic=b.clinic().pk, location="Moon base")
    assert "Moon base" in " ".join(errors(response)["location"])


def test_where_nothing_fits_there_is_nothing_to_start(desk: Desk) -> None:
    job = ask(desk, "move_day", day=day(7), to=day(8))
    page = desk.see(f"desk/job/{job.pk}/change/")
    assert "No row fits" in page
    assert "Do it for" not in page


def test_cells_that_look_like_formulas_are_escaped(desk: Desk) -> None:
    now = timezone.now()
    by = get_user_model().objects.get()
    job = Job.objects.create(kind=JobKind.REPLAN, clinic=b.clinic(), asked_by=by, asked_at=now, due_at=now)
    JobRow.objects.create(job=job, position=1, target=1, subject="=2+5", state=RowState.READY)
    report = desk.client.get(f"/admin/desk/job/{job.pk}/report.csv").content.decode()
    assert "'=2+5" in report


def somebody(*rights: str, clinic: Clinic) -> Client:
    """A member of one clinic with a few rights."""
    user = get_user_model().objects.create_user("cora", password="pw", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    Membership.objects.filter(user=user).delete()
    Membership.objects.create(user=user, clinic=clinic)
    client = Client()
    client.force_login(user)
    return client


def test_another_clinics_work_is_not_there_and_cannot_be_asked_for(desk: Desk) -> None:
    course()
    job = ask(desk, "replan")
    other = Clinic.objects.create(name="Elsewhere", short_name="Else")
    cora = somebody("view_job", "add_job", "change_job", clinic=other)
    for path in ("change/", "progress/", "report.csv"):
        assert cora.get(f"/admin/desk/job/{job.pk}/{path}").status_code == 404, path
    assert cora.post(f"/admin/desk/job/{job.pk}/start/").status_code == 404
    assert "Plan again" not in cora.get("/admin/desk/job/").content.decode().partition("<tbody")[2]
    response = cora.post("/admin/desk/job/new/replan/", {"clinic": b.clinic().pk})
    assert errors(response)["clinic"]
    assert Job.objects.count() == 1


def test_who_may_only_look_starts_nothing(desk: Desk) -> None:
    course()
    job = ask(desk, "replan")
    viewer = somebody("view_job", clinic=b.clinic())
    assert viewer.get(f"/admin/desk/job/{job.pk}/change/").status_code == 200
    assert viewer.post(f"/admin/desk/job/{job.pk}/start/").status_code == 403
    assert viewer.get("/admin/desk/job/new/replan/").status_code == 403
    assert Job.objects.get().state == JobState.DRAFT


def test_a_link_starts_nothing(desk: Desk) -> None:
    course()
    job = ask(desk, "replan")
    assert desk.client.get(f"/admin/desk/job/{job.pk}/start/").status_code == 403
    job.refresh_from_db()
    assert job.state == JobState.DRAFT


def test_the_page_costs_as_many_queries_for_thirty_rows_as_for_three(desk: Desk) -> None:
    counted = []
    for rows in (3, 30):
        now = timezone.now()
        by = get_user_model().objects.get()
        job = Job.objects.create(kind=JobKind.REPLAN, clinic=b.clinic(), asked_by=by, asked_at=now, due_at=now)
        JobRow.objects.bulk_create(JobRow(job=job, position=n, target=n, subject=str(n)) for n in range(1, rows + 1))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.see(f"desk/job/{job.pk}/change/")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_a_long_job_is_read_page_by_page(desk: Desk) -> None:
    now, by = timezone.now(), get_user_model().objects.get()
    job = Job.objects.create(kind=JobKind.REPLAN, clinic=b.clinic(), asked_by=by, asked_at=now, due_at=now)
    JobRow.objects.bulk_create(JobRow(job=job, position=n, target=n, subject=f"row-{n:04}") for n in range(1, 151))
    assert engine.counts(job)[RowState.NEW] == 150
    first = desk.see(f"desk/job/{job.pk}/change/")
    assert "row-0100" in first
    assert "row-0101" not in first
    assert "row-0101" in desk.see(f"desk/job/{job.pk}/change/", after="100")
    assert "row-0001" in desk.see(f"desk/job/{job.pk}/change/", after="x", rows="<script>")
