"""Reports of symptoms from a patient's own page: read like texts, once, of her alone, and answered by the page."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from alerts import raising
from alerts.models import Alert, NurseReview
from messaging import consent, inbound
from messaging.domain.delivery import Purpose
from messaging.models import InboundMessage, Message
from patients.domain.links import LinkScope
from patients.domain.profile import ContactKind, Owner
from patients.models import CoordinatorTask, Patient
from portal.domain.symptoms import LONGEST_WORDS
from portal.models import SymptomReport
from tests.support import admin_pages, portal, red_flags
from tests.support import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_call() -> None:
    red_flags.on_call()
    red_flags.sign_everything()


def tell(patient: Patient, client: Client | None = None, **fields: Any) -> tuple[int, str]:
    """Open the form, fill it in, send it; the status of the answer, and the page that follows."""
    client = client or Client(enforce_csrf_checks=True)
    where = portal.root(patient)
    page = portal.look(f"{where}feel/", client)
    numbers = page.split('name="numbers" value="')[1].split('"')[0]
    fields = {"form": str(uuid4()), "numbers": unescape(numbers)} | fields
    response = portal.send(where, client, to="feel/", **fields)
    if response.status_code == 303:
        return 303, unescape(portal.look(response["Location"], client))
    return response.status_code, unescape(response.content.decode())


def test_a_red_sign_pages_the_nurse_and_says_the_signed_instruction_at_once() -> None:
    patient = portal.somebody()
    _, page = tell(patient, signs=["weak"], places=["left_foot"], began="today")
    alert = Alert.objects.get()
    assert alert.patient == patient
    assert alert.phone == make.PHONE
    assert alert.pages.exists()
    assert "We have called a nurse" in page
    assert "Keep your back still" in page
    assert "(202) 555-0160" in page
    assert InboundMessage.objects.get().disposition == "alert_raised"
    assert InboundMessage.objects.get().body.startswith(
        "Message from my page.\nStart: today.\nNew weakness: foot (left)."
    )
    assert [message.template for message in red_flags.texts_to(make.PHONE)] == ["instruction"]


def test_the_instruction_is_in_the_language_of_the_page() -> None:
    _, page = tell(portal.somebody(language="es"), signs=["pee_cannot"])
    assert "Ya avisamos a una enfermera" in page
    assert "No mueva la espalda" in page
    assert "No puedo orinar." in InboundMessage.objects.get().body


def test_what_is_slow_says_that_a_nurse_was_told() -> None:
    _, page = tell(portal.somebody(), signs=["jaw"])
    assert "A nurse was told" in page
    assert Alert.objects.get().tier == "amber"


def test_what_a_nurse_reads_says_by_when_and_sends_no_text() -> None:
    _, page = tell(portal.somebody(), signs=["headache"])
    assert "A nurse will read it" in page
    assert "at the latest" in page
    assert NurseReview.objects.get().done_at is None
    assert not Message.objects.exists()
    assert not CoordinatorTask.objects.exists()


def test_feeling_fine_is_noted_and_wakes_nobody() -> None:
    _, page = tell(portal.somebody(), fine="yes")
    assert "We have noted it" in page
    assert InboundMessage.objects.get().disposition == "noted"
    assert not NurseReview.objects.exists()
    assert not Alert.objects.exists()
    assert not Message.objects.exists()
    assert not CoordinatorTask.objects.exists()


def test_the_same_form_sent_twice_is_one_report() -> None:
    patient, form = portal.somebody(), str(uuid4())
    _, first = tell(patient, signs=["walk"], form=form)
    _, second = tell(patient, signs=["walk"], form=form)
    assert SymptomReport.objects.count() == InboundMessage.objects.count() == 1
    assert "We have called a nurse" in first
    assert "We have called a nurse" in second


def test_who_goes_back_and_ticks_one_thing_more_has_reported_it() -> None:
    patient, form = portal.somebody(), str(uuid4())
    tell(patient, signs=["headache"], form=form)
    _, page = tell(patient, signs=["headache", "walk"], form=form)
    assert "We have called a nurse" in page
    assert SymptomReport.objects.count() == 2


def test_it_is_kept_as_it_was_filled_in() -> None:
    tell(portal.somebody(), signs=["walk", "numb"], places=["belly"], words="since the stairs")
    report = SymptomReport.objects.get()
    assert (report.signs, report.places, report.words) == (["numb", "walk"], ["belly"], "since the stairs")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Tick something, or write a few words."),
        ({"words": "  \n "}, "Tick something, or write a few words."),
        ({"words": "w" * (LONGEST_WORDS + 1), "signs": ["walk"]}, f"You wrote {LONGEST_WORDS + 1}."),
        ({"signs": ["walk", "wings"], "words": "kept"}, "This is not on our list: wings."),
        ({"began": "1066", "words": "kept"}, "This is not on our list: 1066."),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_lost(fields: dict[str, Any], said: str) -> None:
    status, page = tell(portal.somebody(), **fields)
    assert status == 422
    assert said in page
    assert not InboundMessage.objects.exists()
    if "walk" in fields.get("signs", ()):
        assert 'value="walk" checked' in " ".join(page.split())
    assert fields.get("words", "").strip() in page


def test_a_shared_phone_speaks_for_her_alone_and_says_that_it_is_shared() -> None:
    patient, other = portal.somebody(), make.patient(make.PHONE)
    tell(patient, signs=["walk"])
    alert = Alert.objects.get()
    assert alert.patient == patient != other
    assert alert.shared_phone


def test_a_link_that_came_by_mail_raises_an_alert_with_her_own_phone() -> None:
    patient = portal.somebody("maria@example.org")
    make.contact(patient, "+12025550177", owner=Owner.CAREGIVER, owner_name="Ana")
    make.contact(patient, "+12025550178", position=2)
    assert patient.contacts.order_by("pk")[0].kind == ContactKind.EMAIL
    tell(patient, signs=["walk"])
    assert Alert.objects.get().phone == "+12025550178"


def test_without_any_phone_the_page_says_so() -> None:
    _, page = tell(portal.somebody("maria@example.org"), signs=["walk"])
    assert Alert.objects.get().phone == ""
    assert "We have no phone number of yours" in page


def test_a_nurse_who_is_a_patient_reports_as_a_patient() -> None:
    patient = portal.somebody(red_flags.PHONES[next(iter(red_flags.PHONES))])
    tell(patient, words="ok", signs=["walk"])
    assert Alert.objects.get().patient == patient


def test_a_form_never_opts_out_and_words_on_it_that_say_so_do() -> None:
    patient = portal.somebody()
    tell(patient, signs=["walk"])
    assert consent.state(make.PHONE, Purpose.REMINDERS) is True
    tell(patient, signs=["walk"], words="stop texting me")
    assert consent.state(make.PHONE, Purpose.REMINDERS) is False
    assert Alert.objects.exists()


def test_a_caregiver_is_told_apart() -> None:
    patient = portal.somebody(make.PHONE)
    patient.contacts.update(owner=Owner.CAREGIVER, owner_name="Ana")
    assert portal.link_to(patient).scope == LinkScope.CAREGIVER
    tell(patient, signs=["confused"])
    assert InboundMessage.objects.get().body.startswith("Message from the page, by a caregiver.")


def test_in_trouble_what_was_typed_stays_on_the_page_with_the_clinics_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the database is away")

    patient, client = portal.somebody(), Client(enforce_csrf_checks=True)
    for broken in ("messaging.inbound._keep", "portal.access.find"):
        where = portal.root(patient)
        numbers = unescape(portal.look(f"{where}feel/", client).split('name="numbers" value="')[1].split('"')[0])
        with monkeypatch.context() as patched:
            patched.setattr(broken, away)
            fields = {"numbers": numbers, "form": str(uuid4()), "signs": ["walk"], "words": "my own words"}
            response = portal.send(where, client, to="feel/", **fields)
        page = " ".join(unescape(response.content.decode()).split())
        assert response.status_code == 503
        assert 'value="walk" checked' in page
        assert "my own words" in page
        assert "(202) 555-0160" in page
        assert "We could not send it" in page
        again = portal.send(where, client, to="feel/", **fields)
        assert again.status_code == 303


def test_what_is_kept_and_could_not_be_read_yet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("deadlock")

    patient = portal.somebody()
    with monkeypatch.context() as patched:
        patched.setattr(raising, "report", away)
        patched.setattr(inbound.broker, "publish", lambda *_: None)
        _, page = tell(patient, signs=["walk"])
        assert "nobody has read it yet" in page
    inbound.sweep(now=make.real_now())
    assert Alert.objects.get().patient == patient


def test_another_patients_report_is_not_shown() -> None:
    tell(portal.somebody(), signs=["walk"])
    report = SymptomReport.objects.get()
    other = portal.somebody("+12025550166")
    response = Client().get(f"{portal.root(other)}feel/{report.form}/")
    assert response.status_code == 303


def test_staff_see_that_it_was_reported_on_her_own_page_and_where_to_phone_her() -> None:
    patient = portal.somebody("maria@example.org", make.PHONE)
    tell(patient, signs=["headache"])
    tell(patient, signs=["walk"])
    client = Client()
    client.force_login(admin_pages.superuser())
    for name, row in (("nursereview", NurseReview.objects.get()), ("alert", Alert.objects.get())):
        page = client.get(reverse(f"admin:alerts_{name}_change", args=[row.pk])).content.decode()
        assert "reported on their own page" in page
    review = client.get(reverse("admin:alerts_nursereview_change", args=[NurseReview.objects.get().pk]))
    assert f'href="tel:{make.PHONE}"' in review.content.decode()


def test_a_process_that_ends_between_the_text_and_the_report_has_lost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    patient, form = portal.somebody(), str(uuid4())
    with monkeypatch.context() as patched:
        patched.setattr(SymptomReport.objects, "get_or_create", killed)
        with pytest.raises(SystemExit):
            tell(patient, signs=["walk"], form=form)
    assert Alert.objects.get().patient == patient
    assert not SymptomReport.objects.exists()
    tell(patient, signs=["walk"], form=form)
    assert SymptomReport.objects.get().inbound == InboundMessage.objects.get()


class TestOddForms(TestCase):
    """Forms that no browser would send."""

    @settings(max_examples=40, deadline=None)
    @given(
        signs=st.lists(st.text(max_size=12) | st.sampled_from(["walk", "headache"]), max_size=3),
        places=st.lists(st.text(max_size=12) | st.just("neck"), max_size=2),
        words=st.text(max_size=60),
        form=st.text(max_size=40),
        course=st.text(max_size=9),
    )
    def test_they_are_taken_or_named_and_never_an_error(
        self, signs: list[str], places: list[str], words: str, form: str, course: str
    ) -> None:
        fields: dict[str, Any] = {
            "signs": signs,
            "places": places,
            "words": words,
            "form": form,
            "change": course,
            "fine": course,
        }
        status, _ = tell(portal.somebody(), **fields)
        assert status in (303, 422)
        assert InboundMessage.objects.exists() == (status == 303)
