"""The second door: who is asked for a code, how an authenticator is set up, and what a lost phone costs."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from patients.models import Clinic
from staff.models import Membership, RecoveryCode, Trace
from tests.support import builders as make
from tests.support.admin_pages import superuser

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def nurse() -> Any:
    return get_user_model().objects.create_superuser("nora", password=PASSWORD)


@pytest.fixture
def desk(client: Client, nurse: Any) -> Client:
    """Somebody whose password was right."""
    client.post("/admin/login/", {"username": "nora", "password": PASSWORD})
    return client


def shown(device: TOTPDevice, *, ahead: int = 0) -> str:
    """What the authenticator shows now, or some half minutes ahead."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + ahead * device.step
    return f"{totp.token():06d}"


def set_up(client: Client) -> list[str]:
    """Set an authenticator up as a person would; answers the recovery codes."""
    client.get("/admin/second-factor/")
    answer = client.post("/admin/second-factor/", {"code": shown(TOTPDevice.objects.get(confirmed=False))})
    return re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", answer.content.decode())


def again(code: str) -> tuple[Client, Any]:
    """Sign in anew with password and code; answers what the second page said."""
    other = Client()
    other.post("/admin/login/", {"username": "nora", "password": PASSWORD})
    return other, other.post("/admin/code/?next=/admin/patients/patient/", {"code": code})


def test_it_sets_an_authenticator_up_at_the_first_sign_in_before_anything_is_shown(desk: Client) -> None:
    answer = desk.get("/admin/patients/patient/")
    assert answer["Location"] == "/admin/second-factor/?next=%2Fadmin%2Fpatients%2Fpatient%2F"
    page = desk.get(answer["Location"]).content.decode()
    assert "<svg" in page
    assert len(set_up(desk)) == 10
    assert desk.get("/admin/patients/patient/").status_code == 200


def test_it_asks_for_a_code_at_every_further_sign_in_and_goes_on_where_one_was_going(desk: Client) -> None:
    set_up(desk)
    other = Client()
    other.post("/admin/login/", {"username": "nora", "password": PASSWORD})
    assert other.get("/admin/")["Location"].startswith("/admin/code/")
    TOTPDevice.objects.update(last_t=-1)
    answer = other.post("/admin/code/?next=/admin/patients/patient/", {"code": shown(TOTPDevice.objects.get())})
    assert answer["Location"] == "/admin/patients/patient/"
    assert other.get("/admin/patients/patient/").status_code == 200


def test_it_never_lets_a_password_alone_put_another_phone_in_the_place_of_the_right_one(desk: Client) -> None:
    set_up(desk)
    thief = Client()
    thief.post("/admin/login/", {"username": "nora", "password": PASSWORD})
    assert thief.get("/admin/second-factor/")["Location"] == "/admin/code/"
    assert thief.post("/admin/second-factor/", {"code": "123456"})["Location"] == "/admin/code/"
    for page in ("/admin/recovery-codes/", "/admin/password_change/", "/admin/auth/user/"):
        assert thief.get(page)["Location"].startswith("/admin/code/"), page
    assert TOTPDevice.objects.count() == 1


def test_it_takes_a_recovery_code_once_however_it_is_typed(desk: Client) -> None:
    code = set_up(desk)[0]
    _other, answer = again(f" {code.lower().replace('-', ' ')} ")
    assert answer["Location"] == "/admin/patients/patient/"
    _third, refused = again(code)
    assert "not right" in refused.content.decode()
    assert Trace.objects.filter(page="recovery-code").count() == 1
    assert RecoveryCode.objects.filter(used_at__isnull=True).count() == 9


def test_it_keeps_no_recovery_code_that_could_be_typed(desk: Client) -> None:
    codes = {code.replace("-", "") for code in set_up(desk)}
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not [code for code in codes if code in kept.upper()]
    assert "key" not in str(list(Trace.objects.values_list("changes", flat=True)))
    assert TOTPDevice.objects.get().key not in str(list(Trace.objects.values_list("changes", flat=True)))


def test_it_makes_somebody_who_guesses_wait_longer_each_time(desk: Client) -> None:
    set_up(desk)
    other, first = again("000000")
    assert "Try again in 1 second." in first.content.decode()
    device = TOTPDevice.objects.get()
    assert device.throttling_failure_count == 1
    # Even the right code is not looked at while one has to wait.
    TOTPDevice.objects.update(throttling_failure_count=5, last_t=-1)
    refused = other.post("/admin/code/", {"code": shown(device)})
    assert re.search(r"Try again in 1[56] seconds\.", refused.content.decode())


def test_it_is_reset_by_a_manager_of_the_same_clinic_and_that_is_recorded(desk: Client, nurse: Any) -> None:
    set_up(desk)
    boss = superuser()
    device = TOTPDevice.objects.create(user=boss, confirmed=True)
    client = Client()
    client.force_login(boss)
    client.post("/admin/code/", {"code": shown(device)})
    assert client.post(f"/admin/second-factor-reset/{nurse.pk}/").status_code == 302
    assert not TOTPDevice.objects.filter(user=nurse).exists()
    assert desk.get("/admin/")["Location"].startswith("/admin/second-factor/")
    trace = Trace.objects.get(page="second-factor-reset")
    assert (trace.actor, trace.object_id) == (boss, nurse.pk)


def test_it_is_not_reset_from_another_clinic_nor_without_the_right(settings: Any, nurse: Any) -> None:
    settings.SECOND_FACTOR = "off"
    here, elsewhere = make.clinic(), Clinic.objects.create(name="Elsewhere", short_name="Else")
    stranger = get_user_model().objects.create_user("mo", password=PASSWORD, is_staff=True)
    colleague = get_user_model().objects.create_user("cy", password=PASSWORD, is_staff=True)
    Membership.objects.all().delete()
    Membership.objects.create(user=stranger, clinic=elsewhere)
    Membership.objects.create(user=colleague, clinic=here)
    client = Client()
    client.force_login(stranger)
    assert client.post(f"/admin/second-factor-reset/{colleague.pk}/").status_code == 403
    stranger.user_permissions.add(Permission.objects.get(codename="change_user"))
    assert client.post(f"/admin/second-factor-reset/{colleague.pk}/").status_code == 404
    Membership.objects.create(user=stranger, clinic=here)
    assert client.post(f"/admin/second-factor-reset/{colleague.pk}/").status_code == 302


def test_it_is_only_asked_of_those_who_have_it_where_it_is_offered(settings: Any, desk: Client) -> None:
    settings.SECOND_FACTOR = "offered"
    assert desk.get("/admin/patients/patient/").status_code == 200
    set_up(desk)
    other = Client()
    other.post("/admin/login/", {"username": "nora", "password": PASSWORD})
    assert other.get("/admin/patients/patient/")["Location"].startswith("/admin/code/")


def test_it_leaves_the_nurses_own_page_open_to_her_link(desk: Client) -> None:
    assert Client().get("/a/not-a-link-of-anybody/").status_code != 302
    assert desk.get("/a/not-a-link-of-anybody/").status_code != 302


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_outside(desk: Client, wanted: str) -> None:
    set_up(desk)
    assert desk.get("/admin/code/", {"next": wanted})["Location"] == "/admin/"
