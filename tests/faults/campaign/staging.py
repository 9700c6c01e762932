"""Puts everybody on the stage, runs the campaign, and sends everybody home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command

from config.celery import app
from tests.faults.campaign import campaign, clock
from tests.faults.campaign.board import Board
from tests.faults.campaign.campaign import Outcome, Size, say
from tests.faults.campaign.crew import CREW, Crew
from tests.faults.campaign.parts import Postgres, Redis
from tests.faults.campaign.troubles import Stage


def play(wanted: dict[str, Any], folder: Path, postgres: Postgres, redis: Redis, board: Board) -> Outcome:
    """The whole campaign on parts that are up."""
    size = Size(**wanted)
    app.set_current()
    clock.install()
    crew = Crew(folder, seed=size.seed)
    say(f"{size.messages:,} messages, {size.kills:,} kills, {size.minutes:g} minutes, seed {size.seed}, in {folder}")
    try:
        # They read in their modules while the tables are made; nothing wakes them before beat is there.
        for name in CREW:
            if name != "beat":
                crew.start(name)
        call_command("migrate", database="default", verbosity=0, skip_checks=True)
        crew.open_carrier()
        crew.start("beat")
        if clock.SPEED == 1:
            # It goes by the host's own clock, which nobody can hasten.
            crew.start("watchdog")
        crew.ready(board)
        say("everybody is at work")
        return campaign.run(Stage(crew, board, postgres, redis, scale=0.1 if size.short else 1.0), size)
    finally:
        crew.go_home()
