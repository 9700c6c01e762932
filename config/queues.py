"""The three queues, and which tasks live on each. A test holds every task to this table."""

from __future__ import annotations

URGENT = "urgent"
ORDINARY = "ordinary"
HOUSEKEEPING = "housekeeping"
QUEUES = (URGENT, ORDINARY, HOUSEKEEPING)

#: Task name → queue. A task that is missing here is refused by tests/architecture.
TASK_QUEUES: dict[str, str] = {
    "config.pulse_urgent": URGENT,
    "config.pulse_ordinary": ORDINARY,
    "config.pulse_housekeeping": HOUSEKEEPING,
    "config.watch_the_watchdog": HOUSEKEEPING,
    "messaging.dispatch_ordinary": ORDINARY,
    "messaging.dispatch_urgent": URGENT,
    "messaging.handle_inbound": URGENT,
    "messaging.settle_urgent": URGENT,
    "messaging.recover_leases": HOUSEKEEPING,
    "messaging.reconcile_in_doubt": HOUSEKEEPING,
    "messaging.poll_receipts": HOUSEKEEPING,
    "messaging.look_after_limits": HOUSEKEEPING,
    "alerts.advance": URGENT,
    "alerts.chase_reviews": HOUSEKEEPING,
    "alerts.tell_managers": HOUSEKEEPING,
    "alerts.walk_canary": HOUSEKEEPING,
    "alerts.keep_shifts": HOUSEKEEPING,
    "alerts.check_rotas": HOUSEKEEPING,
    "alerts.plan_warnings": HOUSEKEEPING,
    "alerts.release_warnings": ORDINARY,
    "inbox.chase": HOUSEKEEPING,
    "desk.work_jobs": HOUSEKEEPING,
    "desk.take_figures": HOUSEKEEPING,
    "reminders.release_due": ORDINARY,
    "reminders.plan_schedules": ORDINARY,
    "reminders.extend_horizons": HOUSEKEEPING,
    "reminders.mark_overdue": HOUSEKEEPING,
    "reminders.rewrite_stale": HOUSEKEEPING,
    "reminders.tell_unreached": HOUSEKEEPING,
    "reminders.tell_of_changes": HOUSEKEEPING,
    "staff.forget_sent_forms": HOUSEKEEPING,
}
