"""Chooses the real parts of a run before Django's settings are read: folder, ports, database.

A conftest comes too late for that: pytest-django has imported the settings by then. Every process of
pytest-xdist gets a folder, ports and databases of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox.launch.ports import LOOPBACK, free_port
from tests.support.postgres import PostgresServer

POSTGRES_PORT_VARIABLE = "BONEWATCH_TEST_POSTGRES_PORT"
FOLDER_VARIABLE = "BONEWATCH_TEST_FOLDER"
_started: dict[str, PostgresServer] = {}
_folders: list[Path] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("bonewatch").addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the engine under the product's database (default: sqlite; postgres starts a real server)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Say where everything is, in the environment that the settings read."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = _folder(process)
    os.environ.update(
        BONEWATCH_VAR=str(folder),
        REDIS_URL=f"redis://{LOOPBACK}:{free_port()}/0",
        EMAIL_URL=f"smtp://{LOOPBACK}:{free_port()}",
        PORT=str(free_port()),
        DATABASE_URL=f"sqlite:///{folder / 'bonewatch.sqlite3'}",
        # live servers and synchronous browser tests talk to the ORM from a thread with an event loop
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )
    for name in ("PUBLIC_BASE_URL", "TWILIO_API_BASE_URL", "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    if early_config.known_args_namespace.database == "postgres":
        os.environ["DATABASE_URL"] = _postgres_url(process)


def _folder(process: str) -> Path:
    """A folder for this process, inside the first one's: that one goes last and takes the others with it."""
    if FOLDER_VARIABLE in os.environ and process != "main":
        folder = Path(os.environ[FOLDER_VARIABLE]) / process
        folder.mkdir(exist_ok=True)
        return folder
    folder = Path(tempfile.mkdtemp(prefix="bonewatch-test-"))
    _folders.append(folder)
    os.environ[FOLDER_VARIABLE] = str(folder)
    return folder


def _postgres_url(process: str) -> str:
    """The database of this process, on the one server that the first process started."""
    if POSTGRES_PORT_VARIABLE in os.environ:
        port = os.environ[POSTGRES_PORT_VARIABLE]
        return f"postgresql://bonewatch@{LOOPBACK}:{port}/bonewatch_{process}"
    server = PostgresServer()
    server.start()
    _started["postgres"] = server
    os.environ[POSTGRES_PORT_VARIABLE] = str(server.port)
    return server.url(f"bonewatch_{process}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_unconfigure() -> Generator[None]:
    """After everybody else has let go: stop the server and remove the folders."""
    try:
        yield
    finally:
        for server in _started.values():
            server.stop()
        _started.clear()
        for folder in _folders:
            shutil.rmtree(folder, ignore_errors=True)
        _folders.clear()


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('database')}"
