"""Takes the pictures of docs/ from a running demo: `make run`, then `python docs/take_screenshots.py`.

Needs what `make test` installs (Playwright, and Chromium on the machine). Invented people only. Start the demo with
`ROUTINE_PER_HOUR=1`, so that something is held.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent / "screenshots"
BASE = os.environ.get("BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
DESKTOP = {"width": 1440, "height": 900}
TALL = {"width": 1440, "height": 2600}
PATIENT = "HB-1051"
PHONE = {"width": 390, "height": 844}
#: A Sunday, for the dry run at ten past three.
SUNDAY = "2026-12-06"
#: Who writes a red flag while the pictures are taken.
WRITES = "Walter Abernathy"
#: Who asks for his own page, and when he was born.
ASKS_FOR_PAGE = "Elijah Brooks"
BORN = {"day": "17", "month": "2", "year": "1960"}
#: Whose text the carrier answers by suspending our account.
SUSPENDED = "Rosa Quintana"
TRIED = "No fever, but my legs feel like jelly since this morning and I fell twice"


def main() -> int:
    """Take every picture; 0 when all were taken."""
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _admin(browser)
        _plan_diff(browser)
        _inbox(browser)
        _red_flags(browser)
        _sandbox(browser)
        _patient_pages(browser)
        _sending(browser)
        browser.close()
    return 0


def _log_in(browser: Browser, who: str) -> Page:
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    page.goto(f"{BASE}/admin/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", "bonewatch-demo")
    page.click("button[type=submit]")
    return page


def _inbox(browser: Browser) -> None:
    """Who waits, and one conversation in the middle of it."""
    page = _log_in(browser, "coordinator")
    _shoot(page, "/admin/inbox/thread/", "inbox")
    talk = page.locator("a[id^='talk-']").filter(has_text="Stone").first.get_attribute("href") or ""
    _shoot(page, talk, "inbox-conversation", whole=True)


def _red_flags(browser: Browser) -> None:
    """Board, story, dry run and trial as a nurse sees them; then the page behind the link of a text."""
    page = _log_in(browser, "nurse")
    _shoot(page, "/admin/alerts/alert/", "red-flags-board")
    story = page.locator("a[id^='flag-']").first.get_attribute("href") or ""
    _shoot(page, story, "red-flag-story", whole=True)
    _shoot(page, "/admin/alerts/escalationpolicy/dry-run/", "")
    page.fill("input[name=on]", SUNDAY)
    page.fill("input[name=clock]", "03:10")
    page.click("#dry_run_form button[type=submit]")
    _shoot(page, page.url.removeprefix(BASE), "dry-run", whole=True)
    _shoot(page, "/admin/alerts/alertrule/", "alert-rules")
    _shoot(page, "/admin/alerts/alertrule/try/", "")
    page.fill("textarea[name=text]", TRIED)
    page.click("#content-main button[type=submit]")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / "try-a-text.png", full_page=True)
    _nurse_phone(browser.new_context(viewport=PHONE).new_page())  # type: ignore[arg-type]


def _nurse_phone(page: Page) -> None:
    """A patient writes; the nurse's phone gets the page, and behind its link is this."""
    _shoot(page, "/sandbox/phones/", "")
    phones = page.locator("a[href^='/sandbox/phones/']")
    patient = phones.filter(has_text=WRITES).first.get_attribute("href")
    page.request.post(f"{BASE}{patient}", data={"body": "my legs feel numb since this morning, prob nothing"})
    paged = phones.filter(has_text="RED FLAG", has_not_text="Canary").first
    for _ in range(30):
        if paged.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    _shoot(page, paged.get_attribute("href") or "", "nurse-phone-text")
    link = re.findall(r"/a/[\w-]+/", page.inner_text("body"))
    _shoot(page, link[-1], "nurse-phone-page", whole=True)


def _admin(browser: Browser) -> None:
    page = _log_in(browser, "coordinator")
    _shoot(page, "/admin/", "admin-home")
    _shoot(page, "/admin/patients/patient/", "admin-patients")
    _shoot(page, "/admin/reminders/visit/?when=week", "admin-visits")
    _shoot(page, "/admin/reminders/plannedreminder/", "admin-planned-reminders")
    _shoot(page, "/admin/messaging/message/", "admin-messages")
    _shoot(page, "/admin/reminders/treatment/", "admin-treatments")
    _shoot(page, "/admin/alerts/rota/", "oncall-rota")
    page.click(".bw-lane a.bw-turn >> nth=1")
    _shoot(page, page.url.removeprefix(BASE), "oncall-cover")
    _shoot(page, f"/admin/patients/patient/?q={PATIENT}", "")
    page.click("#result_list a[href*='/change/']")
    # Tall instead of scrolled: the bar with the buttons stays at the foot of the window.
    page.set_viewport_size(TALL)  # type: ignore[arg-type]
    _shoot(page, page.url.removeprefix(BASE), "admin-patient")


def _plan_diff(browser: Browser) -> None:
    """The page between: the day-before messages of infusions move to the afternoon, and nothing is saved."""
    page = _log_in(browser, "admin")
    _shoot(page, "/admin/reminders/reminderrule/?q=day_before&route__exact=infusion", "")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.fill("#id_offset_time", "14:00")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="What this changes").wait_for()
    page.screenshot(path=HERE / "plan-diff.png")


def _sending(browser: Browser) -> None:
    """What is held, the codes, and then the carrier suspends our account and is slow to say so again."""
    page = _log_in(browser, "manager")
    _shoot(page, "/admin/messaging/message/held/", "held-messages")
    _shoot(page, "/admin/messaging/codereaction/", "reactions-to-codes")
    _shoot(page, "/sandbox/phones/", "")
    path = page.locator("a[href^='/sandbox/phones/']").filter(has_text=SUSPENDED).first.get_attribute("href")
    page.request.post(f"{BASE}{path}setting/", data={"ending": "failed:30002"})
    page.request.post(f"{BASE}{path}", data={"body": "what time is my visit"})
    for _ in range(60):
        if page.request.get(f"{BASE}/readyz").json()["held_senders"]:
            break
        page.wait_for_timeout(500)
    # What is tried now and then is not answered while the pictures are taken.
    page.request.post(f"{BASE}/sandbox/misbehave/", data={"latency_ms": 20_000})
    try:
        _shoot(page, "/admin/messaging/sender/", "sender-held")
        _shoot(page, "/admin/messaging/message/queue/", "queue")
    finally:
        page.request.post(f"{BASE}/sandbox/misbehave/", data={"calm": True})
        page.request.post(f"{BASE}{path}setting/", data={"ending": ""})


def _sandbox(browser: Browser) -> None:
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    _shoot(page, "/sandbox/phones/", "")
    first = page.locator("a[href^='/sandbox/phones/']").filter(has_text="Harbor").first.get_attribute("href")
    _shoot(page, first or "/sandbox/phones/", "sandbox-phones")
    _shoot(page, "/sandbox/mail/", "")
    mail = page.locator("a[href^='/sandbox/mail/']").nth(1).get_attribute("href")
    _shoot(page, mail or "/sandbox/mail/", "sandbox-mail")
    small = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
    _shoot(small, first or "/sandbox/phones/", "sandbox-phone-small")


def _patient_pages(browser: Browser) -> None:
    """A patient texts for her page, says when she was born, and looks around."""
    page = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
    _shoot(page, "/sandbox/phones/", "")
    phone = page.locator("a[href^='/sandbox/phones/']").filter(has_text=ASKS_FOR_PAGE).first.get_attribute("href")
    page.request.post(f"{BASE}{phone}", data={"body": "page"})
    for _ in range(30):
        _shoot(page, phone or "", "")
        link = re.findall(r"/p/[\w-]{22}/", page.inner_text("body"))
        if link:
            break
        page.wait_for_timeout(1000)
    _shoot(page, link[-1], "patient-birth")
    for part, typed in BORN.items():
        page.fill(f"#birth_{part}", typed)
    page.click("main button")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / "patient-home.png")
    _shoot(page, f"{link[-1]}preferences/", "patient-preferences", whole=True)
    _shoot(page, f"{link[-1]}feel/", "")
    page.locator("#at-left_foot").check()
    page.locator("input[value=weak]").check()
    page.screenshot(path=HERE / "patient-feel.png", full_page=True, clip={"x": 0, "y": 0, "width": 390, "height": 1500})
    _shoot(page, f"{link[-1]}stop/?lang=es", "patient-stop-spanish")


def _shoot(page: Page, path: str, name: str, *, whole: bool = False) -> None:
    """Open `path`, and take the picture where it has a name: of the window, or of the whole page."""
    page.goto(BASE + path)
    page.wait_for_load_state("networkidle")
    if name:
        page.screenshot(path=HERE / f"{name}.png", full_page=whole)


if __name__ == "__main__":
    sys.exit(main())
