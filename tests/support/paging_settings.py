"""Settings of a web process in which every text is answered urgently: see tests/support/paging.py."""

from __future__ import annotations

from config.settings.test import *  # noqa: F403  # as settings files do

INBOUND_HANDLERS = ["tests.support.paging.handle"]
