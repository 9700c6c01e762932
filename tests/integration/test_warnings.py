"""Warnings to patients: planned once per occasion, released through the outbox, never dropped without a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alerts.domain.warning_words import WarningState
from alerts.models import PlannedWarning, WarningPlan, WarningRule, WarningText
from alerts.models.warning import TextIsFixed
from alerts.warnings import planning, release, texts
from alerts.warnings.texts import Text
from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES, Purpose, Status
from messaging.models import Message
from patients.models import CareEvent, Patient
from tests.support import builders as make
from tests.support.builders import DAY, HOUR, MAILBOX, NOW, PHONE

pytestmark = pytest.mark.django_db
#: NOW is a Wednesday, 09:00 in New York.
MORNING = NOW + 2 * HOUR
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    """One rule for everyone at 11:00 on the day of enrolment; what ships is switched off."""
    WarningRule.objects.update(is_active=False)
    rule()


def rule(code: str = "test", **changes: Any) -> WarningRule:
    plain: dict[str, Any] = {
        "name": code,
        "topic": "fever",
        "at_time": "11:00",
        "template": "warning_fever",
        "source": "made up for tests",
    }
    return WarningRule.objects.create(code=code, **plain | changes)


def person(*addresses: str, agrees: bool = True, **changes: Any) -> Patient:
    """Enrolled now; agreed to everything at each address."""
    made = make.patient(*addresses or (PHONE, MAILBOX), **changes)
    made.created_at = NOW
    made.save()
    for contact in made.contacts.all():
        for purpose in CONSENT_PURPOSES if agrees else ():
            consent.record(contact.address, purpose, granted=True, source="form", wording="test", now=NOW)
    return made


def event(patient: Patient, on: date = TODAY, **changes: Any) -> CareEvent:
    plain = {"kind": "dose_given", "drug_class": "denosumab", "key": "schedule:1/1", "source": "reminders"}
    return CareEvent.objects.create(patient=patient, on=on, changed_at=NOW, **plain | changes)


def rows(patient: Patient | None = None) -> list[tuple[str, str, str]]:
    found = PlannedWarning.objects.all() if patient is None else patient.planned_warnings.all()
    return list(found.values_list("occasion", "state", "reason"))


def plan_and_release(now: Any = MORNING) -> None:
    planning.plan_due(now=now)
    release.release_due(now=now)


class TestPlanning:
    """Rows come to be, and go again."""

    def test_a_new_patient_is_planned_for_once_however_often_it_is_asked(self) -> None:
        patient = person()
        for minute in range(3):
            planning.plan_due(now=NOW + timedelta(minutes=minute))
        planning.look_again(now=NOW + HOUR)
        planning.plan_due(now=NOW + HOUR)
        assert rows(patient) == [("enrolment/0", "planned", "")]

    def test_the_same_occasion_cannot_be_written_twice(self) -> None:
        person()
        planning.plan_due(now=NOW)
        row = PlannedWarning.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_a_dose_calls_her_up_at_once_and_taken_back_it_takes_its_warning_along(self) -> None:
        after = {"anchor": "dose", "after_days": 3, "audience": "treated", "drug_class": "denosumab"}
        rule("after", **after)
        patient = person()
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
        patient = person()
        told = event(patient)
        for hours, stands in ((1, True), (2, False), (3, True)):
            told.stands, told.changed_at = stands, NOW + hours * HOUR
            told.save()
            planning.plan_due(now=NOW + hours * HOUR)
        assert rows(patient).count(("schedule:1/1/0", "planned", "")) == 1

    def test_a_saved_profile_is_looked_at_again(self) -> None:
        rule("spine", audience="spine")
        patient = person()
        planning.plan_due(now=NOW)
        assert len(rows(patient)) == 1
        patient.metastasis_sites = ["spine"]
        patient.save()
        WarningPlan.objects.update(look_at=NOW)
        planning.plan_due(now=NOW + timedelta(minutes=1))
        assert len(rows(patient)) == 2

    def test_saving_a_patient_lets_the_next_sweep_look(self) -> None:
        patient = person()
        planning.plan_due(now=NOW + 3650 * DAY)
        patient.save()
        assert WarningPlan.objects.get().look_at < NOW + 3650 * DAY

    def test_who_was_discharged_keeps_no_plans(self) -> None:
        patient = person()
        planning.plan_due(now=NOW)
        Patient.objects.update(status="discharged")
        planning.plan_due(now=NOW + DAY + HOUR)
        assert rows(patient) == [("enrolment/0", "cancelled", "patient_discharged")]

    def test_a_patient_whose_row_is_odd_does_not_hold_back_the_others(self) -> None:
        odd, sound = person(), person("+12025550112")
        event(odd, on=date.max, kind="treatment_started")
        rule("weeks", anchor="start", drug_class="denosumab", every_weeks=1, for_weeks=4, after_days=5)
        planning.plan_due(now=NOW)
        assert rows(sound) == [("enrolment/0", "planned", "")]

    def test_a_batch_costs_as_many_queries_as_one_patient(self) -> None:
        person()
        with CaptureQueriesContext(
            connection,
        ) as one:
            planning.plan_due(now=NOW)
        for number in range(20):
            person(f"+120255501{number:02d}")
        with CaptureQueriesContext(connection) as many:
            planning.plan_due(now=NOW)
        assert len(many) <= len(one)
        assert PlannedWarning.objects.count() == 21


class TestReleasing:
    """What is due becomes a message, or says why not."""

    def test_it_leaves_as_a_warning_in_her_language_within_her_hours(self) -> None:
        patient = person(language="es")
        plan_and_release()
        (message,) = Message.objects.all()
        row = patient.planned_warnings.get()
        assert (row.state, row.message, row.channel) == (WarningState.RELEASED, message, "sms")
        assert (message.purpose, message.urgency, message.language) == (Purpose.WARNINGS, "ordinary", "es")
        assert message.address == PHONE
        assert "fiebre" not in message.body
        assert "100.4" in message.body
        assert message.expires_at == make.ny("2026-06-10 21:00")

    def test_before_its_time_nothing_leaves(self) -> None:
        person()
        plan_and_release(NOW)
        assert rows() == [("enrolment/0", "planned", "")]

    def test_released_once_it_does_not_leave_again(self) -> None:
        person()
        for minutes in range(3):
            plan_and_release(MORNING + timedelta(minutes=minutes))
        assert Message.objects.count() == 1

    def test_at_night_it_waits_for_her_own_morning(self) -> None:
        WarningRule.objects.filter(code="test").update(at_time="03:00", after_days=1)
        patient = person(timezone="America/Los_Angeles")
        plan_and_release(NOW + DAY)
        row = patient.planned_warnings.get()
        assert (row.state, row.due_at) == ("planned", make.ny("2026-06-11 11:00"))
        plan_and_release(row.due_at)
        assert Message.objects.count() == 1

    def test_without_consent_to_warnings_nothing_leaves_and_it_says_so(self) -> None:
        patient = person(agrees=False)
        consent.record(PHONE, Purpose.REMINDERS, granted=True, source="form", wording="test", now=NOW)
        plan_and_release()
        assert rows(patient) == [("enrolment/0", "skipped", "no_consent")]
        assert not Message.objects.exists()

    def test_the_mail_is_taken_where_the_phone_may_not_be_texted(self) -> None:
        patient = person()
        consent.record(PHONE, Purpose.WARNINGS, granted=False, source="text", wording="STOP", now=NOW + HOUR)
        plan_and_release()
        (message,) = Message.objects.all()
        assert (message.channel, message.address) == ("email", MAILBOX)
        assert patient.planned_warnings.get().channel == "email"
        assert message.subject
        assert message.html

    def test_who_has_no_contact_is_told_of_with_a_reason(self) -> None:
        patient = person()
        patient.contacts.all().delete()
        plan_and_release()
        assert rows(patient) == [("enrolment/0", "skipped", "no_contact")]

    def test_a_text_that_cannot_be_filled_is_a_reason_and_holds_nobody_back(self) -> None:
        rule("broken", template="no_such_template")
        patient = person()
        plan_and_release()
        assert sorted(rows(patient)) == [("enrolment/0", "released", ""), ("enrolment/0", "skipped", "wording")]

    def test_what_is_found_too_late_is_skipped_as_stale(self) -> None:
        patient = person()
        planning.plan_due(now=NOW)
        release.release_due(now=NOW + 4 * DAY)
        assert rows(patient) == [("enrolment/0", "skipped", "stale")]

    def test_what_waited_in_the_outbox_past_her_hours_is_sent_the_next_morning(self) -> None:
        patient = person()
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
        patient = person()
        planning.plan_due(now=NOW)
        Patient.objects.update(status="on_hold")
        release.release_due(now=MORNING)
        assert rows(patient) == [("enrolment/0", "skipped", "patient_on_hold")]

    def test_the_sweep_reads_its_partial_index(self) -> None:
        person()
        planning.plan_due(now=NOW)
        with CaptureQueriesContext(connection) as said:
            release.release_due(now=MORNING)
        (query,) = [entry["sql"] for entry in said if "due_at" in entry["sql"] and "SELECT" in entry["sql"]][:1]
        assert "state = 'planned'" in query


class TestTexts:
    """Staff write their own words, version after version."""

    GOOD = Text(sms="{clinic}: hot or shaky? Call {line}.", subject="Fever", mail="Hello,\n\nCall {line}.\n\n{clinic}")

    def test_the_newest_version_is_what_leaves_and_the_row_keeps_which(self) -> None:
        patient = person()
        warning = WarningRule.objects.get(code="test")
        texts.write(warning, "en", self.GOOD, by="manager", now=NOW)
        second = texts.write(
            warning, "en", Text("Too warm? {line}", self.GOOD.subject, self.GOOD.mail), by="manager", now=NOW
        )
        plan_and_release()
        assert second.number == 2
        assert Message.objects.get().body == "Too warm? (202) 555-0150"
        assert patient.planned_warnings.get().text == second

    def test_another_language_keeps_the_default(self) -> None:
        warning = WarningRule.objects.get(code="test")
        texts.write(warning, "en", self.GOOD, by="manager", now=NOW)
        assert texts.current(warning, "es").number == 0
        assert texts.current(warning, "en").sms == self.GOOD.sms

    def test_own_mails_have_paragraphs(self) -> None:
        person(MAILBOX)
        texts.write(WarningRule.objects.get(code="test"), "en", self.GOOD, by="manager", now=NOW)
        plan_and_release()
        message = Message.objects.get()
        assert message.body == "Hello,\n\nCall (202) 555-0150.\n\nBayside"
        assert message.subject == "Fever"
        assert "<p" in message.html

    def test_a_version_is_never_changed(self) -> None:
        made = texts.write(WarningRule.objects.get(code="test"), "en", self.GOOD, by="manager", now=NOW)
        made.sms = "other"
        with pytest.raises(TextIsFixed):
            made.save()

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"sms": " "}, "sms", "says nothing"),
            ({"sms": "Call us."}, "sms", "whom to call"),
            ({"sms": "{name}: call {line}"}, "sms", "name"),
            ({"sms": "{line"}, "sms", "braces"),
            ({"sms": "Reply STOP or call {line}"}, "sms", "STOP"),
            ({"sms": "Llame al {line} á"}, None, ""),
            ({"sms": "Call {line} \u4e2d"}, "sms", "70 characters"),
            ({"sms": "{line} " + "x" * 320}, "sms", "parts"),
            ({"subject": "two\nlines"}, "subject", "one line"),
            ({"mail": "Call us."}, "mail", "whom to call"),
            ({"mail": "Call {line}\x00"}, "mail", "NUL"),
        ],
    )
    def test_what_could_not_be_sent_is_named(self, changes: dict[str, str], field: str | None, said: str) -> None:
        plain = {"sms": self.GOOD.sms, "subject": self.GOOD.subject, "mail": self.GOOD.mail}
        text = Text(**plain | changes)
        found = texts.problems(text)
        if field is None:
            assert found == {}
            return
        assert set(found) == {field}
        assert said in " ".join(found[field])
        with pytest.raises(ValueError, match=r"\w"):
            texts.write(WarningRule.objects.get(code="test"), "en", text, by="x", now=NOW)
        assert not WarningText.objects.exists()
