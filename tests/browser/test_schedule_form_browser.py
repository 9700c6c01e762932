"""The form of a schedule in a browser: a treatment fills in, and what comes of it appears while one types."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reminders.models import Schedule, Visit
from tests.support import axe
from tests.support import builders as make
from tests.support.admin_pages import coming, superuser

pytestmark = pytest.mark.django_db(transaction=True)


def choose(page: Page, field: str, words: str) -> None:
    page.locator(f".field-{field} .select2-selection").click()
    page.keyboard.type(words)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(words, ignore_case=True)
    page.keyboard.press("Enter")


def test_a_treatment_fills_in_and_visits_appear_while_typing(page: Page, live_server: LiveServer) -> None:
    make.ladder()
    superuser()
    make.patient(make.PHONE, make.MAILBOX, family_name="Quintana")
    make.treatment(name="Bone drug", default_visits=3)
    day, clock = coming(7).split()
    page.goto(f"{live_server.url}/admin/login/?next=/admin/reminders/schedule/add/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    choose(page, "treatment", "bone")
    expect(page.locator("#id_interval_days")).to_have_value("28")
    expect(page.locator("#id_number_of_visits")).to_have_value("3")
    choose(page, "patient", "quint")
    page.fill("#id_first_visit_on", day)
    page.fill("#id_visit_time", clock)
    expect(page.locator("#bw-course h3", has_text="3 visits, 15 messages")).to_be_visible()
    expect(page.locator("#bw-course details")).to_have_count(3)
    assert not Schedule.objects.exists()
    axe.clean(page)
    page.locator("button[name=_save], input[name=_save]").first.click()
    page.locator("[name=_apply]").click()
    expect(page.locator("body")).to_contain_text("3 visits, 15 messages")
    assert Visit.objects.count() == 3
