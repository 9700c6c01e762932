"""The language of the pages in a real browser: chosen once in the menu, kept, and given back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support import axe
from tests.support.admin_pages import superuser

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def choose(page: Page, name: str) -> None:
    """Open the menu behind one's name and press a language."""
    entry = page.get_by_role("button", name=name)
    page.locator("[x-on\\:click='openUserLinks = !openUserLinks']:visible").first.click()
    entry.click()


def test_the_pages_speak_the_language_that_was_chosen(page: Page, live_server: LiveServer) -> None:
    superuser()
    page.goto(f"{live_server.url}/admin/login/?next=/admin/reminders/visit/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    choose(page, "Español")

    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/admin/alerts/alert/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("body")).to_contain_text("Ninguna alerta roja abierta")
    # Longer words than English ones, and still nothing to scroll sideways on a phone.
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    axe.clean(page)
