"""Warnings in the admin: rules and their words, version after version, and what a patient will be told next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from alerts.admin.warning import when_in_words
from alerts.models import PlannedWarning, WarningPlan, WarningRule, WarningText
from alerts.warnings import planning, release
from messaging import consent
from messaging.domain.delivery import Purpose
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors, superuser
from tests.support.builders import MAILBOX, PHONE

pytestmark = pytest.mark.django_db
WORDS = {"sms": "{clinic}: too warm? Call {line}.", "subject": "Fever", "mail": "Hello,\r\n\r\nCall {line}."}


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


@pytest.fixture
def fever() -> WarningRule:
    return WarningRule.objects.get(code="fever")


def page(rule: WarningRule) -> str:
    return f"alerts/warningrule/{rule.pk}/change/"


def words(rule: WarningRule, language: str = "en") -> str:
    return f"alerts/warningrule/{rule.pk}/words/{language}/"


class TestRules:
    """What is said, to whom, and when."""

    def test_the_list_says_when_each_is_said(self, desk: Desk) -> None:
        html = desk.see("alerts/warningrule/")
        assert "1 day after enrolment at 11:00, every 12 weeks" in html
        assert "3 days after each dose at 11:00, the first 6" in html
        assert "metastases in the spine" in html

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("cord_gnrh", "1 day after the start at 11:00, every week for 4 weeks"),
            ("cord_spine", "after enrolment at 11:00, every 8 weeks"),
        ],
    )
    def test_cadences_are_said_in_words(self, code: str, said: str) -> None:
        assert when_in_words(WarningRule.objects.get(code=code)) == said

    def test_the_page_shows_its_words_filled_in_both_languages(self, desk: Desk, fever: WarningRule) -> None:
        html = desk.see(page(fever))
        assert "take your temperature" in html
        assert "tome su temperatura" in html
        assert "(202) 555-0123" in html
        assert "{line}" not in html
        assert "The default that ships." in html

    def test_a_change_lets_every_patient_be_looked_at_again(self, desk: Desk, fever: WarningRule) -> None:
        make.patient(PHONE)
        planning.plan_due(now=timezone.now())
        assert not WarningPlan.objects.filter(look_at__lte=timezone.now()).exists()
        assert desk.edit(page(fever), "warningrule_form", every_weeks="4").status_code == 302
        fever.refresh_from_db()
        assert fever.every_weeks == 4
        assert fever.channels == ["sms", "email"]
        assert WarningPlan.objects.filter(look_at__lte=timezone.now()).exists()

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"audience": "treated"}, "drug_class", "Name the treatment"),
            ({"anchor": "dose"}, "drug_class", "Name the treatment"),
            ({"first_doses": "3"}, "first_doses", "counts from each dose"),
            ({"every_weeks": "", "for_weeks": "3"}, "for_weeks", "needs no end"),
            ({"every_weeks": "0"}, "every_weeks", "greater than or equal to 1"),
            ({"template": "no_such"}, "template", "cannot be read"),
            ({"template": "visit_confirm"}, "template", "not"),
            ({"source": ""}, "source", "required"),
        ],
    )
    def test_a_rule_that_could_never_speak_is_refused(
        self, desk: Desk, fever: WarningRule, changes: dict[str, str], field: str, said: str
    ) -> None:
        refused = errors(desk.edit(page(fever), "warningrule_form", **changes))
        assert said in " ".join(refused[field])

    def test_none_is_deleted(self, desk: Desk, fever: WarningRule) -> None:
        assert desk.client.get(f"/admin/alerts/warningrule/{fever.pk}/delete/").status_code == 403


class TestWords:
    """Each change is a new version."""

    def test_what_is_written_holds_from_then_on_and_the_old_is_kept(self, desk: Desk, fever: WarningRule) -> None:
        assert "take your temperature" in desk.see(words(fever))
        for number in (1, 2):
            assert desk.send(words(fever), **WORDS | {"sms": f"Too warm {number}? {{line}}"}).status_code == 302
        assert list(WarningText.objects.values_list("number", "sms", "written_by")) == [
            (2, "Too warm 2? {line}", "boss"),
            (1, "Too warm 1? {line}", "boss"),
        ]
        html = desk.see(page(fever))
        assert "Too warm 2? (202) 555-0123" in html
        assert "Versions: 2" in html

    def test_wrong_words_are_refused_at_their_field_and_nothing_is_kept(self, desk: Desk, fever: WarningRule) -> None:
        response = desk.send(words(fever), **WORDS | {"sms": "Reply STOP or call {line}"})
        assert response.status_code == 200
        assert "Carriers act upon STOP" in response.content.decode()
        assert not WarningText.objects.exists()

    def test_a_language_that_is_not_spoken_is_no_page(self, desk: Desk, fever: WarningRule) -> None:
        assert desk.client.get(f"/admin/{words(fever, 'fr')}").status_code == 404

    def test_a_nurse_may_look_and_not_write(self, client: Client, fever: WarningRule) -> None:
        nurse = get_user_model().objects.create_user("nina", password="x", is_staff=True)
        nurse.groups.add(Group.objects.get(name="Nurses"))
        client.force_login(nurse)
        assert "Write a new version" not in Desk(client).see(page(fever))
        assert client.post(f"/admin/{words(fever)}", WORDS).status_code == 403
        assert not WarningText.objects.exists()

    def test_a_manager_may_write(self, client: Client, fever: WarningRule) -> None:
        manager = get_user_model().objects.create_user("mona", password="x", is_staff=True)
        manager.groups.add(Group.objects.get(name="Managers"))
        client.force_login(manager)
        assert client.post(f"/admin/{words(fever)}", WORDS).status_code == 302
        assert WarningText.objects.get().written_by == "mona"


class TestAPatientsPage:
    """What she will be told next, and what she was told."""

    def test_it_shows_what_comes_next_and_by_which_way(self, desk: Desk) -> None:
        patient = make.patient(PHONE, MAILBOX, metastasis_sites=["spine"])
        consent.record(MAILBOX, Purpose.WARNINGS, granted=True, source="form", wording="x", now=timezone.now())
        planning.plan_due(now=timezone.now())
        html = desk.see(f"patients/patient/{patient.pk}/change/")
        assert "Warnings: what she will be told next" in html
        assert "Back and legs: what to watch for" in html
        assert "mail" in html.partition("Warnings: what she")[2]

    def test_what_nobody_would_get_says_why(self, desk: Desk) -> None:
        patient = make.patient(PHONE)
        planning.plan_due(now=timezone.now())
        html = desk.see(f"patients/patient/{patient.pk}/change/")
        assert "to nobody: No consent to warnings is recorded for any address." in html
        row = PlannedWarning.objects.order_by("send_at")[0]
        release.release_due(now=row.send_at + timedelta(hours=12))
        assert "Skipped" in desk.see(f"patients/patient/{patient.pk}/change/")

    def test_the_list_of_all_says_what_became_of_each(self, desk: Desk) -> None:
        make.patient(PHONE)
        planning.plan_due(now=timezone.now())
        row = PlannedWarning.objects.order_by("send_at")[0]
        release.release_due(now=row.send_at + timedelta(hours=12))
        html = desk.see("alerts/plannedwarning/", state__exact="skipped")
        assert "No consent to warnings" in html
        assert desk.client.get("/admin/alerts/plannedwarning/add/").status_code == 403
        assert desk.see(f"alerts/plannedwarning/{row.pk}/change/")
