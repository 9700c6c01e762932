"""The gate of the patient's pages: what opens, what does not, and that nothing is said where nothing opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patients import links
from patients.domain.links import WRONG_BIRTHS, LinkScope, Standing
from patients.domain.profile import Owner
from patients.models import PatientLink
from tests.support import builders as make
from tests.support import portal

pytestmark = pytest.mark.django_db


def test_it_opens_a_link_and_is_kept_nowhere() -> None:
    response = Client().get(portal.root(portal.somebody()))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"].startswith("noindex")
    assert response["X-Frame-Options"] == "DENY"
    assert "script" not in response["Content-Security-Policy"]
    assert response.cookies == {}


@pytest.mark.parametrize("ending", ["", ".", "/.", "),", "/?x=1", "/nothing/here"])
def test_it_finds_the_page_of_a_link_that_a_phone_has_bent(ending: str) -> None:
    assert "(202)" in portal.look(portal.root(portal.somebody()).rstrip("/") + ending)


@pytest.mark.parametrize("where", ["/p/", "/p", "/p/x/", "/p/%00/", "/p/" + "a" * 5000, "/p/../../etc/", "/p/🙂/"])
def test_it_says_kind_words_and_names_no_clinic_where_there_is_no_such_link(where: str) -> None:
    clinic = portal.somebody().clinic
    html = portal.look(where, status=404)
    assert clinic.short_name not in html
    assert clinic.name not in html
    assert "tel:" not in html


def test_it_opens_nothing_when_any_one_bit_of_the_token_is_changed() -> None:
    token = portal.link_to(portal.somebody()).token
    for place in range(len(token)):
        for bit in range(7):
            changed = chr(ord(token[place]) ^ (1 << bit))
            if not changed.isalnum() and changed not in "-_":
                continue
            response = Client().get(f"/p/{token[:place]}{changed}{token[place + 1 :]}/")
            assert response.status_code == 404


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ("expire", Standing.EXPIRED),
        ("revoke", Standing.REVOKED),
        ("contact_gone", Standing.CONTACT),
        ("contact_unusable", Standing.CONTACT),
        ("address_changed", Standing.CONTACT),
        ("discharged", Standing.PATIENT),
        ("deceased", Standing.PATIENT),
    ],
)
def test_it_shows_whom_to_call_where_a_link_has_ended(change: str, standing: Standing) -> None:
    patient, now = portal.somebody(), timezone.now()
    link = portal.link_to(patient)
    contact = patient.contacts.get()
    if change == "expire":
        PatientLink.objects.update(made_at=now - timedelta(days=101), expires_at=now - timedelta(days=1))
    elif change == "revoke":
        assert links.revoke(link, why="Phone lost", now=now)
        assert not links.revoke(link, why="Again", now=now)
    elif change == "contact_gone":
        contact.delete()
    elif change == "contact_unusable":
        contact.unusable_since, contact.unusable_reason = now, "Somebody else's"
        contact.save()
    elif change == "address_changed":
        # As an import does it: past save() and every signal.
        patient.contacts.update(address="+12025550177")
    else:
        patient.status, patient.status_reason = change, "x"
        patient.save()
    html = portal.look(f"/p/{link.token}/", status=410)
    assert f"tel:{patient.clinic.daytime_line}" in html
    assert patient.given_name not in html
    link = PatientLink.objects.select_related("patient", "contact").get()
    assert links.standing_of(link, now=now) is standing


def test_it_reuses_a_fresh_link_and_mints_another_when_it_is_old_or_ended() -> None:
    patient, now = portal.somebody(), timezone.now()
    contact = patient.contacts.get()
    first = links.page_url(patient, contact, now=now)
    assert links.page_url(patient, contact, now=now + timedelta(days=59)) == first
    assert links.page_urls({patient.pk: contact.pk}, now=now) == {patient.pk: first}
    assert links.page_url(patient, contact, now=now + timedelta(days=61)) != first
    assert links.revoke_all(patient, why="Phone lost", now=now) == 2
    assert links.page_urls({patient.pk: contact.pk}, now=now)[patient.pk] != first


def test_it_finds_or_makes_the_links_of_many_by_two_queries(django_assert_num_queries: object) -> None:
    patients = [portal.somebody(f"+1202555{n:04}") for n in range(100, 120)]
    wanted = {patient.pk: patient.contacts.get().pk for patient in patients}
    with django_assert_num_queries(2):  # type: ignore[operator]
        urls = links.page_urls(wanted, now=timezone.now())
    assert len(set(urls.values())) == len(patients)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert links.page_urls(wanted, now=timezone.now()) == urls


def test_it_gives_a_caregiver_no_more_than_a_caregivers_page() -> None:
    patient = portal.somebody()
    sister = make.contact(patient, "+12025550133", owner=Owner.CAREGIVER, owner_name="Ana")
    links.page_url(patient, sister, now=timezone.now())
    links.page_urls({patient.pk: sister.pk}, now=timezone.now())
    assert [link.scope for link in PatientLink.objects.all()] == [LinkScope.CAREGIVER]


def test_it_asks_for_the_date_of_birth_before_it_says_anything() -> None:
    patient = portal.somebody(asks=True)
    where, phone = portal.root(patient), Client(enforce_csrf_checks=True)
    for page in ("", "preferences/", "feel/"):
        html = portal.look(where + page, phone)
        assert 'autocomplete="bday-day"' in html
        for word in (patient.given_name, patient.clinic.short_name, patient.clinic.name, "infusion"):
            assert word not in html
    response = portal.send(where, phone, **portal.BIRTH)
    assert response.status_code == 303
    cookie = next(iter(response.cookies.values()))
    assert cookie["path"] == where
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert patient.clinic.short_name in portal.look(where, phone)
    # Not on another phone, and not for another link.
    assert 'autocomplete="bday-day"' in portal.look(where)
    other = portal.root(portal.somebody("+12025550188", asks=True))
    assert 'autocomplete="bday-day"' in portal.look(other, phone)


def test_it_forgets_the_date_of_birth_when_the_one_on_file_is_corrected() -> None:
    patient, phone = portal.somebody(asks=True), Client()
    where = portal.root(patient)
    portal.send(where, phone, **portal.BIRTH)
    patient.date_of_birth = portal.BORN + timedelta(days=1)
    patient.save()
    assert 'autocomplete="bday-day"' in portal.look(where, phone)


def test_it_shuts_after_five_wrong_dates_and_for_longer_each_time() -> None:
    patient = portal.somebody(asks=True)
    where, wrong = portal.root(patient), {**portal.BIRTH, "birth_year": "1952"}
    for _ in range(WRONG_BIRTHS - 1):
        assert portal.send(where, **wrong).status_code == 422
    # What no calendar holds is no guess.
    assert portal.send(where, **{**portal.BIRTH, "birth_day": "31", "birth_month": "2"}).status_code == 422
    response = portal.send(where, **wrong)
    assert response.status_code == 429
    assert str(patient.clinic.daytime_line) in response.content.decode()
    assert Client().get(where).status_code == 429
    PatientLink.objects.update(shut_until=timezone.now() - timedelta(seconds=1))
    assert portal.send(where, **wrong).status_code == 429
    shut = PatientLink.objects.get().shut_until
    assert shut is not None
    assert shut > timezone.now() + timedelta(minutes=110)
    PatientLink.objects.update(shut_until=timezone.now() - timedelta(seconds=1))
    assert portal.send(where, **portal.BIRTH).status_code == 303
    assert PatientLink.objects.get().wrong_births == 0


def test_it_takes_no_form_that_does_not_come_from_its_page() -> None:
    patient = portal.somebody()
    where = portal.root(patient)
    other = portal.key_of(portal.root(portal.somebody("+12025550188")))
    for proof in ("", "forged", other, other[:-1]):
        assert Client().post(where, {"proof": proof}).status_code == 403


def test_it_reads_in_the_patients_language_and_in_the_one_chosen_here() -> None:
    patient, phone = portal.somebody(language="es"), Client()
    where = portal.root(patient)
    assert '<html lang="es">' in portal.look(where, phone)
    assert '<html lang="en">' in portal.look(f"{where}?lang=en", phone)
    assert '<html lang="en">' in portal.look(where, phone)
    assert '<html lang="en">' in portal.look(f"{where}?lang=xx", phone)
    patient.refresh_from_db()
    assert patient.language == "es"


class TestFuzz(TestCase):
    """Whatever is typed into an address or a form, an answer comes that is meant."""

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=60))
    def test_it_answers_any_token_with_a_page_that_is_meant(self, token: str) -> None:
        response = Client().get("/p/" + "".join(f"%{byte:02x}" for byte in token.encode("utf-8", "replace")))
        assert response.status_code in (404, 400)

    @settings(max_examples=40, deadline=None)
    @given(st.dictionaries(st.sampled_from(sorted(portal.BIRTH)), st.text(max_size=12)))
    def test_it_answers_any_date_of_birth_with_a_page_that_is_meant(self, typed: dict[str, Any]) -> None:
        where = portal.root(portal.somebody(asks=True))
        assert portal.send(where, **typed).status_code in (200, 303, 422)
