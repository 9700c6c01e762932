"""A wish for another time as a coordinator reads it: words, window, free days; and silence until it is dealt with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from messaging.channels.memory import Memory
from patients.models import CoordinatorTask, TaskKind
from reminders import release, services
from reminders.domain.offsets import Elapsed
from reminders.models import PlannedReminder
from tests.support import builders as make
from tests.support.builders import HOUR, ny
from tests.support.visit_talk import ASKED, asked_about, tasks, templates, text

pytestmark = pytest.mark.django_db
ANSWERED = ASKED + HOUR


@pytest.fixture(autouse=True)
def _ladder(memory: type[Memory]) -> None:
    make.ladder()


def test_it_shows_words_window_gap_and_free_days_with_the_named_day_first() -> None:
    course = make.planned_schedule(location="Room 2")
    services.record_dose(make.visit(course), given_on=make.visit(course).on, now=ny("2026-06-17 11:00"))
    second = make.visit(course, 2)
    make.planned_schedule(make.patient(), first="2026-07-16 10:00", location="Room 2")
    services.request_move(second, words="can we do Friday?", now=ny("2026-07-10 11:00"))
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    lines = task.detail.splitlines()
    assert lines[0] == "can we do Friday?"
    assert "2026-07-15 to 2026-07-18 (after the dose of 2026-06-17)" in task.detail
    assert "At least 21 days" in task.detail
    assert lines[-3:] == [
        "Fri 2026-07-17: 0 visits, as the patient said",
        "Wed 2026-07-15: 0 visits",
        "Thu 2026-07-16: 1 visit",
    ]


def test_what_is_written_later_is_added_to_the_open_task() -> None:
    asked_about("2026-06-17 09:30")
    assert text("2", now=ANSWERED) == "move_asked"
    assert text("can't make Wednesday, Friday?", now=ANSWERED + HOUR) == "move_asked"
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    assert "can't make Wednesday, Friday?" in task.detail


def test_not_coming_cancels_nothing_by_itself() -> None:
    (visit,) = asked_about("2026-06-17 09:30")
    assert text("please cancel my appt", now=ANSWERED) == "cancel_asked"
    visit.refresh_from_db()
    assert visit.status == "planned"
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    assert task.title.startswith("Is not coming")
    assert templates() == ["visit_move_asked"]


def test_please_confirm_rests_until_a_coordinator_has_dealt_with_it() -> None:
    (visit,) = asked_about("2026-06-17 09:30")
    make.rule("confirm_again", Elapsed(-20 * HOUR), condition="unconfirmed", template="visit_confirm")
    make.plan(visit.schedule, now=ASKED)
    text("2", now=ANSWERED)
    due = visit.at - 20 * HOUR
    release.release_due(now=due)
    (again,) = PlannedReminder.objects.filter(rule__code="confirm_again", visit=visit)
    assert (again.state, again.due_at) == ("planned", due + timedelta(minutes=30))
    CoordinatorTask.objects.update(done_at=due, outcome="She comes as planned.")
    release.release_due(now=again.due_at)
    again.refresh_from_db()
    assert again.state == "released"


def test_a_yes_after_the_wish_closes_the_task() -> None:
    asked_about("2026-06-17 09:30")
    text("otro día por favor", now=ANSWERED)
    assert text("ok, ahí estaré", now=ANSWERED + HOUR) == "confirmed"
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    assert task.done_at == ANSWERED + HOUR


@pytest.mark.parametrize("words", ["thanks!", "🙏❤️", "Gracias, que tengan buen día", "👍"])
def test_kind_words_make_no_noise(words: str) -> None:
    asked_about("2026-06-17 09:30")
    text("1", now=ANSWERED)
    text(words, now=ANSWERED + HOUR)
    assert templates() == ["visit_confirmed"]
    assert not CoordinatorTask.objects.exists()


def test_a_symptom_is_paged_and_the_yes_beside_it_is_noted() -> None:
    (visit,) = asked_about("2026-06-17 09:30")
    said = text("Appointment confirmed. However my legs went numb and I can't walk", now=ANSWERED)
    assert str(said).startswith("alert_raised")
    visit.refresh_from_db()
    assert visit.confirmed_at == ANSWERED
    assert "visit_confirmed" not in templates()


def test_a_bare_yes_beside_a_symptom_confirms_nothing() -> None:
    (visit,) = asked_about("2026-06-17 09:30")
    assert str(text("1 but my legs are numb and I can't walk", now=ANSWERED)).startswith("alert_raised")
    visit.refresh_from_db()
    assert visit.confirmed_at is None


def test_cancel_alone_stops_the_texts_and_asks_about_the_visit() -> None:
    asked_about("2026-06-17 09:30")
    assert text("CANCEL", now=ANSWERED) == "opt_out"
    assert len(tasks(TaskKind.MOVE_REQUEST)) == 1
