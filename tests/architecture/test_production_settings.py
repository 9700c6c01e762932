"""Production starts with a whole environment and refuses every hole in it, naming the variable."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

WHOLE = {
    "DATABASE_URL": "postgresql://bonewatch:secret-password@db.clinic.example:5432/bonewatch",
    "REDIS_URL": "redis://:secret-password@redis.clinic.example:6379/0",
    "DJANGO_SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnop",
    "ALLOWED_HOSTS": "reminders.clinic.example, alt.clinic.example",
    "PUBLIC_BASE_URL": "https://reminders.clinic.example/",
    "TWILIO_ACCOUNT_SID": "AC" + "0123456789abcdef" * 2,
    "TWILIO_AUTH_TOKEN": "a" * 32 + "," + "b" * 32,
    "TWILIO_FROM_REMINDERS": "+12025550123",
    "TWILIO_FROM_ALERTS": "MG" + "0123456789abcdef" * 2,
    "EMAIL_URL": "smtp+tls://user:secret-password@mail.clinic.example:587",
    "DEFAULT_FROM_EMAIL": "Bone clinic <reminders@clinic.example>",
    "WATCHDOG_PING_URL": "https://checks.example/bonewatch",
}
MALFORMED = {
    "DATABASE_URL": [
        "sqlite:///db.sqlite3",
        "postgresql://host-only",
        "postgresql:///name",
        "mysql://u:p@h/n",
        "nonsense",
    ],
    "REDIS_URL": ["http://redis:6379", "redis://", "localhost:6379", "redis://host:port/0"],
    "DJANGO_SECRET_KEY": ["short", "bonewatch-on-this-machine-only-and-longer", "change-me" * 5],
    "ALLOWED_HOSTS": ["*", "https://clinic.example", "clinic.example:8000", "a b", ","],
    "PUBLIC_BASE_URL": [
        "clinic.example",
        "http://clinic.example",
        "https://",
        "https://u:p@clinic.example",
        "https://a b",
        "https://clinic.example/?x=1",
        "https://clinic.example/#top",
        "https://clinic.example/reminders",
    ],
    "TWILIO_ACCOUNT_SID": ["AC123", "AC" + "0" * 32, "SK" + "1" * 32],
    "TWILIO_AUTH_TOKEN": [
        "sandbox-token",
        f"{'a' * 32},",
        f",{'a' * 32}",
        "two words",
        f"{'a' * 32},sandbox-token",
        "any text",
        "a" * 31,
        "g" * 32,
        f"{'a' * 32},short",
    ],
    "TWILIO_FROM_REMINDERS": ["2025550123", "+1", "MG123", "clinic", "+1 202 555 0123"],
    "TWILIO_FROM_ALERTS": ["0", "MG" + "z" * 32],
    "TWILIO_API_BASE_URL": [
        "http://127.0.0.1:8000/sandbox/twilio",
        "ftp://api",
        "api.twilio.com",
        "http://api.example",
    ],
    "EMAIL_URL": ["smtp://", "consolemail://", "mail.clinic.example", "http://mail.clinic.example"],
    "DEFAULT_FROM_EMAIL": ["Bone clinic", "clinic@", "@clinic.example"],
    "WATCHDOG_PING_URL": ["checks.example", "https://"],
    "BOUNCE_ADDRESS": ["returns", "Returns <returns@clinic.example>", "a b@clinic.example", "returns+x@clinic.example"],
    "MAIL_WEBHOOK_TOKEN": ["short", "sandbox-mail-token-and-longer", "a" * 24 + ",", "two words that are long enough"],
    "DJANGO_SECRET_KEY_FALLBACKS": ["short", "change-me" * 5],
    "CARRIER_CONCURRENCY": ["many", "0", "-1", "10001"],
    "ALERTS_CANARY_MINUTES": ["often", "-1", "1.5", "1441"],
    "SESSION_IDLE_MINUTES": ["an hour", "4", "721"],
    "TRUSTED_PROXIES": ["yes", "-1", "6"],
    "CANARY_PHONE": ["2025550123", "+1 202 555 0123", "canary"],
    "SANDBOX": ["1", "true", "YES"],
}
SCRIPT = """
import json, sys
from django.core.exceptions import ImproperlyConfigured
import config.env, os
answers = []
for change in json.load(sys.stdin):
    sys.modules.pop("config.settings.production", None)
    before = dict(os.environ)
    for name, value in change.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    try:
        __import__("config.settings.production")
        answers.append("started")
    except ImproperlyConfigured as error:
        answers.append(str(error))
    os.environ.clear(); os.environ.update(before)
print(json.dumps(answers))
"""


def start(command: list[str], **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run `command` in a fresh process whose environment is WHOLE with `changes`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = {**kept, "DJANGO_SETTINGS_MODULE": "config.settings.production", **WHOLE, **changes}
    set_values = {name: value for name, value in env.items() if value is not None}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=set_values, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_each_missing_variable_stops_the_start_and_is_named(name: str) -> None:
    done = start(["manage.py", "check"], **{name: None})
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name} is not set" in done.stderr


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_each_malformed_value_stops_the_start_and_is_named(name: str) -> None:
    values = MALFORMED[name] + (["", "   "] if name in WHOLE else [])
    answers = ask([{name: value} for value in values])
    for value, answer in zip(values, answers, strict=True):
        assert answer.startswith(name), f"{name}={value!r}: {answer}"


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PUBLIC_BASE_URL", "DJANGO_SECRET_KEY"])
def test_an_error_shows_the_name_and_never_the_value(name: str) -> None:
    """Start-up errors end up on screens and in logs; passwords stay out of both."""
    (answer,) = (
        ask([{name: "mysql://user:hush-hush@h:port/x"}]) if name != "DJANGO_SECRET_KEY" else ask([{name: "hush-hush"}])
    )
    assert answer.startswith(name)
    assert "hush-hush" not in answer


def ask(changes: list[dict[str, str]]) -> list[str]:
    """Start the settings once for each of `changes`, in one process, and answer what they said."""
    env = {**WHOLE, "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    command = [sys.executable, "-c", SCRIPT]
    asked = json.dumps(changes)
    done = subprocess.run(command, cwd=ROOT, env=env, input=asked, capture_output=True, text=True, check=True)
    answers: list[str] = json.loads(done.stdout)
    return answers


def test_a_whole_environment_passes_djangos_checks_for_deployment() -> None:
    done = start(["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
    assert done.returncode == 0, done.stderr


def test_production_is_what_it_should_be() -> None:
    facts = (
        "from django.conf import settings as s; "
        "assert not s.DEBUG and not s.SANDBOX and 'sandbox' not in s.INSTALLED_APPS; "
        "assert list(s.DATABASES) == ['default']; "
        "assert s.DATABASES['default']['ENGINE'].endswith('postgresql'); "
        "assert s.PUBLIC_BASE_URL == 'https://reminders.clinic.example'; "
        "assert s.TWILIO_AUTH_TOKENS == ['a' * 32, 'b' * 32]; "
        "assert s.TWILIO_API_BASE_URL == 'https://api.twilio.com'; "
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_HSTS_SECONDS > 0; "
        "assert s.SECOND_FACTOR == 'required' and s.SESSION_IDLE_MINUTES == 60 and s.SESSION_COOKIE_AGE == 43200; "
        "assert s.AXES_ENABLED and s.LOGGING['loggers']['axes']['level'] == 'CRITICAL'; "
        "assert s.EMAIL_HOST == 'mail.clinic.example' and s.EMAIL_USE_TLS; "
        "assert s.CELERY_BROKER_URL == 'redis://:secret-password@redis.clinic.example:6379/0'"
    )
    done = start(["-c", facts])
    assert done.returncode == 0, done.stderr


def test_health_checks_come_from_inside_and_everybody_else_by_tls() -> None:
    facts = (
        "import django; django.setup(); from django.test import Client; "
        "inside = Client(headers={'host': '127.0.0.1:8000'}); "
        "assert inside.get('/healthz').status_code == 200; "
        "assert Client(headers={'host': 'elsewhere.example'}).get('/healthz').status_code == 400; "
        "outside = Client(headers={'host': 'reminders.clinic.example'}); "
        "assert outside.get('/admin/login/')['Location'] == 'https://reminders.clinic.example/admin/login/'; "
        "assert outside.get('/sandbox/phones/', secure=True).status_code == 404"
    )
    done = start(["-W", "ignore::UserWarning:whitenoise.base", "-c", facts])
    assert done.returncode == 0, done.stderr


def test_an_empty_address_of_twilio_means_its_own() -> None:
    assert ask([{"TWILIO_API_BASE_URL": ""}]) == ["started"]
