"""The outbox: messages, each with its tries and its receipts."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from messaging.domain.delivery import (
    ACKNOWLEDGED,
    ASKED,
    EXPLAINED,
    FINAL,
    LEASED,
    Channel,
    Purpose,
    Status,
    Urgency,
)
from messaging.models.vocabulary import choices, if_then, one_of


class Message(models.Model):
    """One text or mail to one address, written before it is due and kept after it has left."""

    # Names the message in callback URLs and in the Message-ID of a mail; says nothing in itself.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="What makes it the same message; stored once.")
    channel = models.CharField(max_length=10, choices=choices(Channel))
    purpose = models.CharField(max_length=10, choices=choices(Purpose))
    urgency = models.CharField(max_length=10, choices=choices(Urgency), default=Urgency.ORDINARY)
    language = models.CharField(max_length=10, default="en")
    template = models.CharField(max_length=100, blank=True)
    # A default of the database's own, so that workers of the release before can still write while it is rolled out.
    template_version = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="Which version of the template it was made from.",
    )
    address = models.CharField(max_length=254)
    sender = models.CharField(max_length=254, blank=True, help_text="Empty: the sender that fits the urgency.")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, help_text="iCalendar text attached to a mail.")
    # Of a call: the path below our public address where the carrier fetches what it says, and posts pressed keys.
    answer_path = models.CharField(max_length=200, blank=True, default="", db_default="")
    segments = models.PositiveSmallIntegerField(default=0, help_text="What an SMS is billed as; 0 for a mail.")
    status = models.CharField(max_length=12, choices=choices(Status), default=Status.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    # Set while the provider is being asked or its answer is looked for: the row is not tried again.
    # A default of the database's own, so that workers of the release before can still write while it is rolled out.
    withdrawn = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Why it was taken back while on its way."
    )
    due_at = models.DateTimeField(help_text="When it is tried next.")
    # `due_at` moves on with each try. Empty in rows of the release before this column.
    wanted_at = models.DateTimeField(null=True, blank=True, help_text="When it was first due.")
    expires_at = models.DateTimeField(help_text="Not sent after this moment.")
    attempts = models.PositiveSmallIntegerField(default=0)
    # Until when a worker holds the row; for a row in doubt, when to look it up again.
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    # Which queue of the outbox it stands in: see domain/lanes.py. Empty in rows of the release before this column.
    lane = models.CharField(max_length=300, blank=True, default="", db_default="")
    owner = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="Whose it is: the last part of its lane."
    )
    # Of one that the provider took: when its log is asked what became of it, should no receipt say so.
    next_look_at = models.DateTimeField(null=True, blank=True)
    # A default of the database's own, so that workers of the release before can still write while it is rolled out.
    routine = models.BooleanField(
        default=False, db_default=False, help_text="One of the routine texts of which a phone gets only so many."
    )
    released_by = models.CharField(
        max_length=150, blank=True, default="", db_default="", help_text="Who let it pass the flood guard."
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # Read by outbox.claim, outbox.due_lanes and outbox.waiting: what is due, by lane, oldest first.
            models.Index(fields=["urgency", "lane", "due_at", "id"], name="message_due", condition=Q(status="planned")),
            # Read by the admin: the latest of one clinic.
            models.Index(fields=["owner", "-id"], name="message_owner"),
            # Read by guard.expire_held and the admin: what the flood guard holds.
            models.Index(fields=["expires_at"], name="message_held", condition=Q(status="held")),
            # Read by poll.look: what the provider took and has not told the end of.
            models.Index(
                fields=["next_look_at"],
                name="message_next_look",
                condition=Q(status__in=["accepted", "sent"], next_look_at__isnull=False),
            ),
            # Read by guard.over_limit: how many routine messages an address had of late.
            models.Index(
                fields=["address", "submitted_at"],
                name="message_sent_to",
                condition=Q(urgency="ordinary", submitted_at__isnull=False),
            ),
            # Read by budget.open_book: the routine texts that a phone had, or is going to have.
            models.Index(fields=["address", "wanted_at"], name="message_routine", condition=Q(routine=True)),
            # Read by reconcile.recover_leases: what dead workers left behind.
            models.Index(
                fields=["lease_until"], name="message_lease", condition=Q(status__in=["claimed", "submitting"])
            ),
            # Read by reconcile.resolve_doubts: whose next look is due.
            models.Index(fields=["lease_until"], name="message_in_doubt", condition=Q(status="in_doubt")),
            # Read by watch.unsent_urgent: urgent messages that have not left.
            models.Index(
                fields=["wanted_at"],
                name="message_unsent_urgent",
                condition=Q(urgency="urgent", status__in=["planned", "claimed", "submitting", "in_doubt"]),
            ),
            # Read by watch.ended_badly: what ended badly of late, for reminders and warnings to follow up.
            models.Index(
                fields=["finished_at"],
                name="message_ended_badly",
                condition=Q(status__in=["expired", "failed", "undelivered"]),
            ),
            # Read by consent_replies (language of the last message to a number) and the admin's search.
            models.Index(fields=["address", "-id"], name="message_address"),
        ]
        constraints = [
            models.CheckConstraint(condition=one_of(frozenset(Status)), name="message_status_known"),
            models.CheckConstraint(
                condition=if_then(one_of(ACKNOWLEDGED), ~Q(provider_id="") & Q(accepted_at__isnull=False)),
                name="message_acknowledged_has_provider_id",
            ),
            models.CheckConstraint(condition=if_then(one_of(EXPLAINED), ~Q(reason="")), name="message_end_has_reason"),
            models.CheckConstraint(
                condition=if_then(one_of(LEASED), Q(lease_until__isnull=False) & ~Q(claimed_by=""))
                & if_then(Q(lease_until__isnull=False), one_of(LEASED)),
                name="message_lease_while_held",
            ),
            models.CheckConstraint(
                condition=if_then(one_of(ASKED), Q(submitted_at__isnull=False, attempts__gte=1)),
                name="message_asked_has_attempt",
            ),
            models.CheckConstraint(
                condition=if_then(one_of(FINAL), Q(finished_at__isnull=False))
                & if_then(Q(finished_at__isnull=False), one_of(FINAL)),
                name="message_final_has_finish",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("due_at")), name="message_due_before_expiry"),
            models.CheckConstraint(condition=~Q(body="") & ~Q(address=""), name="message_says_something"),
            models.CheckConstraint(
                condition=if_then(Q(channel="voice"), ~Q(answer_path="")), name="message_call_has_answer"
            ),
            # One text at the provider belongs to one message: the last guard of the reconciler.
            models.UniqueConstraint(
                fields=["provider_id"], name="message_provider_id_once", condition=~Q(provider_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.template or self.purpose} ({self.status})"


class Attempt(models.Model):
    """One question put to a provider: written before it is asked, completed by the answer."""

    class Outcome(models.TextChoices):
        ASKING = "asking"
        ACCEPTED = "accepted"
        TRANSIENT = "transient"
        PERMANENT = "permanent"
        UNKNOWN = "unknown"
        ABSENT = "absent", "proven absent"
        # Taken, and given back by the network: what is said of it later is not about the next try.
        RETURNED = "returned"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.ASKING)
    error_code = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["message_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_once_per_number"),
            models.CheckConstraint(
                condition=if_then(~Q(outcome="asking"), Q(finished_at__isnull=False)), name="attempt_answer_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.number}: {self.outcome}"


class Receipt(models.Model):
    """One word of a provider about one message, as it came; kept even when it changes nothing."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="receipts")
    provider_id = models.CharField(max_length=200)
    word = models.CharField(max_length=50, help_text="The provider's own word.")
    status = models.CharField(max_length=12, blank=True, help_text="Our word for it; empty when we have none.")
    error_code = models.CharField(max_length=20, blank=True)
    applied = models.BooleanField(default=False, help_text="Whether it moved the message.")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["message_id", "id"]
        constraints = [
            # A repeated receipt is stored once, however often the provider sends it.
            models.UniqueConstraint(fields=["message", "provider_id", "word"], name="receipt_once_per_word"),
        ]

    def __str__(self) -> str:
        return self.word
