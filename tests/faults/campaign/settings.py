"""Django's settings of every process of a campaign: the tests' own, in proportion to the campaign's clock."""

from __future__ import annotations

from config.beat import TIMETABLE
from config.settings.test import *  # noqa: F403 - settings are taken over whole
from tests.faults.campaign.clock import SPEED

CARRIER_TIMEOUT_SECONDS = max(int(10 / SPEED), 1)
#: What the product does every fifteen seconds it does as often by a clock that runs faster.
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": max(1.0, entry["schedule"] / SPEED)} if "messaging." in entry["task"] else entry
    for name, entry in TIMETABLE.items()
}
