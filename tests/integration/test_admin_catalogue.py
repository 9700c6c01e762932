"""Catalogue and ladder in the admin: signatures, wordings that must exist, and what a change sets in motion."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from messaging import wordings
from reminders import sweeps, tasks
from reminders.admin import telling
from reminders.domain.offsets import WallTime
from reminders.models import ReminderRule, Treatment
from tests.support import builders as make
from tests.support.admin_pages import Desk, course, errors, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would have gone to the broker, were all schedules left to workers."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(telling, "AT_ONCE", 0)
    monkeypatch.setattr(tasks.plan_schedules, "delay", lambda *ids: sent.append(ids))
    return sent


def page(row: Treatment | ReminderRule) -> str:
    return f"reminders/{row._meta.model_name}/{row.pk}/change/"


class TestTreatment:
    """Numbers, and the signature under them."""

    def test_lists_are_written_as_people_write_them(self, desk: Desk) -> None:
        drug = make.treatment("load", loading_days=[0, 7], before_visit_tasks=["Blood test"])
        html = desk.see(page(drug))
        assert 'value="0, 7"' in html
        changes = {"loading_days": "0; 7, 14,28", "before_visit_tasks": "Blood test\r\n\r\n Drink water "}
        assert desk.edit(page(drug), "treatment_form", **changes).status_code == 302
        drug.refresh_from_db()
        assert drug.loading_days == [0, 7, 14, 28]
        assert drug.before_visit_tasks == ["Blood test", "Drink water"]

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"loading_days": "0, seven"}, "loading_days", "“seven” is not a whole number"),
            ({"loading_days": "7, 14"}, "loading_days", "start with 0"),
            ({"loading_days": "0, 14, 7"}, "loading_days", "rising"),
            ({"minimum_gap_days": "29"}, "minimum_gap_days", "29 is longer than the interval (28)"),
            ({"interval_days": "0"}, "interval_days", "0 is not a number of days"),
            ({"source": ""}, "source", "required"),
        ],
    )
    def test_numbers_that_cannot_be(self, desk: Desk, changes: dict[str, str], field: str, words: str) -> None:
        drug = make.treatment()
        assert words in " ".join(errors(desk.edit(page(drug), "treatment_form", **changes))[field])

    def test_a_clinician_signs(self, desk: Desk) -> None:
        drug = make.treatment(needs_sign_off=True)
        assert "Waits for sign-off" in desk.see("reminders/treatment/", sign_off="waiting")
        path = f"reminders/treatment/{drug.pk}/sign-off/"
        assert errors(desk.send(path, signed_off_by=" "))["signed_off_by"]
        desk.told(desk.send(path, signed_off_by="Dr. <Osei>"))
        assert "Dr. &lt;Osei&gt;" in desk.see("reminders/treatment/", sign_off="signed")

    def test_changed_numbers_lose_the_signature_and_other_words_do_not(self, desk: Desk, published: list[Any]) -> None:
        drug = make.treatment(needs_sign_off=True)
        desk.send(f"reminders/treatment/{drug.pk}/sign-off/", signed_off_by="Dr. Osei")
        desk.edit(page(drug), "treatment_form", name="Another name")
        drug.refresh_from_db()
        assert drug.signed_off_by == "Dr. Osei"
        told = desk.told(desk.edit(page(drug), "treatment_form", late_days="5"))
        drug.refresh_from_db()
        assert (drug.signed_off_by, drug.signed_off_at) == ("", None)
        assert "needs a new signature" in told

    def test_changed_numbers_plan_its_schedules_anew(
        self, desk: Desk, published: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        running = course()
        with django_capture_on_commit_callbacks(execute=True):
            desk.edit(page(running.treatment), "treatment_form", interval_days="30")
        assert published == [(running.pk,)]


class TestRule:
    """A rung: its words, and what a change sets in motion."""

    def day_before(self) -> ReminderRule:
        return ReminderRule.objects.get(code="day_before")

    def test_its_page_shows_every_language_with_what_it_costs(self, desk: Desk) -> None:
        html = desk.see(page(self.day_before()))
        for words in ("Text message, English", "Text message, Spanish", "E-mail, English", "E-mail, Spanish"):
            assert words in " ".join(html.split())
        assert "1 segment, " in html
        assert "GSM-7" in html

    def test_a_template_that_does_not_exist_is_named(self, desk: Desk) -> None:
        response = desk.edit(page(self.day_before()), "reminderrule_form", template="nowhere")
        found = " ".join(errors(response)["template"])
        for file in ("nowhere.en.txt", "nowhere.es.txt", "nowhere.en.mail.txt", "nowhere.es.mail.txt"):
            assert file in found
        assert self.day_before().template == "visit_day_before"

    def test_a_language_or_a_blank_that_is_wrong_is_named(self, desk: Desk, settings: Any, tmp_path: Path) -> None:
        for source in Path(django_settings.MESSAGE_TEMPLATES).glob("*.txt"):
            (tmp_path / source.name).write_text(source.read_text())
        (tmp_path / "odd.en.txt").write_text("Dear {nickname}, see you {day}.")
        settings.MESSAGE_TEMPLATES = tmp_path
        response = desk.edit(page(self.day_before()), "reminderrule_form", template="odd", channels=["sms"])
        found = " ".join(errors(response)["template"])
        assert "{nickname}" in found
        assert "odd.es.txt" in found

    def test_a_template_path_goes_nowhere_else(self, desk: Desk) -> None:
        for odd in ("../../config/env", "a\x00b", "visit_day_before.en", "%s", "🦴"):
            response = desk.edit(page(self.day_before()), "reminderrule_form", template=odd)
            assert "template" in errors(response), odd

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"channels": []}, "channels"),
            ({"channels": ["pigeon"]}, "channels"),
            ({"offset_days": ""}, "offset_days"),
            ({"offset_days": "400"}, "offset_days"),
            ({"offset_time": "25:00"}, "offset_time"),
            ({"offset_kind": "elapsed"}, "offset_minutes"),
            ({"route": ""}, "route"),
            ({"condition": "overdue"}, "anchor"),
            ({"expires_minutes": "0"}, "expires_minutes"),
            ({"code": "two_hours"}, "__all__"),
        ],
    )
    def test_a_rung_that_could_never_speak(self, desk: Desk, changes: dict[str, Any], field: str) -> None:
        response = desk.edit(page(self.day_before()), "reminderrule_form", **changes)
        assert field in errors(response)

    def test_a_change_plans_the_schedules_of_its_route_anew(
        self, desk: Desk, published: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        running, held = course(), course()
        other = course(treatment=make.treatment("shot", route="injection"))
        desk.send(f"reminders/schedule/{held.pk}/hold/", reason="x")
        with django_capture_on_commit_callbacks(execute=True):
            response = desk.edit(page(self.day_before()), "reminderrule_form", offset_time="11:00")
        assert published == [(running.pk,)]
        assert "1 schedule planned anew" in desk.told(response)
        assert other.pk not in published[0]
        tasks.plan_schedules(*published[0])
        sent = {
            row.send_at.astimezone(make.NEW_YORK).time()
            for row in make.reminders(running, rule__code="day_before", state="planned")
        }
        assert sent == {time(11)}

    def test_a_broker_that_is_away_is_no_error_and_the_sweep_plans_anew(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        running = course()

        def away(*ids: int) -> None:
            raise OperationalError("no broker")

        monkeypatch.setattr(tasks.plan_schedules, "delay", away)
        monkeypatch.setattr(telling, "AT_ONCE", 0)
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            response = desk.edit(page(self.day_before()), "reminderrule_form", offset_time="11:00")
        assert callbacks
        assert response.status_code == 302
        assert self.day_before().offset_time == time(11)
        assert sweeps.extend_horizons(now=timezone.now()) == 1
        (reminder,) = make.reminders(running, rule__code="day_before", visit__number=1, state="planned", channel="sms")
        assert reminder.send_at.astimezone(make.NEW_YORK).time() == time(11)

    def test_the_list_says_when_in_words(self, desk: Desk) -> None:
        drug = make.treatment()
        make.rule("own", WallTime(-3, time(8)), treatment=drug, first_visits=1)
        html = desk.see("reminders/reminderrule/")
        for words in (
            "the day before at 09:00",
            "2 hours before",
            "the day after it became overdue, at 10:00",
            "3 days before at 08:00, first visit only",
        ):
            assert words in html


def test_every_template_that_ships_can_be_chosen(desk: Desk) -> None:
    rule = ReminderRule.objects.get(code="confirm")
    reminders = {row.template for row in ReminderRule.objects.all()}
    assert reminders <= set(wordings.names())
    for name in sorted(reminders):
        response = desk.edit(page(rule), "reminderrule_form", template=name, channels=["sms"])
        assert response.status_code == 302, (name, errors(response))
