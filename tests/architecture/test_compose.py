"""docker-compose.yml, Procfile, Dockerfile and .env.example say the same thing, and say what the code reads."""

from __future__ import annotations

import importlib
import re
import shlex
from typing import Any

import pytest
import yaml

from tests.architecture.sources import ROOMS, ROOT
from tests.support.processes import procfile

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "bonewatch"}
#: Read where there is no compose: development, tests, the demo.
LOCAL_ONLY = {"BONEWATCH_VAR", "DEBUG", "SANDBOX"}
READ = re.compile(
    r'(?:env\.\w+|environ\.get|environ|required\w*|optional\w*|sender|\w+_url|\w+_settings|\w+_account|\w+_tokens)[\[(]\s*"([A-Z][A-Z_]+)"'
)


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read_by_config() -> set[str]:
    text = "\n".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    return set(READ.findall(text)) - {"DJANGO_SETTINGS_MODULE"}


def test_every_process_of_the_procfile_is_a_service_with_that_very_command() -> None:
    for name, command in procfile().items():
        assert SERVICES[name]["command"] == command


def test_every_service_of_ours_is_a_process_or_the_migration() -> None:
    assert set(OURS) == {*procfile(), "migrate"}
    assert SERVICES["migrate"]["command"] == "python manage.py migrate --no-input"


def test_what_the_product_stands_on_is_there_and_watched() -> None:
    assert {"postgres", "redis", "mail"} <= set(SERVICES)
    for name, service in SERVICES.items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name
    assert "--appendonly yes" in SERVICES["redis"]["command"]
    assert SERVICES["mail"]["profiles"] == ["development"]
    assert int(SERVICES["postgres"]["image"].split(":")[1].split("-")[0]) >= 15
    assert int(SERVICES["redis"]["image"].split(":")[1].split("-")[0]) >= 7


def test_processes_wait_for_the_migration_and_for_redis() -> None:
    for name in procfile():
        needs = SERVICES[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        if name == "watchdog":
            assert "redis" not in needs, "it must come up without what it watches"
        else:
            assert needs["redis"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


@pytest.mark.parametrize("command", [service["command"] for service in OURS.values()])
def test_the_modules_of_every_command_import(command: str) -> None:
    words = shlex.split(command)
    if words[0] == "gunicorn":
        module, attribute = words[1].split(":")
        assert callable(getattr(importlib.import_module(module), attribute))
        importlib.import_module(words[words.index("--config") + 1].removeprefix("python:"))
    elif words[0] == "celery":
        assert importlib.import_module(words[words.index("-A") + 1]).celery_app.main == "bonewatch"
    else:
        assert words[:2] == ["python", "manage.py"]
        assert (ROOT / "manage.py").exists()


def test_every_variable_of_compose_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    interpolated = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    given = {name for service in OURS.values() for name in service["environment"]}
    assert interpolated | given <= set(example())
    assert all(service["env_file"] == ".env" for service in OURS.values())


def test_every_variable_of_the_example_is_read_somewhere() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    unread = set(example()) - read_by_config() - {"DJANGO_SETTINGS_MODULE"}
    assert [name for name in unread if f"${{{name}" not in compose] == []


def test_every_variable_that_config_reads_is_in_the_example() -> None:
    assert read_by_config() - LOCAL_ONLY <= set(example())


def test_the_image_holds_every_room_but_the_sandbox() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert copied == {*ROOMS, "templates"} - {"sandbox"}
    assert "sandbox" in (ROOT / ".dockerignore").read_text().split()
    assert re.search(r"^USER bonewatch$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
