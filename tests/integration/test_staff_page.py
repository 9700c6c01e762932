"""The staff page: a manager keeps people of her own clinics, and nobody raises herself or others beyond her."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from patients.models import Clinic
from staff.models import Membership
from staff.roles import role_of
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors, superuser

pytestmark = pytest.mark.django_db
PASSWORD = "a long way round the lake"


def person(name: str, role: str, *clinics: Clinic) -> Any:
    made: Any = get_user_model().objects.create_user(name, password=PASSWORD, is_staff=True)
    made.groups.add(Group.objects.get(name=role))
    Membership.objects.filter(user=made).exclude(clinic__in=clinics).delete()
    return made


@pytest.fixture
def here() -> Clinic:
    return make.clinic()


@pytest.fixture
def there() -> Clinic:
    return Clinic.objects.create(name="Elsewhere", short_name="E")


@pytest.fixture
def manager(here: Clinic, there: Clinic) -> Any:
    return person("mona", "Managers", here)


@pytest.fixture
def desk(client: Client, manager: Any) -> Desk:
    client.force_login(manager)
    return Desk(client)


def page(user: Any) -> str:
    return f"auth/user/{user.pk}/change/"


class TestManager:
    def test_she_sees_colleagues_of_her_clinics_and_nobody_else(self, desk: Desk, here: Clinic, there: Clinic) -> None:
        cora, nina = person("cora", "Coordinators", here), person("nina", "Nurses", there)
        superuser("zeno")
        listed = desk.see("auth/user/")
        assert "cora" in listed
        assert "nina" not in listed
        assert "zeno" not in listed
        desk.see(page(cora))
        assert desk.client.get(f"/admin/{page(nina)}").status_code == 404

    def test_she_makes_somebody_new_with_a_role_and_her_clinic(self, desk: Desk, here: Clinic, there: Clinic) -> None:
        fields = {"username": "new", "password1": PASSWORD, "password2": PASSWORD, "role": "Nurses"}
        answer = desk.edit("auth/user/add/", "user_form", **fields, clinics=[here.pk])
        assert answer.status_code == 302, errors(answer)
        made: Any = get_user_model().objects.get(username="new")
        assert (made.is_staff, made.is_superuser) == (True, False)
        assert role_of(made) == "Nurses"
        assert set(made.memberships.values_list("clinic", flat=True)) >= {here.pk}

    def test_she_gives_no_clinic_that_is_not_hers(self, desk: Desk, here: Clinic, there: Clinic) -> None:
        cora = person("cora", "Coordinators", here)
        answer = desk.edit(page(cora), "user_form", clinics=[here.pk, there.pk])
        assert answer.status_code == 200
        assert "clinics" in errors(answer)
        assert "Elsewhere" not in desk.see(page(cora))

    def test_she_changes_a_role_and_switches_an_account_off(self, desk: Desk, here: Clinic) -> None:
        cora = person("cora", "Coordinators", here)
        desk.told(desk.edit(page(cora), "user_form", role="Nurses"))
        assert role_of(cora) == "Nurses"
        form = desk.filled(page(cora), "user_form")
        form.pop("is_active", None)
        desk.told(desk.send(page(cora), **form))
        assert not get_user_model().objects.get(pk=cora.pk).is_active

    def test_nobody_raises_herself(self, desk: Desk, manager: Any) -> None:
        assert "user_form" not in desk.filled(page(manager), "user_form")
        for forged in ({"is_superuser": "on"}, {"role": "Auditors"}):
            assert desk.post(page(manager), username="mona", **forged).status_code == 403
        manager.refresh_from_db()
        assert not manager.is_superuser

    def test_a_forged_field_makes_nobody_a_superuser(self, desk: Desk, here: Clinic) -> None:
        cora = person("cora", "Coordinators", here)
        desk.edit(page(cora), "user_form", is_superuser="on", is_staff="on", user_permissions=[1], groups=[1])
        cora = get_user_model().objects.get(pk=cora.pk)
        assert not cora.is_superuser
        assert not cora.user_permissions.exists()
        assert role_of(cora) == "Coordinators"

    def test_whoever_works_in_a_clinic_that_she_does_not_see_is_not_hers_to_change(
        self, desk: Desk, here: Clinic, there: Clinic
    ) -> None:
        both = person("both", "Nurses", here, there)
        assert desk.post(page(both), username="both", role="Managers").status_code == 403
        assert desk.client.get(f"/admin/auth/user/{both.pk}/password/").status_code == 403
        assert role_of(both) == "Nurses"

    def test_a_role_without_a_clinic_is_refused(self, desk: Desk, here: Clinic) -> None:
        cora = person("cora", "Coordinators", here)
        form = desk.filled(page(cora), "user_form")
        form.pop("clinics", None)
        answer = desk.send(page(cora), **form)
        assert errors(answer)["clinics"] == ["Choose at least one clinic: whoever belongs to none sees nothing."]


class TestSuperuser:
    def test_clinics_that_a_manager_does_not_see_stay_when_a_superuser_saves(
        self, client: Client, here: Clinic, there: Clinic
    ) -> None:
        both = person("both", "Nurses", here, there)
        client.force_login(superuser())
        answer = Desk(client).edit(page(both), "user_form", first_name="Bea")
        assert answer.status_code == 302, errors(answer)
        assert set(both.memberships.values_list("clinic", flat=True)) == {here.pk, there.pk}

    def test_the_five_roles_are_not_changed_by_hand(self, client: Client) -> None:
        client.force_login(superuser())
        group = Group.objects.get(name="Nurses")
        assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Nurses"}).status_code == 403
        assert client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"}).status_code == 403


def test_others_look_at_nobody(client: Client, here: Clinic) -> None:
    client.force_login(person("nina", "Nurses", here))
    assert client.get("/admin/auth/user/").status_code == 403


def test_whoever_opens_a_responder_is_offered_her_own_colleagues_whoever_opened_one_before(
    here: Clinic, there: Clinic
) -> None:
    for number, clinic in enumerate((here, there, here)):
        colleague = person(f"colleague{number}", "Nurses", clinic)
        client = Client()
        client.force_login(person(f"manager{number}", "Managers", clinic))
        assert f'value="{colleague.pk}"' in Desk(client).see("alerts/responder/add/")
