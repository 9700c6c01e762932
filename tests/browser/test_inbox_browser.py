"""The inbox in a real browser: it lives, counts what is written, loses nothing, and is open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from inbox.models import StaffAnswer
from tests.support import axe
from tests.support import builders as make
from tests.support.flag_desk import staff
from tests.support.inbox import QUESTION, asks

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def desk(page: Page, live_server: LiveServer, transactional_db: None) -> Iterator[Page]:
    """A coordinator. A script error on any page fails the test that met it."""
    staff("cora", "Coordinators")
    make.patient(make.PHONE, given_name="Ben", family_name="Ode")
    make.patient(make.PHONE)
    asks(make.PHONE, now=timezone.now())
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.goto(f"{live_server.url}/admin/")
    page.fill("#id_username", "cora")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    yield page
    page.goto("about:blank")
    assert trouble == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_text_is_answered_and_closed(desk: Page, live_server: LiveServer, size: dict[str, int]) -> None:
    desk.set_viewport_size(size)  # type: ignore[arg-type]
    desk.goto(f"{live_server.url}/admin/inbox/thread/")
    expect(desk).to_have_title("(2) Inbox | Bonewatch")
    axe.clean(desk)
    desk.get_by_role("link", name="Luz, Rosa").click()
    expect(desk.get_by_text(QUESTION)).to_be_visible()
    expect(desk.get_by_text("Shared phone: ask who is speaking")).to_be_visible()
    axe.clean(desk)
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = desk.locator("#id_words")
    box.fill("Bring your “list”")
    expect(desk.get_by_text('Sent as: Bring your "list"')).to_be_visible()
    expect(desk.get_by_text("1 text, 17 characters")).to_be_visible()
    desk.get_by_role("button", name="Thank you").click()
    assert box.input_value().startswith("Bring your “list”\nBayside: thank you")
    asks(make.PHONE, "where do i leave my car", now=timezone.now())
    expect(desk.get_by_text("where do i leave my car")).to_be_visible(timeout=15_000)
    assert box.input_value().startswith("Bring your “list”")
    desk.get_by_role("button", name="Send and close").click()
    expect(desk.get_by_text("2 texts closed.")).to_be_visible()
    expect(desk.get_by_text("nobody waits")).to_be_visible()
    assert StaffAnswer.objects.get().message.body.startswith('Bring your "list"')


def test_what_is_written_in_another_alphabet_says_what_it_costs(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/admin/inbox/thread/")
    desk.get_by_role("link", name="Luz, Rosa").click()
    desk.locator("#id_words").fill("🚑" + "x" * 70)
    expect(desk.get_by_text("2 texts: 🚑 makes each hold 70 characters instead of 160")).to_be_visible()
