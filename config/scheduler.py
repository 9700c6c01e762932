"""Beat's clockwork: keeps nothing on disk, and begins with everything."""

from __future__ import annotations

from datetime import timedelta

from celery.beat import Scheduler


class PromptScheduler(Scheduler):
    """Every entry is due the moment beat starts.

    After an outage the sweeps look at once; and a beat that is restarted every few minutes still comes to the
    entries that run every ten.
    """

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = self.app.now() - timedelta(days=1)
