"""The home pages as people see them: wide and narrow, light and dark, with charts drawn."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from desk import figures
from tests.support import axe
from tests.support import builders as make
from tests.support.admin_pages import course, superuser
from tests.support.flag_desk import flag
from tests.support.red_flags import sign_everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_home_reads_well_wide_and_narrow(page: Page, live_server: LiveServer, scheme: str) -> None:
    superuser()
    sign_everything()
    flag()
    course(make.patient("+12025550117", family_name="Long-Family-Name-That-Goes-On"), first_in=0)
    figures.take(now=timezone.now())
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page.get_by_role("heading", name="Open tasks")).to_be_visible()
    parts = urlsplit(page.url)
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for look, heading in (("day", "Visits today"), ("flags", "On call"), ("numbers", "Latest in the audit")):
            page.goto(f"{parts.scheme}://{parts.netloc}/admin/?look={look}")
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe.clean(page)
    assert trouble == []


def test_a_figure_leads_to_its_rows_and_a_chart_opens_as_a_table(page: Page, live_server: LiveServer) -> None:
    superuser()
    course(make.patient("+12025550117"), first_in=2)
    figures.take(now=timezone.now())
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("columnheader", name="Missed")).to_be_visible()
    page.get_by_role("link", name="unconfirmed in the next 7 days").click()
    expect(page.get_by_text("Luz, Rosa").first).to_be_visible()
