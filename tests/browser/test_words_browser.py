"""A wording on its way: written, found wanting, mended, read by another, signed by a third, sent with its version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from messaging.models import Message
from messaging.words import active
from reminders import release
from reminders.domain.offsets import WallTime
from reminders.models import ReminderRule
from tests.support import axe
from tests.support import builders as make
from tests.support.builders import ny
from tests.support.words import NAME, Staff

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/messaging/wordingversion/"
BETTER = "{clinic}: we see you {day} at {time}. Questions? Call {phone}."


@pytest.fixture
def sign_in(browser: Browser, live_server: LiveServer) -> Iterator[Callable[[str], Page]]:
    """`sign_in("cora")`: her own browser at the list of wordings. A script error fails the test."""
    trouble: list[str] = []
    contexts: list[Any] = []

    def enter(name: str) -> Page:
        context = browser.new_context(viewport={"width": 1360, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
        page.goto(f"{live_server.url}/admin/login/?next={LIST}")
        page.fill("#id_username", name)
        page.fill("#id_password", "pw")
        page.press("#id_password", "Enter")
        expect(page).to_have_title("Wordings | Bonewatch")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert trouble == []


def test_words_go_from_a_draft_to_a_phone_by_three_people(sign_in: Callable[[str], Page]) -> None:
    Staff()
    writer = sign_in("cora")
    axe.clean(writer)
    writer.get_by_role("link", name=NAME, exact=True).click()
    axe.clean(writer)
    late = _begin_on_a_slow_line(writer)
    english, spanish = writer.get_by_label("Text, English"), writer.get_by_label("Text, Spanish")
    english.fill("{clinic}: reply YES for {day} at {time}. Questions? Call {phone}.")
    late[0].continue_()
    expect(writer.locator("#findings-en-sms")).to_contain_text("Carriers act upon “YES” themselves")
    axe.clean(writer)
    english.fill("{clinic}: we see you  at {time}. Questions? Call {phone}.")
    english.evaluate("box => box.setSelectionRange(21, 21)")
    writer.locator("button[data-blank='{day}']").click()
    expect(english).to_have_value(BETTER)
    spanish.fill("{clinic}: le vemos {day} a las {time}. ¿Preguntas? Llame al {phone}.")
    expect(writer.locator("#findings-en-sms li")).to_have_count(0)
    writer.get_by_role("button", name="Keep the draft").click()
    expect(writer.get_by_text("Version 1 is kept as a draft.")).to_be_visible()
    expect(writer.get_by_role("button", name="I have read it")).to_be_disabled()
    address = writer.url

    reader = sign_in("nia")
    reader.goto(address)
    reader.get_by_role("button", name="I have read it").click()
    expect(reader.get_by_role("button", name="Sign it")).to_be_disabled()
    axe.clean(reader)
    signer = sign_in("mona")
    signer.goto(address)
    signer.get_by_role("button", name="Sign it").click()
    signer.get_by_role("button", name="Make it active").click()
    expect(signer.get_by_text("is sent now")).to_be_visible()
    signer.get_by_role("link", name="Preview and test").click()
    expect(signer.locator(".bw-bubble").first).to_contain_text("we see you")
    expect(signer.frame_locator("iframe").first.get_by_text("We look forward").last).to_be_visible()
    axe.clean(signer)

    assert [version for body, version in _sent() if "we see you tomorrow at" in body] == ["1"]


def _begin_on_a_slow_line(writer: Page) -> list[Route]:
    """She begins to write before the script has arrived; it is let through later."""
    late: list[Route] = []
    writer.route("**/bonewatch/words*.js", lambda route: late.append(route))
    with writer.expect_request("**/bonewatch/words*.js"):
        writer.get_by_role("button", name="Write a new version").click()
    return late


def _sent() -> list[tuple[str, str]]:
    """A reminder's words and their version."""
    active.forget()
    ReminderRule.objects.all().delete()
    make.rule("day_before", WallTime(-1, time(9)))
    make.planned_schedule(visits=1)
    release.release_due(now=ny("2026-06-16 09:00"))
    return list(Message.objects.values_list("body", "template_version"))
