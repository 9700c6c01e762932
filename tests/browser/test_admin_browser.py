"""The admin in a real browser: a coordinator's morning, by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reminders.models import ReminderRule, Schedule
from tests.support import axe
from tests.support import builders as make
from tests.support.admin_pages import coming, course, superuser

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = "<img src=x onerror=alert(1)><script>alert('x')</script>\"'"


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Iterator[Page]:
    """Signed in. A script error or a dialog on any page fails the test that met it."""
    make.ladder()
    superuser()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))

    def dismiss(dialog: Any) -> None:
        trouble.append(f"{page.url}: dialog")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(f"{live_server.url}/admin/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page).to_have_title("Today | Bonewatch")
    yield page
    assert trouble == []


def visit_page(page: Page, live_server: LiveServer, path: str) -> None:
    page.goto(f"{live_server.url}/admin/{path}")
    page.wait_for_load_state("networkidle")


def test_a_schedule_is_made_by_keyboard_alone(desk: Page, live_server: LiveServer) -> None:
    make.patient(make.PHONE, make.MAILBOX, family_name="Quintana")
    make.treatment(name="Bone drug")
    day, clock = coming(7).split()
    visit_page(desk, live_server, "reminders/schedule/add/")
    for words in ("quint", "bone drug"):
        desk.keyboard.press("Enter")  # the first box has the focus, and its search field opens
        desk.keyboard.type(words)
        expect(desk.locator(".select2-results__option--highlighted")).to_contain_text(
            words.split()[0], ignore_case=True
        )
        desk.keyboard.press("Enter")
        desk.keyboard.press("Tab")
        if words == "quint":
            while desk.evaluate("!document.activeElement.closest('.field-treatment .select2')"):
                desk.keyboard.press("Tab")
    desk.locator("#id_first_visit_on").focus()
    desk.keyboard.type(day)
    desk.locator("#id_visit_time").focus()
    desk.keyboard.type(clock)
    desk.locator("#id_number_of_visits").focus()
    desk.keyboard.type("3")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="What this changes")).to_be_visible()
    expect(desk.get_by_role("button", name="Apply")).to_be_focused()
    axe.clean(desk)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Planned: 3 visits, 15 messages until")).to_be_visible()
    assert Schedule.objects.get().patient.family_name == "Quintana"


def test_a_refusal_stands_beside_its_field(desk: Page, live_server: LiveServer) -> None:
    made = course()
    visit_page(desk, live_server, f"reminders/schedule/{made.pk}/change/")
    desk.fill("#id_interval_days", "20")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".field-interval_days")).to_contain_text("20 is shorter than the minimum gap")


def test_a_dose_is_recorded_from_the_days_list(desk: Page, live_server: LiveServer) -> None:
    made = course(first_in=0)
    visit_page(desk, live_server, "reminders/visit/?when=today")
    link = desk.get_by_role("link", name="Record dose")
    link.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Record the dose")).to_be_visible()
    desk.get_by_role("button", name="Record dose").click()
    expect(desk.get_by_text("Dose recorded as given on")).to_be_visible()
    assert make.visit(made).status == "given"
    expect(desk).to_have_url(f"{live_server.url}/admin/reminders/visit/")


def test_filters_open_and_close_by_keyboard(desk: Page, live_server: LiveServer) -> None:
    course()
    visit_page(desk, live_server, "patients/patient/")
    desk.get_by_role("button", name="Filters").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#changelist-filter")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#changelist-filter")).to_be_hidden()


def test_a_rule_asks_for_minutes_or_for_days_and_keeps_what_was_chosen(desk: Page, live_server: LiveServer) -> None:
    rule = ReminderRule.objects.get(code="day_before")
    visit_page(desk, live_server, f"reminders/reminderrule/{rule.pk}/change/")
    expect(desk.locator("#id_offset_minutes")).to_be_hidden()
    desk.select_option("#id_offset_kind", "elapsed")
    expect(desk.locator("#id_offset_days")).to_be_hidden()
    desk.fill("#id_offset_minutes", "-90")
    desk.get_by_role("button", name="Save and continue editing").click()
    expect(desk.locator("#id_offset_minutes")).to_have_value("-90")
    rule.refresh_from_db()
    assert (rule.offset_kind, rule.offset_minutes, rule.offset_days, rule.channels) == (
        "elapsed",
        -90,
        None,
        ["sms", "email"],
    )


def test_a_zone_is_found_by_typing(desk: Page, live_server: LiveServer) -> None:
    owner = make.patient()
    visit_page(desk, live_server, f"patients/patient/{owner.pk}/change/")
    desk.locator(".field-timezone .select2-selection").click()
    desk.keyboard.type("anchor")
    expect(desk.locator(".select2-results__option--highlighted")).to_contain_text("Anchorage")
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="Save and continue editing").click()
    expect(desk.get_by_text("was changed successfully")).to_be_visible()
    owner.refresh_from_db()
    assert owner.timezone == "America/Anchorage"


def test_hostile_words_never_run(desk: Page, live_server: LiveServer) -> None:
    owner = make.patient(make.PHONE, given_name=HOSTILE, family_name=HOSTILE)
    made = course(owner, location=HOSTILE, treatment=make.treatment("evil", name=HOSTILE), first_in=0)
    paths = (
        "",
        "patients/patient/",
        f"patients/patient/{owner.pk}/change/",
        "reminders/schedule/",
        f"reminders/schedule/{made.pk}/change/",
        "reminders/visit/",
        f"reminders/visit/{make.visit(made).pk}/dose/",
        "reminders/plannedreminder/",
        "reminders/treatment/",
    )
    for path in paths:
        visit_page(desk, live_server, path)
        assert desk.locator("img[src=x]").count() == 0
