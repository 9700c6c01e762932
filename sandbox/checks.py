"""Knows what must never be true where the sandbox is installed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

SANDBOX_ACCOUNT = "AC" + "0" * 32


def refuse_production(**_: Any) -> list[CheckMessage]:
    """The stand-in answers without a password: it may only run where the settings are the sandbox's own."""
    problems: list[CheckMessage] = []
    if not getattr(settings, "SANDBOX", False):
        problems.append(
            Error(
                "The sandbox app is installed but SANDBOX is off.",
                hint="Remove it from INSTALLED_APPS.",
                id="sandbox.E001",
            )
        )
    module = str(getattr(settings, "SETTINGS_MODULE", ""))
    if module.endswith("production"):
        problems.append(Error("The sandbox must not run with production settings.", id="sandbox.E002"))
    if getattr(settings, "TWILIO_ACCOUNT_SID", "") != SANDBOX_ACCOUNT:
        problems.append(
            Error(
                "The sandbox is on, but TWILIO_ACCOUNT_SID is not the sandbox's account.",
                hint="Unset TWILIO_ACCOUNT_SID, or leave the sandbox settings.",
                id="sandbox.E003",
            )
        )
    if "sandbox" not in settings.DATABASES:
        problems.append(Error("The sandbox needs a database of its own named 'sandbox'.", id="sandbox.E004"))
    return problems
