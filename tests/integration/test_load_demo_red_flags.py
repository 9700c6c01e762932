"""`load_demo` and red flags: stories that the product itself has told, in every state, and twice is once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Model
from pytest_django.plugin import DjangoDbBlocker

from alerts import rota, sweeps
from alerts.demo.load import Loaded, load
from alerts.demo.stories import SCENES
from alerts.domain.policy import Role
from alerts.domain.words import AlertState, EventKind, Outcome
from alerts.models import (
    Alarm,
    Alert,
    AlertEvent,
    AlertPage,
    AlertRule,
    NurseReview,
    PlannedWarning,
    Responder,
    Rota,
)
from alerts.rota import reach
from messaging.domain.delivery import Purpose, Status
from messaging.models import ConsentEvent, InboundMessage, Message
from patients.models import Clinic, Patient
from reminders.demo.clinic import make_clinic
from reminders.demo.load import load as load_patients

pytestmark = pytest.mark.django_db
#: A Monday morning in New York.
DAY = datetime(2026, 11, 23, 15, 12, 44, tzinfo=UTC)
EVERYTHING: tuple[type[Model], ...] = (Alert, AlertEvent, AlertPage, NurseReview, PlannedWarning, Responder, Rota)
EVERYTHING += (Message, InboundMessage, ConsentEvent)


def loaded(now: datetime) -> tuple[Clinic, Loaded]:
    load_patients(now=now)
    clinic = make_clinic()
    return clinic, load(clinic, now=now)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Clinic, Loaded]]:
    """Loaded by day, once for all the tests that look at it; each of them undoes what it does."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loaded(DAY)
        transaction.set_rollback(True)


def test_it_tells_of_red_flags_in_every_state(demo: tuple[Clinic, Loaded]) -> None:
    _, told = demo
    assert (told.alerts, told.open_alerts) == (Alert.objects.count(), 5)
    assert {alert.state for alert in Alert.objects.all()} >= {"paged", "accepted", "reached", "closed"}
    outcomes = set(Alert.objects.filter(state="closed").values_list("outcome", flat=True))
    assert outcomes == set(Outcome) - {Outcome.ADVICE}
    assert {event.kind for event in AlertEvent.objects.all()} >= {
        EventKind.STEP_TIMED_OUT,
        EventKind.PAGE_FAILED,
        EventKind.FALLBACK_SENT,
        EventKind.FALLBACK_CONFIRMED,
        EventKind.PATIENT_NOT_REACHED,
        EventKind.NOT_INSTRUCTED,
        EventKind.NURSE_ANNOUNCED,
    }
    assert {event.via for event in AlertEvent.objects.filter(kind=EventKind.ACCEPTED)} == {"text", "link", "call"}
    assert Alert.objects.filter(shared_phone=True).count() == 2
    assert Alert.objects.exclude(phone_her="").get().patient == Patient.objects.get(mrn="HB-1043")
    assert not Alarm.objects.filter(closed_at__isnull=True).exists()


def test_nothing_of_the_past_is_left_to_be_sent(demo: tuple[Clinic, Loaded]) -> None:
    said = Message.objects.filter(purpose__in=[Purpose.PAGES, Purpose.REPLIES])
    assert said.count() > 70
    assert not said.filter(status=Status.PLANNED).exists()
    assert not InboundMessage.objects.filter(handled_at__isnull=True).exists()
    assert not Alert.objects.exclude(state=AlertState.CLOSED).filter(next_due_at__lte=DAY).exists()
    # The patients who were told to phone are still those who had said no themselves.
    assert set(ConsentEvent.objects.filter(granted=False).values_list("address", flat=True)) == {"+13235550164"}


def test_the_ladder_goes_on_from_where_the_demo_left_it(demo: tuple[Clinic, Loaded]) -> None:
    alert = Alert.objects.get(patient__mrn="HB-1018")
    assert alert.state == AlertState.PAGED
    sweeps.advance(now=alert.next_due_at or DAY)
    alert.refresh_from_db()
    assert alert.position == 1
    assert alert.pages.order_by("-pk")[0].channel == "voice"


def test_loading_twice_changes_nothing(demo: tuple[Clinic, Loaded]) -> None:
    clinic, _ = demo
    before = [list(model._default_manager.order_by("pk").values()) for model in EVERYTHING]
    assert load(clinic, now=DAY + timedelta(hours=5)) == Loaded(0, 0, 0)
    assert [list(model._default_manager.order_by("pk").values()) for model in EVERYTHING] == before


def test_somebody_is_on_call_in_every_role_for_weeks_and_the_backup_is_never_the_nurse(
    demo: tuple[Clinic, Loaded],
) -> None:
    clinic, _ = demo
    for days in range(-30, 60):
        at = DAY + timedelta(days=days)
        people = {role: rota.who(clinic, role.value, at) for role in Role}
        assert None not in people.values(), (days, people)
        assert people[Role.NURSE] != people[Role.BACKUP] or Rota.objects.filter(overrides__starts_at__lt=at).exists()
    now = {role: rota.who(clinic, role.value, DAY) for role in Role}
    assert (now[Role.NURSE], now[Role.BACKUP]) == tuple(
        Responder.objects.get(name=name) for name in ("Nurse Nadia Burke", "Nurse Paul Ibarra")
    )
    ready = reach.problems(list(Responder.objects.all()))
    assert set(map(tuple, ready.values())) == {()}
    assert Responder.objects.get(user__username="nurse").name == "Nurse Nadia Burke"
    assert Responder.objects.filter(user__username="manager").exists()


def test_every_starter_rule_is_signed_and_active(demo: tuple[Clinic, Loaded]) -> None:
    assert {rule.status for rule in AlertRule.objects.all()} == {"active"}
    for rule in AlertRule.objects.select_related("active_version__signed_off_by"):
        assert rule.active_version is not None
        assert rule.active_version.signed_off_by is not None
        assert rule.active_version.signed_off_by.username == "manager"
    assert not Alert.objects.filter(stands_in=True).exists()


def test_texts_wait_in_the_inbox_and_none_is_overdue(demo: tuple[Clinic, Loaded]) -> None:
    waiting = NurseReview.objects.filter(done_at__isnull=True)
    assert waiting.count() >= 3
    assert waiting.filter(patient__isnull=True).exists()
    assert not waiting.filter(due_at__lte=DAY).exists()
    assert NurseReview.objects.filter(done_at__isnull=False, done_by__username="nurse").exists()


def test_warnings_are_planned_over_the_coming_weeks_rather_than_all_at_once(demo: tuple[Clinic, Loaded]) -> None:
    _, told = demo
    days = {row.send_at.date() for row in PlannedWarning.objects.filter(state="planned")}
    assert told.warnings >= 40
    assert len(days) >= 15


def test_phones_are_of_the_range_for_fiction_and_belong_to_nobody_else(demo: tuple[Clinic, Loaded]) -> None:
    for person in Responder.objects.all():
        assert person.phone.startswith("+1")
        assert person.phone[5:8] == "555"
        assert person.email.endswith("@staff.example.com")
    assert max(scene.before for scene in SCENES) < timedelta(days=30)
