"""The newcomer's first minute: `make run` on an empty folder, a look around, Ctrl-C, nothing left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sandbox.launch import lifeline
from sandbox.launch.ports import LOOPBACK, free_port
from tests.support.processes import ROOT, Running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.own_database]
CHOSEN_BY_THE_SUITE = {
    "BONEWATCH_VAR", "REDIS_URL", "EMAIL_URL", "PORT", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST",
}  # fmt: skip


class Product:
    """One run of the launcher on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://{LOOPBACK}:{(port := free_port())}"
        kept = {name: value for name, value in os.environ.items() if name not in CHOSEN_BY_THE_SUITE}
        self.env = {**kept, "PORT": str(port), "BONEWATCH_VAR": str(folder / "var"), "WEB_CONCURRENCY": "1"}
        log = folder / "launcher.log"
        with log.open("ab") as output:
            process = lifeline.start([sys.executable, "-m", "sandbox.launch"], env=self.env, cwd=ROOT, output=output)
        self.running = Running("launcher", process, log)
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.browser.open(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def left_behind(self) -> list[str]:
        """Command lines of living processes that carry this run's folder in their environment or arguments."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in text and int(entry.name) != os.getpid():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    started = Product(tmp_path)
    yield started
    started.running.stop(grace=20)


def sign_in(product: Product, name: str) -> str:
    form = product.get("/admin/login/?next=/admin/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token is not None
    fields = {
        "csrfmiddlewaretoken": token[1], "username": name, "password": "bonewatch-demo", "next": "/admin/",
    }  # fmt: skip
    request = urllib.request.Request(f"{product.url}/admin/login/", urlencode(fields).encode())
    with product.browser.open(request, timeout=20) as answer:
        return str(answer.read().decode())


def test_the_first_minute_of_a_newcomer(product: Product) -> None:
    product.running.says("Bonewatch is at work", timeout=60)
    for address in (f"{product.url}/admin/", f"{product.url}/sandbox/phones/", "bonewatch-demo", "coordinator"):
        assert address in product.running.output()

    assert "Log out" in sign_in(product, "admin")
    phones = "/sandbox/phones/?format=json"
    eventually(lambda: re.search(r'"last_text": ?"\w', product.get(phones)), 60, what="a text arrived on a phone")
    eventually(lambda: "/sandbox/mail/" in product.get("/sandbox/mail/") and _has_mail(product), 60, what="a mail")
    eventually(lambda: _ready(product), 60, what="ready")
    # counted in a worker, read from the web
    assert re.search(r"bonewatch_messages_total\{[^}]*\} [1-9]", product.get("/metrics"))

    assert product.running.stop(grace=25) == 0
    eventually(lambda: not product.left_behind(), 5, what="nothing left behind")
    assert "Traceback" not in product.running.output()


def _has_mail(product: Product) -> bool:
    return bool(re.search(r"/sandbox/mail/[\w-]+/", product.get("/sandbox/mail/")))


def _ready(product: Product) -> bool:
    try:
        return bool(json.loads(product.get("/readyz"))["ready"])
    except urllib.error.HTTPError:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_launcher(product: Product, how: signal.Signals) -> None:
    product.running.says("Bonewatch is at work", timeout=60)
    assert len(product.left_behind()) > 5
    product.running.process.send_signal(how)
    product.running.process.wait(timeout=25)
    eventually(lambda: not product.left_behind(), 25, what="nothing left behind")


def test_a_second_start_on_the_same_folder_or_port_says_why_not(product: Product) -> None:
    product.running.says("preparing", timeout=20)
    again = [sys.executable, "-m", "sandbox.launch"]
    same_folder = {**product.env, "PORT": str(free_port())}
    done = subprocess.run(again, cwd=ROOT, env=same_folder, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "already running" in done.stderr

    product.running.says("Bonewatch is at work", timeout=60)
    same_port = {**product.env, "BONEWATCH_VAR": str(product.folder / "other")}
    done = subprocess.run(again, cwd=ROOT, env=same_port, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "in use" in done.stderr


@pytest.mark.parametrize("port", ["no", "0", "70000"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    env = {**os.environ, "PORT": port, "BONEWATCH_VAR": str(tmp_path)}
    command = [sys.executable, "-m", "sandbox.launch"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "PORT" in done.stderr


def test_make_knows_its_targets() -> None:
    for target in ("setup", "run", "test", "lint", "bench"):
        assert subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False).returncode == 0
