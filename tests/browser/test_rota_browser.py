"""The rota in a real browser: two clicks put somebody on, and the preview follows what is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from alerts.models import Override, Rotation
from tests.support import rota as on_call
from tests.support.admin_pages import superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rota_page(page: Page, live_server: LiveServer) -> Iterator[Page]:
    """Signed in, before a rota of three whose rotation ends in two weeks. A script error fails the test."""
    superuser()
    on_call.weekly("Ana Ruiz", "Bea Stone", "<b>Cat</b> Lowe")
    Rotation.objects.update(ends_on=(timezone.now() + timedelta(days=14)).date())
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.goto(f"{live_server.url}/admin/login/?next=/admin/alerts/rota/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page).to_have_title("On-call rota | Bonewatch")
    yield page
    assert trouble == []


def test_two_clicks_put_somebody_else_on(rota_page: Page) -> None:
    shift = rota_page.locator(".bw-lane a.bw-turn").last
    title = str(shift.get_attribute("title"))
    shift.click()
    expect(rota_page.locator("#rota-preview")).to_contain_text("What changes")
    rota_page.get_by_role("button", name="Put on call").click()
    expect(rota_page.get_by_text("is on call").first).to_be_visible()
    row = Override.objects.get()
    assert str(row.other) == title.partition(",")[0]
    dashed = rota_page.locator(".bw-lane .bw-by-hand").last
    expect(dashed).to_have_attribute(
        "title", f"{row.responder}{title[title.index(',') :].partition(' (')[0]} (override)"
    )


def test_a_gap_is_filled_by_clicking_it_and_the_preview_follows_the_choice(rota_page: Page) -> None:
    gap = rota_page.locator(".bw-lane .bw-gap").first
    expect(gap).to_have_css("color", "rgb(255, 255, 255)")
    gap.click()
    preview = rota_page.locator("#rota-preview")
    for name in ("Bea Stone", "<b>Cat</b> Lowe"):
        rota_page.select_option("select[name=person]", label=name)
        expect(preview.locator(".bw-list")).to_contain_text(name)
    rota_page.get_by_role("button", name="Put on call").click()
    expect(rota_page).to_have_title("On-call rota | Bonewatch")
    assert Override.objects.get().responder.name == "<b>Cat</b> Lowe"


def test_a_choice_made_before_the_script_has_arrived_is_drawn_once_it_is_there(rota_page: Page) -> None:
    late: list[Route] = []
    rota_page.route("**/bonewatch/rota*.js", lambda route: late.append(route))
    with rota_page.expect_request("**/bonewatch/rota*.js"):
        rota_page.locator(".bw-lane .bw-gap").first.click()
    rota_page.select_option("select[name=person]", label="Bea Stone")
    late[0].continue_()
    expect(rota_page.locator("#rota-preview .bw-list")).to_contain_text("Bea Stone")


def test_the_keyboard_reaches_every_shift_and_reads_what_it_is(rota_page: Page) -> None:
    shift = rota_page.locator(".bw-lane a.bw-turn").first
    shift.focus()
    assert "by rotation" in str(shift.inner_text())
    rota_page.keyboard.press("Enter")
    expect(rota_page.locator("#rota-form")).to_be_visible()
    expect(rota_page.get_by_role("button", name="Preview")).to_be_hidden()
