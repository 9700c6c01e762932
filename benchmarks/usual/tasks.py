"""What beat runs every minute, the task that sends one text, and the two other ways that are compared with it."""

from __future__ import annotations

import threading
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from benchmarks.usual.models import Reminder

_kept = threading.local()


@shared_task(name="usual.send_due_reminders")
def send_due_reminders() -> None:
    """One task for each reminder that is due."""
    due = Reminder.objects.filter(status="pending", due_at__lte=timezone.now())
    for pk in due.values_list("pk", flat=True):
        send_reminder.delay(pk)


@shared_task(name="usual.plan_each")
def plan_each(due_at: str) -> None:
    """The other usual way: one task for each reminder when it is planned, with the time at which it is due."""
    for pk in Reminder.objects.filter(status="pending").values_list("pk", flat=True):
        send_reminder.apply_async(args=(pk,), eta=datetime.fromisoformat(due_at))


@shared_task(bind=True, name="usual.send_reminder", max_retries=3)
def send_reminder(self, pk: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Send one text and mark it sent."""
    reminder = Reminder.objects.get(pk=pk)
    if reminder.status != "pending":
        return
    try:
        message = _client().messages.create(
            to=reminder.phone,
            from_=settings.TWILIO_FROM,  # type: ignore[misc]
            body=reminder.body,
            status_callback=f"https://clinic.example/twilio/status/{reminder.uuid}/",
        )
    except TwilioRestException as error:
        raise self.retry(exc=error, countdown=60) from error
    reminder.status = "sent"
    reminder.sid = message.sid
    reminder.sent_at = timezone.now()
    reminder.save(update_fields=["status", "sid", "sent_at"])


@shared_task(name="usual.nothing")
def nothing() -> None:
    """What Celery itself costs."""


def _client() -> Client:
    if not settings.TWILIO_KEEP_OPEN:  # type: ignore[misc]
        return _new_client()
    # One for each thread: the library's client hands its answers over in an attribute.
    if not hasattr(_kept, "client"):
        _kept.client = _new_client()
    client: Client = _kept.client
    return client


def _new_client() -> Client:
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)  # type: ignore[misc]
    client.api.base_url = settings.TWILIO_API_BASE_URL
    return client
