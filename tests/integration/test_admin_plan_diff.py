"""The page between a form and its saving: what it shows is what is done, and nothing is done before."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client

from reminders.admin.plan_diff import BACK, SHOWN
from reminders.models import PlannedReminder, ReminderRule, Schedule
from tests.support import builders as make
from tests.support.admin_pages import Desk, coming, course, errors, superuser

pytestmark = pytest.mark.django_db
FORM = "reminderrule_form"


@pytest.fixture
def desk(client: Client) -> Desk:
    make.ladder()
    client.force_login(superuser())
    return Desk(client)


def rule_page() -> str:
    return f"reminders/reminderrule/{ReminderRule.objects.get(code='day_before').pk}/change/"


def times() -> set[Any]:
    """At what hours of New York the day-before texts are planned."""
    rows = PlannedReminder.objects.filter(rule__code="day_before", state="planned")
    return {row.send_at.astimezone(make.NEW_YORK).time() for row in rows}


def test_a_rule_is_shown_before_it_is_saved_and_then_applied_at_once(desk: Desk) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"offset_time": "15:00"}
    page = desk.post(rule_page(), **changed)
    html = " ".join(page.content.decode().split())
    for words in ("Nothing is saved yet", "Texts", "Mails", "Until now", "From now on", "09:00", "15:00", "Apply"):
        assert words in html
    assert times() == {time(9)}
    saved = desk.post(rule_page(), **changed, **{SHOWN: page.context["fingerprint"]})  # type: ignore[attr-defined]
    assert saved.status_code == 302
    assert times() == {time(15)}


def test_what_was_typed_is_carried_along_escaped(desk: Desk) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"offset_time": "15:00", "name": '<b>"Name"</b>'}
    html = desk.post(rule_page(), **changed).content.decode()
    assert 'value="&lt;b&gt;&quot;Name&quot;&lt;/b&gt;"' in html
    assert "<b>" not in html.split("<main")[-1]


def test_back_brings_the_form_as_it_was_filled_in_and_saves_nothing(desk: Desk) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"offset_time": "15:00", "name": "Another name"}
    page = desk.post(rule_page(), **changed, **{BACK: "1", SHOWN: "x"})
    assert page.status_code == 200
    assert errors(page) == {}
    html = page.content.decode()
    assert 'value="Another name"' in html
    assert 'value="15:00"' in html
    assert times() == {time(9)}


def test_a_plan_that_changed_meanwhile_is_shown_again(desk: Desk) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"offset_time": "15:00"}
    page: Any = desk.post(rule_page(), **changed)
    course(make.patient("+12025550177"))
    again: Any = desk.post(rule_page(), **changed, **{SHOWN: page.context["fingerprint"]})
    assert "The plan has changed since you looked" in again.content.decode()
    assert again.context["fingerprint"] != page.context["fingerprint"]
    assert times() == {time(9)}


def test_a_change_that_nobody_would_notice_is_saved_at_once(desk: Desk) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"name": "Another name"}
    assert desk.post(rule_page(), **changed).status_code == 302


def test_a_form_with_a_fault_shows_the_fault_first(desk: Desk) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"offset_time": "25:00"}
    assert "offset_time" in errors(desk.post(rule_page(), **changed))


def test_a_new_schedule_shows_its_visits_messages_and_what_they_cost(desk: Desk, settings: Any) -> None:
    settings.TEXT_PRICE = "0.01 USD"
    owner, drug = make.patient(make.PHONE, make.MAILBOX), make.treatment()
    day, clock = coming(7).split()
    form = {"patient": owner.pk, "treatment": drug.pk, "first_visit_on": day, "visit_time": clock}
    form |= {"interval_days": "", "number_of_visits": "3", "location": ""}
    page: Any = desk.post("reminders/schedule/add/", **form)
    html = " ".join(page.content.decode().split())
    assert "Visits" in html
    assert str(owner) in html.replace("&#x27;", "'")
    assert "USD" in html
    assert not Schedule.objects.exists()
    assert desk.post("reminders/schedule/add/", **form, **{SHOWN: page.context["fingerprint"]}).status_code == 302
    seen = page.context["seen"]
    assert Schedule.objects.get().visits.count() == len(seen.visits) == 3


def test_an_interval_of_a_treatment_shows_the_visits_that_move(desk: Desk) -> None:
    running = course()
    path = f"reminders/treatment/{running.treatment_id}/change/"
    page: Any = desk.post(path, **desk.filled(path, "treatment_form") | {"interval_days": "35"})
    assert page.context["seen"].visits
    running.treatment.refresh_from_db()
    assert running.treatment.interval_days == 28


def test_whoever_may_only_look_is_refused_as_before(desk: Desk, client: Client, django_user_model: Any) -> None:
    course()
    changed = desk.filled(rule_page(), FORM) | {"offset_time": "15:00"}
    client.force_login(django_user_model.objects.create_user("looker", password="pw", is_staff=True))
    assert desk.post(rule_page(), **changed).status_code == 403
