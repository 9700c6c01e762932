"""The tasks of messaging: each reads the clock, calls its room, and carries nothing but ids."""

from __future__ import annotations

from celery import shared_task

from messaging import clock, dispatch, inbound, limits, poll, reconcile
from messaging.domain.delivery import Urgency


@shared_task(name="messaging.dispatch_ordinary")
def dispatch_ordinary() -> None:
    """Send the ordinary messages that are due."""
    dispatch.run(Urgency.ORDINARY, clock=clock.shared(), worker=dispatch.worker_name())


@shared_task(name="messaging.dispatch_urgent")
def dispatch_urgent() -> None:
    """Send the urgent messages that are due."""
    dispatch.run(Urgency.URGENT, clock=clock.shared(), worker=dispatch.worker_name())


@shared_task(name="messaging.handle_inbound")
def handle_inbound(message_id: int | None = None) -> None:
    """Read one text of a person, or, without an id, all that were left unread."""
    if message_id is None:
        inbound.sweep(now=clock.shared()())
    else:
        inbound.handle(message_id, now=clock.shared()())


@shared_task(name="messaging.recover_leases")
def recover_leases() -> None:
    """Take back the rows of workers that are gone."""
    reconcile.recover_leases(now=clock.shared()())


@shared_task(name="messaging.reconcile_in_doubt")
def reconcile_in_doubt() -> None:
    """Settle what is in doubt."""
    reconcile.resolve_doubts(clock=clock.shared(), worker=dispatch.worker_name())


@shared_task(name="messaging.settle_urgent")
def settle_urgent() -> None:
    """The same for urgent messages alone, more often, and send what is to be sent again."""
    reconcile.settle_urgent(clock=clock.shared(), worker=dispatch.worker_name())


@shared_task(name="messaging.poll_receipts")
def poll_receipts() -> None:
    """Ask what became of messages that no receipt has told the end of."""
    poll.look(clock=clock.shared())


@shared_task(name="messaging.look_after_limits")
def look_after_limits() -> None:
    """End what became late while it was held, and have staff know what is held."""
    limits.look_after(now=clock.shared()())
