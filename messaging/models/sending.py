"""What sending has learnt and been told: senders, pauses, addresses that do not work, reactions to codes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from messaging.domain.delivery import Channel
from messaging.domain.reactions import Reaction
from messaging.models.vocabulary import choices, if_then


class Sender(models.Model):
    """One sender of ours: what it may send in a second, and whether its breaker is open.

    Rows exist for senders that were given a pace of their own or have broken once; the others have their defaults.
    """

    channel = models.CharField(max_length=10, choices=choices(Channel))
    address = models.CharField(max_length=254, help_text="Our number, messaging service, or mailbox.")
    pace = models.FloatField(
        null=True,
        blank=True,
        help_text="SMS segments, calls or mails a second. Empty: what its kind of sender is allowed.",
    )
    held_since = models.DateTimeField(null=True, blank=True, help_text="Since when nothing is sent by it.")
    held_code = models.CharField(max_length=20, blank=True, default="")
    held_reason = models.CharField(max_length=200, blank=True, default="")
    #: While it is held: when one message is let through to see whether it works again.
    probe_at = models.DateTimeField(null=True, blank=True)
    #: How many probes in a row have failed; they become rarer.
    probes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="sender_once"),
            models.CheckConstraint(
                condition=if_then(Q(held_since__isnull=False), ~Q(held_reason="") & Q(probe_at__isnull=False)),
                name="sender_held_has_reason",
            ),
            models.CheckConstraint(condition=Q(pace__isnull=True) | Q(pace__gt=0), name="sender_pace_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} sender ({'held' if self.held_since else 'working'})"


class SendingPause(models.Model):
    """One pause of all routine messages. The one that has not ended holds now; there is at most one."""

    began_at = models.DateTimeField()
    began_by = models.CharField(max_length=150)
    reason = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="sending_pause_one_at_a_time", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sending_pause_has_reason"),
            models.CheckConstraint(
                condition=if_then(Q(ended_at__isnull=False), ~Q(ended_by="")), name="sending_pause_end_has_name"
            ),
        ]

    def __str__(self) -> str:
        return f"pause of {self.began_at:%Y-%m-%d %H:%M}{'' if self.ended_at else ', not over'}"


class AddressFault(models.Model):
    """What a provider has told us of an address that does not work on a channel. Cleared, it is tried again."""

    channel = models.CharField(max_length=10, choices=choices(Channel))
    address = models.CharField(max_length=254, help_text="A phone in E.164, or a mailbox in lower case.")
    code = models.CharField(max_length=20)
    words = models.CharField(max_length=200)
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        verbose_name = "address that does not work"
        verbose_name_plural = "addresses that do not work"
        constraints = [
            # Read by faults.standing as well: whether an address works is asked for every message that leaves.
            models.UniqueConstraint(
                fields=["address", "channel"], name="address_fault_once", condition=Q(cleared_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=if_then(Q(cleared_at__isnull=False), ~Q(cleared_by="")), name="address_fault_clear_has_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.words}"


class CodeReaction(models.Model):
    """What a clinic's operator has decided about one code of a provider, in place of the default."""

    code = models.CharField(max_length=20, unique=True, help_text="The provider's code, such as 30003.")
    reaction = models.CharField(max_length=12, choices=choices(Reaction))
    wait_seconds = models.PositiveIntegerField(default=0, help_text="The least wait before another try.")
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="How many more tries after the first; 0: as many as its time allows."
    )
    words = models.CharField(max_length=150, blank=True, help_text="What staff read. Empty: the words of the default.")
    note = models.CharField(max_length=200, help_text="Why this differs from the default.")
    changed_by = models.CharField(max_length=150, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "reaction to a code"
        verbose_name_plural = "reactions to codes"

    def __str__(self) -> str:
        return f"{self.code}: {self.reaction}"
