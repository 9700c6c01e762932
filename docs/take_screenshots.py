"""Takes the pictures of docs/ from a running demo: `make run`, then `python docs/take_screenshots.py`.

Needs what `make test` installs (Playwright, and Chromium on the machine). Invented people only.
"""

from __future__ import annotations

import os
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


def main() -> int:
    """Take every picture; 0 when all were taken."""
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _admin(browser)
        _sandbox(browser)
        browser.close()
    return 0


def _admin(browser: Browser) -> None:
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    page.goto(f"{BASE}/admin/")
    page.fill("input[name=username]", "coordinator")
    page.fill("input[name=password]", "bonewatch-demo")
    page.click("button[type=submit]")
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


def _shoot(page: Page, path: str, name: str) -> None:
    """Open `path`, and take the picture where it has a name."""
    page.goto(BASE + path)
    page.wait_for_load_state("networkidle")
    if name:
        page.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
