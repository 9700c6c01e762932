"""An alert, what was reported, every page that went out for it, and its story in rows that never change."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn, cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from alerts.domain.policy import PAGE_CHANNELS
from alerts.domain.words import OPEN_STATES, OWNED_STATES, AlertState, Condition, EventKind, Outcome, Tier
from alerts.models.people import Responder, new_token
from alerts.models.rule import RuleVersion
from messaging.models import InboundMessage, Message
from patients.models import Clinic, Patient

_STATES = [state.value for state in AlertState]
_OPEN = [state.value for state in OPEN_STATES]
_OWNED = [state.value for state in OWNED_STATES]
_TIERS = [(tier.value, tier.name) for tier in Tier]


class Alert(models.Model):
    """One condition of one patient, from her text to the recorded outcome."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="alerts")
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alerts",
        help_text="Empty: the number that wrote belongs to no patient.",
    )
    # Whose case it is: "patient:12", or the number that nobody knows.
    subject = models.CharField(max_length=80)
    phone = models.CharField(max_length=254, blank=True, help_text="The number to call back.")
    condition = models.CharField(max_length=24, choices=[(c.value, c.title) for c in Condition])
    tier = models.CharField(max_length=5, choices=_TIERS)
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="alerts")
    policy = models.JSONField(help_text="The escalation policy as it was when the alert was raised.")
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in AlertState], default=AlertState.RAISED)
    position = models.IntegerField(default=-1, help_text="The step that was paged last; -1: none yet.")
    empty_steps = models.PositiveSmallIntegerField(default=0, help_text="Steps in a row with nobody to page.")
    nudges = models.PositiveSmallIntegerField(default=0)
    owner = models.ForeignKey(Responder, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_alerts")
    step_due_at = models.DateTimeField(null=True, blank=True, help_text="When the present stage's clock strikes.")
    fallback_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True, help_text="The earlier of the two clocks.")
    raised_at = models.DateTimeField()
    first_paged_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Responder, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=26, choices=[(o.value, o.words) for o in Outcome], blank=True)
    outcome_note = models.TextField(blank=True)
    phone_her = models.CharField(max_length=120, blank=True, help_text="Why no text may go to her: phone instead.")
    shared_phone = models.BooleanField(default=False, help_text="More than one patient writes from this number.")
    stands_in = models.BooleanField(default=False, help_text="Raised by a starter rule that nobody has signed yet.")
    fallback_confirmed_at = models.DateTimeField(null=True, blank=True)
    is_canary = models.BooleanField(default=False)

    class Meta:
        verbose_name = lazy("red flag")
        verbose_name_plural = lazy("red flags")
        ordering = ("-raised_at",)
        indexes = (
            # Read by alerts.sweeps.advance and the watchdog: whose clock strikes next.
            models.Index(fields=("next_due_at",), name="alert_next_due", condition=~Q(state="closed")),
            # Read by the board: open alerts of a clinic, and by the reply handler.
            models.Index(fields=("clinic", "tier", "raised_at"), name="alert_open", condition=~Q(state="closed")),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=_STATES), name="alert_state_known"),
            # What makes a case impossible to forget: while it is open there is a next moment.
            models.CheckConstraint(
                condition=Q(state="closed", next_due_at__isnull=True)
                | Q(state__in=_OPEN, next_due_at__isnull=False, step_due_at__isnull=False),
                name="alert_open_has_next_step",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OWNED, owner__isnull=False, accepted_at__isnull=False)
                | Q(state__in=["raised", "paged"], owner__isnull=True)
                | Q(state="closed"),
                name="alert_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, outcome=""),
                name="alert_closed_has_outcome",
            ),
            # The second report of the same thing is added to the first, never a second alert.
            models.UniqueConstraint(
                fields=("subject", "condition"), name="alert_one_open", condition=~Q(state="closed")
            ),
        )

    def __str__(self) -> str:
        return f"{Condition(self.condition).title} ({self.tier}, {self.state})"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state != AlertState.CLOSED


class AlertReport(models.Model):
    """One text that an alert rests on, with what was read in it."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="reports")
    inbound = models.ForeignKey(InboundMessage, on_delete=models.PROTECT, related_name="alert_reports")
    tier = models.CharField(max_length=5, choices=_TIERS)
    evidence = models.JSONField(default=list, help_text="[{concept, words, start, end, stance}]")
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("alert_id", "id")
        constraints = (models.UniqueConstraint(fields=("alert", "inbound"), name="report_once_per_text"),)

    def __str__(self) -> str:
        return f"report of {self.at:%Y-%m-%d %H:%M}"


class StoryIsAppendOnly(TypeError):
    """What happened to an alert happened: a correction is another row."""


class _StoryQuerySet(models.QuerySet["AlertEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise StoryIsAppendOnly(StoryIsAppendOnly.__doc__)

    def delete(self) -> NoReturn:
        raise StoryIsAppendOnly(StoryIsAppendOnly.__doc__)


class AlertEvent(models.Model):
    """One thing that happened to an alert."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, choices=[(k.value, k.value.replace("_", " ")) for k in EventKind])
    at = models.DateTimeField()
    by = models.ForeignKey(Responder, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    via = models.CharField(max_length=10, blank=True, help_text="text, link, call, admin, clock, watchdog")
    state = models.CharField(max_length=8, help_text="Where the alert stood afterwards.")
    detail = models.JSONField(default=dict)

    objects = _StoryQuerySet.as_manager()

    class Meta:
        ordering = ("alert_id", "number")
        constraints = (models.UniqueConstraint(fields=("alert", "number"), name="event_once_per_number"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append this event; one that is in the story already is refused."""
        if not self._state.adding:
            raise StoryIsAppendOnly(cast("str", StoryIsAppendOnly.__doc__))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: see StoryIsAppendOnly."""
        raise StoryIsAppendOnly(cast("str", StoryIsAppendOnly.__doc__))


class AlertPage(models.Model):
    """One page to one person by one channel: a row of ours above a message of the outbox."""

    class Fate(models.TextChoices):
        WAITING = "waiting", "no receipt yet"
        ARRIVED = "arrived", "on the phone"
        LOST = "lost", "lost or no receipt"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="pages")
    responder = models.ForeignKey(
        Responder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pages",
        help_text="Empty: the clinic's line.",
    )
    position = models.IntegerField(help_text="The step of the policy that sent it; -1: outside the ladder.")
    channel = models.CharField(max_length=10, choices=[(channel, channel) for channel in PAGE_CHANNELS])
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    # What the address /a/<token>/ carries: says nothing of the patient.
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    code = models.CharField(max_length=6, blank=True)
    fate = models.CharField(max_length=8, choices=Fate.choices, default=Fate.WAITING)
    sent_at = models.DateTimeField(help_text="When it was handed to the outbox.")

    class Meta:
        ordering = ("alert_id", "id")
        indexes = (
            # Read by alerts.receipts: pages whose receipt is awaited.
            models.Index(fields=("sent_at",), name="page_waiting", condition=Q(fate="waiting")),
        )

    def __str__(self) -> str:
        return f"{self.channel} page ({self.fate})"


class ReplyCode(models.Model):
    """The code by which one phone answers for one alert; not given out again for that phone in 30 days."""

    phone = models.CharField(max_length=20)
    code = models.CharField(max_length=6)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="codes")
    responder = models.ForeignKey(Responder, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        # Read by the reply handler, and before a code is given out.
        indexes = (models.Index(fields=("phone", "code", "-issued_at"), name="code_of_phone"),)
        constraints = (
            models.UniqueConstraint(fields=("alert", "phone"), name="code_once_per_alert_and_phone"),
            # What keeps two pages that are written at once from carrying one code to one phone.
            models.UniqueConstraint(fields=("phone", "code"), name="code_once_per_phone"),
        )

    def __str__(self) -> str:
        return f"code of {self.issued_at:%Y-%m-%d}"
