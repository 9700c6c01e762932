"""Catalogue and ladder in the database: loaded by the migration, kept when edited, taken out again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from messaging.domain.quiet_hours import Window
from patients.models import Clinic, Patient
from reminders.catalogue import ENTRIES, ROUTE_RUNGS, TREATMENT_RUNGS
from reminders.catalogue.lines import SPANISH
from reminders.catalogue.loading import load, unload
from reminders.checks import check_ladder_has_words
from reminders.domain.gate import Contact
from reminders.models import PlannedReminder, ReminderRule, Schedule, Treatment
from reminders.planner import plan_schedules
from reminders.rendering import draft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
RUNGS = sum(map(len, [*ROUTE_RUNGS.values(), *TREATMENT_RUNGS.values()]))


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    """What the migration loaded; a test that flushed the tables may have taken it away."""
    load(apps)


@pytest.fixture
def at_0001() -> Any:
    """The models as they were right after the first migration."""
    return MigrationExecutor(connection).loader.project_state(("reminders", "0001_initial")).apps


def patient(language: str = "en") -> Patient:
    clinic = Clinic.objects.create(
        name="Harbor Clinic", short_name="Harbor Clinic", timezone="America/New_York", daytime_line="+12025550100"
    )
    return Patient.objects.create(
        clinic=clinic, mrn="H-1", given_name="Rosa", family_name="Diaz", timezone="America/New_York", language=language
    )


def schedule(code: str, language: str = "en", **changes: Any) -> Schedule:
    treatment = Treatment.objects.get(code=code)
    plain = {"first_visit_on": date(2026, 12, 14), "visit_time": time(9), "number_of_visits": 1}
    return Schedule.objects.create(patient=patient(language), treatment=treatment, **plain | changes)


def test_every_entry_and_every_rung_is_there_as_written() -> None:
    stored = {treatment.code: treatment for treatment in Treatment.objects.all()}
    for entry in ENTRIES:
        there = stored[entry.code]
        assert {name: getattr(there, name) for name in entry.fields()} == entry.fields()
    assert ReminderRule.objects.count() == RUNGS


def test_everything_passes_the_checks_of_its_own_form() -> None:
    for row in (*Treatment.objects.all(), *ReminderRule.objects.select_related("treatment")):
        row.full_clean()


def test_loading_again_adds_nothing_and_keeps_what_a_clinic_changed(at_0001: Any) -> None:
    Treatment.objects.filter(code="zol_q4w").update(late_days=5)
    ReminderRule.objects.filter(route="infusion", code="confirm").update(is_active=False)
    before = (Treatment.objects.count(), ReminderRule.objects.count())
    load(at_0001)
    assert (Treatment.objects.count(), ReminderRule.objects.count()) == before
    assert Treatment.objects.get(code="zol_q4w").late_days == 5
    assert not ReminderRule.objects.get(route="infusion", code="confirm").is_active


def test_loading_brings_back_what_is_missing(at_0001: Any) -> None:
    Treatment.objects.filter(code="dmab_q4w").delete()
    ReminderRule.objects.filter(route="test").delete()
    load(at_0001)
    assert ReminderRule.objects.filter(treatment__code="dmab_q4w", code="how_are_you_7").exists()
    assert ReminderRule.objects.count() == RUNGS


def test_unloading_leaves_nothing_of_it_and_what_a_clinic_added(at_0001: Any) -> None:
    Treatment.objects.create(code="own", name="Our own", route="test", source="house rule")
    unload(at_0001)
    assert list(Treatment.objects.values_list("code", flat=True)) == ["own"]
    assert not ReminderRule.objects.exists()


def test_unloading_leaves_what_is_in_use(at_0001: Any) -> None:
    used = schedule("zol_q4w")
    plan_schedules([used.pk], now=NOW)
    rules_used = set(PlannedReminder.objects.values_list("rule_id", flat=True))
    assert rules_used
    unload(at_0001)
    assert list(Treatment.objects.values_list("code", flat=True)) == ["zol_q4w"]
    assert set(ReminderRule.objects.values_list("pk", flat=True)) == rules_used


def test_a_schedule_is_planned_along_the_default_ladder() -> None:
    plan_schedules([schedule("dmab_q4w").pk], now=NOW)
    texts = PlannedReminder.objects.filter(channel="sms").order_by("send_at").values_list("rule__code", flat=True)
    assert list(texts) == ["prepare", "tests_due", "confirm", "day_before", "same_day", "how_are_you_7"]


@pytest.mark.parametrize(("code", "visits"), [("rt_20x5", 5), ("ra223", 6)])
def test_a_course_without_a_number_of_visits_never_outgrows_its_maximum(code: str, visits: int) -> None:
    course = schedule(code, number_of_visits=None)
    plan_schedules([course.pk], now=NOW, horizon_days=400)
    assert course.visits.count() == visits


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_mail_says_what_to_do_before_the_visit_in_the_patients_language(language: str) -> None:
    plan_schedules([schedule("zol_q4w", language).pk], now=NOW)
    reminder = PlannedReminder.objects.get(rule__code="confirm", channel="email")
    mailbox = Contact(id=1, address="rosa@example.org", usable=True, consented=True)
    window, page = Window(time(8), time(21)), "https://clinic.example/p/abc/"
    body = draft(reminder, mailbox, window=window, now=reminder.send_at, page=page).body
    english = Treatment.objects.get(code="zol_q4w").before_visit_tasks
    said = {"en": english, "es": [SPANISH[line] for line in english]}
    assert all((line in body) is (language == spoken) for spoken, lines in said.items() for line in lines)


def test_a_rung_that_has_no_words_for_one_of_its_channels_stops_the_start() -> None:
    assert check_ladder_has_words(databases=["default"]) == []
    ReminderRule.objects.filter(code="day_before", route="infusion").update(template="visit_confirmed")
    errors = check_ladder_has_words(databases=["default"])
    assert {error.id for error in errors} == {"reminders.E001"}
    assert len(errors) == len(settings.MESSAGE_LANGUAGES), "as a mail, in each language"
    assert "visit_confirmed.en.mail.txt" in errors[0].msg
