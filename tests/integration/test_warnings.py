"""Warnings to patients: planned once per occasion, released through the outbox, never dropped without a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alerts.domain.warning_words import WarningState
from alerts.models import PlannedWarning, WarningPlan, WarningRule
from alerts.warnings import planning, release
from messaging import consent
from messaging.domain.delivery import Purpose, Status
from messaging.models import Message
from patients.models import CareEvent, Patient
from tests.support import builders as make
from tests.support.builders import DAY, HOUR, MAILBOX, NOW, PHONE
from tests.support.warnings import MORNING, enrolled, only_rule, plan_and_release, rule

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    only_rule()


def event(patient: Patient, on: date = TODAY, **changes: Any) -> CareEvent:
    plain = {"kind": "dose_given", "drug_class": "denosumab", "key": "schedule:1/1", "source": "reminders"}
    return CareEvent.objects.create(patient=patient, on=on, changed_at=NOW, **plain | changes)


def rows(patient: Patient | None = None) -> list[tuple[str, str, str]]:
    found = PlannedWarning.objects.all() if patient is None else PlannedWarning.objects.filter(patient=patient)
    return list(found.values_list("occasion", "state", "reason"))


class TestPlanning:
    """Rows come to be, and go again."""

    def test_a_new_patient_is_planned_for_once_however_often_it_is_asked(self) -> None:
        patient = enrolled()
        for minute in range(3):
            planning.plan_due(now=NOW + timedelta(minutes=minute))
        planning.look_again(now=NOW + HOUR)
        planning.plan_due(now=NOW + HOUR)
        assert rows(patient) == [("enrolment/0", "planned", "")]

    def test_the_same_occasion_cannot_be_written_twice(self) -> None:
        enrolled()
        planning.plan_due(now=NOW)
        row = PlannedWarning.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_a_dose_calls_her_up_at_once_and_taken_back_it_takes_its_warning_along(self) -> None:
        after = {"anchor": "dose", "after_days": 3, "audience": "treated", "drug_class": "denosumab"}
        rule("after", **after)
        patient = enrolled()
        planning.plan_due(now=NOW - HOUR)
        told = event(patient)
        planning.plan_due(now=NOW + HOUR)
        assert ("schedule:1/1/0", "planned", "") in rows(patient)
        told.stands, told.changed_at = False, NOW + 2 * HOUR
        told.save()
        planning.plan_due(now=NOW + 3 * HOUR)
        assert ("schedule:1/1/0", "cancelled", "not_for_her") in rows(patient)

    def test_given_again_it_is_planned_again(self) -> None:
        rule("after", anchor="dose", after_days=3, audience="treated", drug_class="denosumab")
        patient = enrolled()
        told = event(patient)
        for hours, stands in ((1, True), (2, False), (3, True)):
            told.stands, told.changed_at = stands, NOW + hours * HOUR
            told.save()
            planning.plan_due(now=NOW + hours * HOUR)
        assert rows(patient).count(("schedule:1/1/0", "planned", "")) == 1

    def test_a_saved_profile_is_looked_at_again(self) -> None:
        rule("spine", audience="spine")
        patient = enrolled()
        planning.plan_due(now=NOW)
        assert len(rows(patient)) == 1
        patient.metastasis_sites = ["spine"]
        patient.save()
        WarningPlan.objects.update(look_at=NOW)
        planning.plan_due(now=NOW + timedelta(minutes=1))
        assert len(rows(patient)) == 2

    def test_saving_a_patient_lets_the_next_sweep_look(self) -> None:
        patient = enrolled()
        planning.plan_due(now=NOW + 3650 * DAY)
        patient.save()
        assert WarningPlan.objects.get().look_at < NOW + 3650 * DAY

    def test_who_was_discharged_keeps_no_plans(self) -> None:
        patient = enrolled()
        planning.plan_due(now=NOW)
        Patient.objects.update(status="discharged")
        planning.plan_due(now=NOW + DAY + HOUR)
        assert rows(patient) == [("enrolment/0", "cancelled", "patient_discharged")]

    def test_a_patient_whose_row_is_odd_does_not_hold_back_the_others(self) -> None:
        odd, sound = enrolled(), enrolled("+12025550112")
        event(odd, on=date.max, kind="treatment_started")
        rule("weeks", anchor="start", drug_class="denosumab", every_weeks=1, for_weeks=4, after_days=5)
        planning.plan_due(now=NOW)
        assert rows(sound) == [("enrolment/0", "planned", "")]

    def test_a_batch_costs_as_many_queries_as_one_patient(self) -> None:
        enrolled()
        with CaptureQueriesContext(
            connection,
        ) as one:
            planning.plan_due(now=NOW)
        for number in range(20):
            enrolled(f"+120255501{number:02d}")
        with CaptureQueriesContext(connection) as many:
            planning.plan_due(now=NOW)
        assert len(many) <= len(one)
        assert PlannedWarning.objects.count() == 21


class TestReleasing:
    """What is due becomes a message, or says why not."""

    def test_it_leaves_as_a_warning_in_her_language_within_her_hours(self) -> None:
        patient = enrolled(language="es")
        plan_and_release()
        (message,) = Message.objects.all()
        row = PlannedWarning.objects.get(patient=patient)
        assert (row.state, row.message, row.channel) == (WarningState.RELEASED, message, "sms")
        assert (message.purpose, message.urgency, message.language) == (Purpose.WARNINGS, "ordinary", "es")
        assert message.address == PHONE
        assert "fiebre" not in message.body
        assert "100.4" in message.body
        assert message.expires_at == make.ny("2026-06-10 21:00")

    def test_before_its_time_nothing_leaves(self) -> None:
        enrolled()
        plan_and_release(NOW)
        assert rows() == [("enrolment/0", "planned", "")]

    def test_released_once_it_does_not_leave_again(self) -> None:
        enrolled()
        for minutes in range(3):
            plan_and_release(MORNING + timedelta(minutes=minutes))
        assert Message.objects.count() == 1

    def test_at_night_it_waits_for_her_own_morning(self) -> None:
        WarningRule.objects.filter(code="test").update(at_time="03:00", after_days=1)
        patient = enrolled(timezone="America/Los_Angeles")
        plan_and_release(NOW + DAY)
        row = PlannedWarning.objects.get(patient=patient)
        assert (row.state, row.due_at) == ("planned", make.ny("2026-06-11 11:00"))
        plan_and_release(row.due_at)
        assert Message.objects.count() == 1

    def test_without_consent_to_warnings_nothing_leaves_and_it_says_so(self) -> None:
        patient = enrolled(agrees=False)
        consent.record(PHONE, Purpose.REMINDERS, granted=True, source="form", wording="test", now=NOW)
        plan_and_release()
        assert rows(patient) == [("enrolment/0", "skipped", "no_consent")]
        assert not Message.objects.exists()

    def test_the_mail_is_taken_where_the_phone_may_not_be_texted(self) -> None:
        patient = enrolled()
        consent.record(PHONE, Purpose.WARNINGS, granted=False, source="text", wording="STOP", now=NOW + HOUR)
        plan_and_release()
        (message,) = Message.objects.all()
        assert (message.channel, message.address) == ("email", MAILBOX)
        assert PlannedWarning.objects.get(patient=patient).channel == "email"
        assert message.subject
        assert message.html

    def test_who_has_no_contact_is_told_of_with_a_reason(self) -> None:
        patient = enrolled()
        patient.contacts.all().delete()
        plan_and_release()
        assert rows(patient) == [("enrolment/0", "skipped", "no_contact")]

    def test_a_text_that_cannot_be_filled_is_a_reason_and_holds_nobody_back(self) -> None:
        rule("broken", template="no_such_template")
        patient = enrolled()
        plan_and_release()
        assert sorted(rows(patient)) == [("enrolment/0", "released", ""), ("enrolment/0", "skipped", "wording")]

    def test_what_is_found_too_late_is_skipped_as_stale(self) -> None:
        patient = enrolled()
        planning.plan_due(now=NOW)
        release.release_due(now=NOW + 4 * DAY)
        assert rows(patient) == [("enrolment/0", "skipped", "stale")]

    def test_what_waited_in_the_outbox_past_her_hours_is_sent_the_next_morning(self) -> None:
        patient = enrolled()
        plan_and_release()
        Message.objects.update(status=Status.EXPIRED, reason="too late", finished_at=MORNING)
        night = make.ny("2026-06-10 22:00")
        assert release.send_again(now=night) == 1
        release.release_due(now=night)
        assert rows(patient) == [("enrolment/0", "planned", "")]
        release.release_due(now=make.ny("2026-06-11 08:00"))
        assert rows(patient) == [("enrolment/0", "released", "")]
        assert Message.objects.filter(status="planned").count() == 1

    def test_somebody_on_hold_is_not_written_to_even_before_the_plan_knows(self) -> None:
        patient = enrolled()
        planning.plan_due(now=NOW)
        Patient.objects.update(status="on_hold")
        release.release_due(now=MORNING)
        assert rows(patient) == [("enrolment/0", "skipped", "patient_on_hold")]

    def test_each_sweep_reads_its_partial_index(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # A table this small would be read as a whole.
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert "warning_due" in release.due(MORNING).explain()
        assert "warning_fresh" in release.held_up(MORNING).explain()
        assert (
            "warning_plan_due" in WarningPlan.objects.filter(look_at__lte=MORNING).order_by("look_at", "id").explain()
        )
