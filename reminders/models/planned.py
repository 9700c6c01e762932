"""A reminder that is going to be sent, was handed to the outbox, or never will be, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from messaging.domain.delivery import Channel
from messaging.models import Message
from reminders.domain.words import Reason, ReminderState
from reminders.models.rule import ReminderRule
from reminders.models.schedule import Visit


class PlannedReminder(models.Model):
    """One rule's message for one visit over one channel. The database owns its due time.

    `send_at` is what the plan says; `due_at` is when the sweep looks next (later than `send_at` where
    quiet hours made it wait); from `expires_at` on it would be out of date. All in UTC.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="reminders")
    rule = models.ForeignKey(ReminderRule, on_delete=models.PROTECT, related_name="reminders")
    channel = models.CharField(
        max_length=8, choices=[(channel.value, channel.name) for channel in (Channel.SMS, Channel.EMAIL)]
    )
    anchor_at = models.DateTimeField()
    send_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.name.capitalize()) for state in ReminderState],
        default=ReminderState.PLANNED,
    )
    reason = models.CharField(max_length=24, blank=True, choices=[(reason.value, reason.label) for reason in Reason])
    wording = models.PositiveSmallIntegerField(default=0, help_text="How often it was worded anew.")
    # Several that are due together leave as one message.
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("send_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("visit", "rule", "channel", "anchor_at"),
                condition=~Q(state=ReminderState.CANCELLED),
                name="reminder_once_per_anchor",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ReminderState]), name="reminder_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReminderState.PLANNED, ReminderState.RELEASED]) | ~Q(reason=""),
                name="reminder_not_sent_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=ReminderState.PLANNED) | Q(settled_at__isnull=False), name="reminder_settled_has_time"
            ),
        )
        indexes = (
            # Read by release._claim_due: the only question that is asked every two seconds.
            models.Index(fields=("due_at", "id"), condition=Q(state=ReminderState.PLANNED), name="reminder_due"),
            # Read by release.reword_stale and planner.let_go: released, still fresh, but its message did not leave.
            models.Index(fields=("expires_at",), condition=Q(state=ReminderState.RELEASED), name="reminder_fresh"),
        )

    def __str__(self) -> str:
        return f"{self.rule_id}/{self.channel} for visit {self.visit_id}"


class ReminderTry(models.Model):
    """A message of a reminder that did not reach anybody, and was followed up: another contact, or a task.

    The message that stands, or was last tried, is the reminder's own; these are the ones before it.
    """

    reminder = models.ForeignKey(PlannedReminder, on_delete=models.CASCADE, related_name="tries")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    followed_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person had it sent once more: it stands against no address since."
    )

    class Meta:
        ordering = ("reminder_id", "id")
        # Followed up once, whoever finds it first; several reminders may have left as one message.
        constraints = (models.UniqueConstraint(fields=("message", "reminder"), name="try_followed_once"),)

    def __str__(self) -> str:
        return f"a try of reminder {self.reminder_id}"
