"""The sandbox's pages in a real browser: they keep themselves fresh, take replies, and work without scripts, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from sandbox import exchange, testing
from sandbox import mood as moods
from sandbox.models import Phone, Text

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
FROM, TO = "+12025550100", "+12025550123"


def arrive(body: str, to: str = TO) -> Phone:
    order = exchange.Order(to=to, sender=FROM, service_sid="", body=body, callback_url="")
    exchange.take_on(order, mood=moods.current(), now=timezone.now())
    testing.advance_all(post=testing.Listener())
    return testing.phone(to)


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Iterator[Page]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/sandbox/phones/")
    yield page
    assert faults == []


def test_a_text_appears_on_the_desk_and_on_the_phone_by_itself(desk: Page) -> None:
    expect(desk.get_by_text("No phone has been written to yet")).to_be_visible()
    arrive("See you tomorrow")
    desk.get_by_role("link", name="See you tomorrow").click(timeout=10_000)
    expect(desk.locator(".theirs .text")).to_have_text("See you tomorrow")
    desk.get_by_label("Your text").fill("half a rep")
    arrive("And bring your list")
    expect(desk.locator(".theirs .text").last).to_have_text("And bring your list", timeout=10_000)
    expect(desk.get_by_label("Your text")).to_have_value("half a rep")


def test_enter_sends_what_was_typed_and_the_bubble_shows(desk: Page) -> None:
    phone = arrive("How are you?")
    desk.goto(desk.url + f"{phone.key}/")
    desk.get_by_label("Your text").fill("Me duele la espalda")
    desk.get_by_label("Your text").press("Enter")
    expect(desk.locator(".mine .text")).to_have_text("Me duele la espalda")
    assert Text.objects.filter(direction=Text.INBOUND).values_list("body", flat=True).get() == "Me duele la espalda"


def test_the_list_narrows_while_words_are_typed(desk: Page) -> None:
    arrive("Blood test")
    arrive("Infusion", "+12025550124")
    rows = desk.locator(".rows li")
    expect(rows).to_have_count(2, timeout=10_000)
    desk.get_by_label("Find a phone").fill("blood")
    expect(rows).to_have_count(1)
    assert "blood" not in desk.url


def test_a_phone_that_is_not_script_capable_reads_and_replies(browser: Browser, live_server: LiveServer) -> None:
    phone = arrive("See you tomorrow")
    context: BrowserContext = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(f"{live_server.url}/sandbox/phones/")
    page.get_by_role("link", name="See you tomorrow").click()
    assert page.url.endswith(f"/{phone.key}/")
    page.get_by_label("Your text").fill("STOP")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".stopped")).to_be_visible()
    box = page.get_by_role("button", name="Send").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360, "nothing runs out of a narrow screen"
    context.close()
