"""How long a session lasts, who is shut out for trying too often, and which passwords are taken."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from staff.doors.session import BEGAN, SEEN
from staff.models import Trace
from tests.support.admin_pages import superuser

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"
PAGE = "/admin/patients/patient/"
#: What a browser says of a request that a script of its page makes.
BY_SCRIPT: Any = {"HTTP_SEC_FETCH_DEST": "empty"}


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(superuser())
    return client


def earlier(client: Client, name: str, **ago: float) -> None:
    """As if the sign of life, or the signing in, had been so long ago."""
    session = client.session
    session[name] = int((timezone.now() - timedelta(**ago)).timestamp())
    session.save()


class TestEnd:
    """A session ends for want of a sign of life, and after twelve hours."""

    def test_it_ends_after_an_hour_of_nothing(self, desk: Client) -> None:
        earlier(desk, SEEN, minutes=59)
        assert desk.get(PAGE).status_code == 200
        earlier(desk, SEEN, minutes=61)
        assert desk.get(PAGE)["Location"] == "/admin/login/?next=/admin/patients/patient/"
        assert "_auth_user_id" not in desk.session

    def test_it_ends_after_twelve_hours_however_busy_somebody_is(self, desk: Client) -> None:
        earlier(desk, BEGAN, hours=12, minutes=1)
        earlier(desk, SEEN, minutes=0)
        assert desk.get(PAGE)["Location"].startswith("/admin/login/")

    def test_a_board_that_asks_by_itself_keeps_nobody_signed_in(self, desk: Client) -> None:
        earlier(desk, SEEN, minutes=50)
        before = desk.session[SEEN]
        assert desk.get("/admin/alerts/alert/?live=1").status_code == 200
        assert desk.get("/admin/session/", **BY_SCRIPT).json()["left"] in range(590, 601)
        assert desk.session[SEEN] == before
        desk.get(PAGE)
        assert desk.session[SEEN] > before

    def test_staying_is_one_press(self, desk: Client) -> None:
        earlier(desk, SEEN, minutes=58)
        assert desk.post("/admin/session/", **BY_SCRIPT).json()["left"] in range(3590, 3601)

    def test_a_script_hears_that_nobody_is_signed_in_rather_than_a_page(self, desk: Client) -> None:
        earlier(desk, SEEN, minutes=61)
        answer = desk.get("/admin/alerts/alert/?live=1", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
        assert (answer.status_code, answer.json()["signed_out"]) == (401, True)
        assert Client().get(PAGE, HTTP_HX_REQUEST="true").status_code == 401
        assert Client().get("/admin/login/", **BY_SCRIPT).status_code == 200

    def test_signing_in_again_leads_back_to_where_one_was(self, desk: Client) -> None:
        get_user_model().objects.create_superuser("nora", password=PASSWORD)
        earlier(desk, SEEN, minutes=61)
        back = desk.get(f"{PAGE}?status__exact=active")["Location"]
        answer = desk.post(back, {"username": "nora", "password": PASSWORD})
        assert answer["Location"] == f"{PAGE}?status__exact=active"

    def test_every_page_says_when_it_ends(self, desk: Client) -> None:
        assert 'id="bw-session"' in desk.get(PAGE).content.decode()

    def test_a_new_password_ends_the_other_sessions(self) -> None:
        get_user_model().objects.create_superuser("nora", password=PASSWORD)
        one, two = Client(), Client()
        for client in (one, two):
            assert client.login(username="nora", password=PASSWORD)
        new = "another-horse-battery"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        assert one.post("/admin/password_change/", data).status_code == 302
        assert one.get(PAGE).status_code == 200
        assert two.get(PAGE).status_code == 302


class TestTries:
    """Six wrong passwords shut a name out for a quarter of an hour, from one address."""

    @pytest.fixture(autouse=True)
    def _counted(self, settings: Any) -> None:
        settings.AXES_ENABLED = True
        get_user_model().objects.create_superuser("nora", password=PASSWORD)

    def knock(self, password: str, *, address: str = "192.0.2.1") -> Any:
        return Client(REMOTE_ADDR=address).post("/admin/login/", {"username": "nora", "password": password})

    def test_it_shuts_out_and_says_for_how_long(self) -> None:
        for _try in range(5):
            assert self.knock("wrong").status_code == 200
        answer = self.knock("wrong")
        assert answer.status_code == 429
        page = answer.content.decode()
        assert "15 minutes" in page
        assert "ask a manager" in page
        assert "nora" not in page
        assert self.knock(PASSWORD).status_code == 429

    def test_it_lets_the_same_person_in_from_elsewhere(self) -> None:
        for _try in range(7):
            self.knock("wrong")
        assert self.knock(PASSWORD, address="192.0.2.9").status_code == 302

    def test_it_lets_in_again_after_a_quarter_of_an_hour(self) -> None:
        for _try in range(7):
            self.knock("wrong")
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
        assert self.knock(PASSWORD).status_code == 302

    def test_it_forgets_wrong_tries_once_the_password_was_right(self) -> None:
        for _try in range(5):
            self.knock("wrong")
        assert self.knock(PASSWORD).status_code == 302
        assert self.knock("wrong").status_code == 200

    def test_it_keeps_no_password_and_logs_neither_name_nor_address(self, caplog: Any) -> None:
        with caplog.at_level(logging.INFO):
            for _try in range(7):
                self.knock("hush-hush")
        kept = str(list(AccessAttempt.objects.values()))
        assert "hush-hush" not in kept
        said = " ".join(record.getMessage() for record in caplog.records)
        assert "nora" not in said
        assert "192.0.2.1" not in said
        assert "AXES" not in said


@pytest.mark.parametrize("weak", ["short", "nora-nora-no", "123456789012", "password1234"])
def test_it_takes_no_weak_password(client: Client, weak: str) -> None:
    client.force_login(get_user_model().objects.create_superuser("nora-nora", password=PASSWORD))
    data = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    answer = client.post("/admin/password_change/", data)
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_it_records_who_signed_in(client: Client) -> None:
    boss = superuser()
    client.login(username="boss", password="pw")
    trace = Trace.objects.get(page="signed-in")
    assert (trace.actor, trace.object_id) == (boss, boss.pk)


def test_it_forgets_traces_only_after_a_year_at_least() -> None:
    superuser()
    Trace.objects.update(timestamp=timezone.now() - timedelta(days=400))
    out = StringIO()
    with pytest.raises(CommandError, match="at least 365"):
        call_command("forget_traces", older_than=30)
    call_command("forget_traces", older_than=365, dry_run=True, stdout=out)
    assert Trace.objects.exists()
    call_command("forget_traces", older_than=365, stdout=out)
    assert not Trace.objects.exists()
