"""The timetable: every periodic sweep of the product, on one page.

Two beats at once do no harm: each sweep claims its rows, and finds nothing the second time. An entry
that was not taken up before its next turn expires, so a stopped worker does not come back to a heap.
"""

from __future__ import annotations

from typing import Any


def every(seconds: int, task: str) -> dict[str, Any]:
    """One entry: run `task` every `seconds`; forgotten when nobody took it up by the next turn."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": float(max(seconds, 2))}}


TIMETABLE: dict[str, dict[str, Any]] = {
    # the river of reminders: due → outbox → carrier
    "release due reminders": every(2, "reminders.release_due"),
    "send ordinary messages": every(2, "messaging.dispatch_ordinary"),
    "send urgent messages": every(2, "messaging.dispatch_urgent"),
    # the clocks of red flags, and pages that were lost
    "let the clocks of alerts strike": every(2, "alerts.advance"),
    "chase texts that no nurse has read": every(60, "alerts.chase_reviews"),
    # conversations in which somebody waits too long, or that another list has ended
    "chase conversations": every(60, "inbox.chase"),
    # bulk work that a person asked for, and pauses that end
    "work off bulk jobs": every(5, "desk.work_jobs"),
    # what charts show of each day
    "take the figures of each day": every(300, "desk.take_figures"),
    # who watches the watchmen
    "ask after the watchdog": every(30, "config.watch_the_watchdog"),
    "tell managers of alarms": every(10, "alerts.tell_managers"),
    "let the canary walk": every(10, "alerts.walk_canary"),
    # shifts: reminders, test pages, hand-off; gaps of the coming week
    "look after the shifts of today": every(60, "alerts.keep_shifts"),
    "look for gaps in the rotas": every(600, "alerts.check_rotas"),
    # warnings to patients: what to watch for, and what to do
    "plan warnings": every(60, "alerts.plan_warnings"),
    "release due warnings": every(20, "alerts.release_warnings"),
    # proof that every queue has a worker that works
    "pulse of the urgent queue": every(10, "config.pulse_urgent"),
    "pulse of the ordinary queue": every(10, "config.pulse_ordinary"),
    "pulse of the housekeeping queue": every(10, "config.pulse_housekeeping"),
    # texts that a lost wake-up left unread
    "read inbound texts": every(5, "messaging.handle_inbound"),
    # what dead workers left behind
    "settle urgent messages": every(5, "messaging.settle_urgent"),
    "recover leases": every(15, "messaging.recover_leases"),
    "reconcile messages in doubt": every(20, "messaging.reconcile_in_doubt"),
    # what no receipt has told the end of
    "ask what became of what was taken": every(30, "messaging.poll_receipts"),
    # what is held: what became late, and whether somebody knows
    "look after what is held": every(20, "messaging.look_after_limits"),
    # the rolling horizon
    "mark overdue visits": every(300, "reminders.mark_overdue"),
    "extend horizons": every(600, "reminders.extend_horizons"),
    "reword what waited past its day": every(60, "reminders.rewrite_stale"),
    "tell of visits that changed": every(30, "reminders.tell_of_changes"),
    "follow up what did not arrive": every(10, "reminders.tell_unreached"),
    # forms that were taken, known again for two days
    "forget forms that were sent": every(3600, "staff.forget_sent_forms"),
}
