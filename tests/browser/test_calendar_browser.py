"""The calendar in a real browser: a visit is dragged, what follows is read, and then it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reminders.models import PlannedReminder, Visit
from tests.support import axe
from tests.support import builders as make
from tests.support.admin_pages import course, superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit() -> Visit:
    """The second of six, on a Wednesday: the day after it is on the same page."""
    make.ladder()
    today = timezone.now().astimezone(make.NEW_YORK)
    made = course(make.patient(make.PHONE), first_in=14 + (2 - today.weekday()) % 7)
    second = make.visit(made, 2)
    return Visit.objects.get(pk=second.pk)


@pytest.fixture
def calendar(page: Page, live_server: LiveServer, visit: Visit) -> Iterator[Page]:
    """Signed in, before the month of the visit. A script error fails the test."""
    superuser()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.goto(f"{live_server.url}/admin/login/?next=/admin/desk/calendar/month/?on={visit.on}")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page).to_have_title("Calendar | Bonewatch")
    yield page
    assert trouble == []


def drop(calendar: Page, visit: Visit, days: int) -> None:
    """Drag the visit by mouse to the day so many days from its own."""
    held = calendar.locator(f"[data-visit='{visit.pk}']")
    held.scroll_into_view_if_needed()
    cell = calendar.locator(f"[data-day='{visit.on + timedelta(days=days)}']")
    held.hover()
    calendar.mouse.down()
    box = cell.bounding_box()
    assert box is not None
    calendar.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40, steps=6)
    calendar.mouse.up()


def test_a_visit_is_dragged_to_another_day_and_its_messages_follow(calendar: Page, visit: Visit) -> None:
    first = PlannedReminder.objects.filter(visit=visit, state="planned").earliest("send_at")
    drop(calendar, visit, 1)
    expect(calendar.locator("#move-follows")).to_contain_text("What follows when it is moved to")
    axe.clean(calendar)
    assert Visit.objects.get(pk=visit.pk).on == visit.on
    calendar.get_by_role("button", name="Move it").click()
    expect(calendar).to_have_title("Calendar | Bonewatch")
    expect(calendar.get_by_role("link", name="Put it back")).to_be_visible()
    moved = visit.on + timedelta(days=1)
    expect(calendar.locator(f"[data-day='{moved}'] [data-visit='{visit.pk}']")).to_be_visible()
    again = PlannedReminder.objects.filter(visit=visit, rule=first.rule, state="planned").earliest("send_at")
    assert again.send_at - first.send_at == timedelta(days=1)


def test_what_the_treatment_forbids_is_said_and_nothing_moves(calendar: Page, visit: Visit) -> None:
    early = make.visit(visit.schedule).on + timedelta(days=3)
    path = f"/admin/desk/calendar/move/{visit.pk}/?to={early}"
    parts = urlsplit(calendar.url)
    calendar.goto(f"{parts.scheme}://{parts.netloc}{path}")
    expect(calendar.get_by_text("is too soon after")).to_be_visible()
    expect(calendar.get_by_role("button", name="Move it")).to_have_count(0)
    assert Visit.objects.get(pk=visit.pk).on == visit.on


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_well_wide_and_narrow(calendar: Page, visit: Visit, scheme: str) -> None:
    calendar.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    parts = urlsplit(calendar.url)
    for width, height in ((1280, 900), (390, 844)):
        calendar.set_viewport_size({"width": width, "height": height})
        for shape in ("month", "week", "day"):
            calendar.goto(f"{parts.scheme}://{parts.netloc}/admin/desk/calendar/{shape}/?on={visit.on}")
            expect(calendar.get_by_text("Luz, Rosa").first).to_be_visible()
            assert calendar.evaluate("document.documentElement.scrollWidth") <= width
            axe.clean(calendar)
