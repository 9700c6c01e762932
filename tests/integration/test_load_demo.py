"""`load_demo`: due within minutes at any hour, odd states as told, and twice is once."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.db.models import Model

from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.models import Attempt, ConsentEvent, InboundMessage, Message, Receipt
from patients.domain.profile import PatientStatus
from patients.models import Clinic, ContactPoint, CoordinatorTask, Patient, TaskKind
from reminders import release
from reminders.demo.clinic import PASSWORD
from reminders.demo.load import load
from reminders.domain.words import Reason, ReminderState, Route, VisitStatus
from reminders.models import PlannedReminder, Schedule, Treatment, Visit

pytestmark = pytest.mark.django_db

#: A working day by night and by day, and a Sunday on which clocks go forward.
NIGHT = datetime(2026, 11, 23, 3, 12, 44, tzinfo=UTC)
MOMENTS = [NIGHT, NIGHT.replace(hour=15), datetime(2027, 3, 14, 7, 30, tzinfo=UTC)]
EVERYTHING: tuple[type[Model], ...] = (Clinic, Patient, ContactPoint, Schedule, Visit, PlannedReminder, Message)
EVERYTHING += (Attempt, Receipt, ConsentEvent, InboundMessage, CoordinatorTask)


def released(now: datetime, *, seconds: int) -> dict[str, list[float]]:
    """What leaves by each channel when the sweep runs every ten seconds, in seconds after `now`."""
    before = set(Message.objects.values_list("pk", flat=True))
    for step in range(0, seconds + 1, 10):
        while release.release_due(now=now + timedelta(seconds=step)) == release.BATCH:
            continue
    new = Message.objects.exclude(pk__in=before)
    return {
        channel: sorted((message.due_at - now).total_seconds() for message in new.filter(channel=channel))
        for channel in ("sms", "email")
    }


@pytest.mark.parametrize("now", MOMENTS, ids=["night", "day", "sunday"])
def test_messages_leave_within_the_first_minutes_at_any_hour(now: datetime) -> None:
    load(now=now)
    left = released(now, seconds=600)
    assert len([second for second in left["sms"] if second <= 20]) >= 2
    assert len([second for second in left["sms"] if second <= 300]) >= 10
    assert len(left["sms"]) >= 15
    assert len(left["email"]) >= 10
    # Spread, not one salvo.
    assert max(left["sms"]) > 420


def test_loading_twice_changes_and_sends_nothing_again() -> None:
    first = load(now=NIGHT)
    assert first.patients >= 40
    assert first.due_soon >= 20
    released(NIGHT, seconds=60)
    before = [list(model._default_manager.order_by("pk").values()) for model in EVERYTHING]
    again = load(now=NIGHT + timedelta(hours=5))
    assert (again.patients, again.due_soon) == (0, 0)
    assert [list(model._default_manager.order_by("pk").values()) for model in EVERYTHING] == before


def test_the_cast_spans_treatments_languages_and_zones() -> None:
    load(now=NIGHT)
    patients = Patient.objects.filter(clinic__name="Harbor Bone Clinic")
    assert patients.count() >= 40
    assert set(Schedule.objects.values_list("treatment__route", flat=True)) == {route.value for route in Route}
    assert Schedule.objects.values("treatment").distinct().count() >= 0.75 * Treatment.objects.count()
    assert set(patients.values_list("language", flat=True)) == {"en", "es"}
    assert patients.values("timezone").distinct().count() >= 3
    assert ContactPoint.objects.filter(owner="caregiver").count() >= 3
    for point in ContactPoint.objects.all():
        point.clean()
    for patient in patients:
        patient.full_clean()


def test_past_doses_come_with_what_was_sent_and_its_receipts() -> None:
    load(now=NIGHT)
    sent = Message.objects.filter(channel="sms", status="delivered")
    assert sent.count() >= 30
    for message in sent.prefetch_related("tries", "receipts"):
        assert message.due_at < NIGHT
        assert [attempt.outcome for attempt in message.tries.all()] == ["accepted"]
        assert [receipt.word for receipt in message.receipts.all()] == ["sent", "delivered"]
        assert consent.state(message.address, Purpose.REMINDERS) is not None
    assert Visit.objects.filter(status=VisitStatus.GIVEN).count() >= 60


class TestOddStates:
    @pytest.fixture(autouse=True)
    def _loaded(self) -> None:
        load(now=NIGHT)

    def of(self, family_name: str) -> Patient:
        return Patient.objects.get(family_name=family_name)

    def reasons(self, patient: Patient) -> set[str]:
        reminders = PlannedReminder.objects.filter(visit__schedule__patient=patient)
        assert not reminders.filter(state=ReminderState.PLANNED).exists()
        return set(reminders.exclude(reason="").values_list("reason", flat=True))

    def test_patients_who_are_not_active_have_nothing_planned_and_the_reason_kept(self) -> None:
        assert Reason.PATIENT_ON_HOLD in self.reasons(Patient.objects.get(status=PatientStatus.ON_HOLD))
        assert Reason.PATIENT_DISCHARGED in self.reasons(Patient.objects.get(status=PatientStatus.DISCHARGED))
        assert Reason.PATIENT_DECEASED in self.reasons(Patient.objects.get(status=PatientStatus.DECEASED))

    def test_a_schedule_is_on_hold(self) -> None:
        held = Schedule.objects.get(status="on_hold")
        assert held.status_reason
        assert Reason.SCHEDULE_ON_HOLD in self.reasons(held.patient)

    def test_nobody_is_written_to_without_contact_consent_or_a_working_phone(self) -> None:
        released(NIGHT, seconds=600)
        skipped = PlannedReminder.objects.filter(state=ReminderState.SKIPPED)
        for name, reason in (("Pruitt", Reason.NO_CONTACT), ("Volkov", Reason.NO_CONSENT)):
            mine = skipped.filter(visit__schedule__patient=self.of(name))
            assert set(mine.values_list("reason", flat=True)) == {reason}
            assert CoordinatorTask.objects.filter(patient=self.of(name), kind=TaskKind.NO_CONTACT).exists()
        assert not self.of("Coleman").contacts.get().is_usable
        assert Message.objects.filter(status="undelivered", error_code="30005").count() == 1

    def test_one_opted_out_by_text(self) -> None:
        phone = self.of("Luna").contacts.get().address
        assert consent.revoked_by_text(phone, Purpose.REMINDERS)
        assert InboundMessage.objects.get(from_address=phone).disposition == "opt_out"
        assert self.of("Luna").tasks.get().kind == TaskKind.OPT_OUT

    def test_a_visit_is_overdue_with_its_task_open(self) -> None:
        visit = Visit.objects.get(status=VisitStatus.OVERDUE)
        assert visit.schedule.patient.tasks.get().kind == TaskKind.OVERDUE_VISIT

    def test_visits_are_cancelled_moved_confirmed_and_asked_about(self) -> None:
        assert Visit.objects.get(status=VisitStatus.CANCELLED).status_reason
        assert Visit.objects.get(pinned=True).schedule.patient == self.of("Watanabe")
        assert Visit.objects.get(confirmed_at__isnull=False).schedule.patient == self.of("Stone")
        assert Visit.objects.get(move_requested_at__isnull=False).schedule.patient == self.of("Baptiste")
        assert self.of("Baptiste").tasks.get().kind == TaskKind.MOVE_REQUEST

    def test_a_dose_given_late_moved_what_follows(self) -> None:
        visits = list(self.of("Cárdenas").schedules.get().visits.order_by("number"))
        late = next(visit for visit in visits if visit.given_on and visit.given_on > visit.on)
        assert visits[late.number].on == late.given_on + timedelta(days=28)  # type: ignore[operator]

    def test_a_treatment_awaits_its_sign_off_and_others_have_it(self) -> None:
        waiting = Treatment.objects.filter(needs_sign_off=True, signed_off_at__isnull=True)
        assert waiting.filter(schedules__patient=self.of("Ashby")).exists()
        assert Treatment.objects.filter(needs_sign_off=True, signed_off_at__isnull=False).count() > waiting.count()

    def test_a_couple_shares_a_telephone(self) -> None:
        phones = ContactPoint.objects.filter(patient__family_name="Castellano", kind="phone")
        assert phones.count() == 2
        assert phones.values("address").distinct().count() == 1


def test_staff_can_log_in_and_see() -> None:
    load(now=NIGHT)
    for login in ("admin", "coordinator", "nurse", "manager"):
        user = authenticate(username=login, password=PASSWORD)
        assert user is not None
        assert user.is_staff
        assert user.has_perm("reminders.view_visit")
    nurse = get_user_model().objects.get(username="nurse")
    assert nurse.has_perm("reminders.change_visit")
    assert not nurse.has_perm("reminders.change_treatment")
    assert not nurse.has_perm("messaging.change_message")


def test_the_command_says_what_it_did() -> None:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    call_command("load_demo", stdout=out)
    first, *_, last = out.getvalue().splitlines()
    assert "patients" in first
    assert "already" in last


def test_without_its_treatments_it_loads_nothing() -> None:
    Treatment.objects.filter(code="xray").delete()
    with pytest.raises(CommandError, match="lacks xray"):
        call_command("load_demo")
    assert not Patient.objects.exists()
    assert not Clinic.objects.exists()


def test_where_there_are_patients_it_loads_nothing(settings: Any) -> None:
    settings.SANDBOX = False
    with pytest.raises(CommandError, match="sandbox"):
        call_command("load_demo")
    assert not get_user_model().objects.exists()
    assert not Patient.objects.exists()
