"""Escalation policies as staff edit them; an alert carries a frozen copy (alerts.domain.policy)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from alerts.domain.policy import PAGE_CHANNELS, Part, Role, Target
from alerts.models.people import Responder
from patients.models import Clinic


class EscalationPolicy(models.Model):
    """Who is paged, how and after how long; after the last step the ring goes round until somebody has taken it."""

    name = models.CharField(max_length=80, unique=True)
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, null=True, blank=True, help_text="Empty: for every clinic."
    )
    reach_within = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1)],
        help_text="Minutes from taking an alert to speaking with the patient; then it is paged again.",
    )
    outcome_within = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1)],
        help_text="Minutes from speaking with the patient to the recorded outcome.",
    )
    receipt_within = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(10)],
        help_text="Seconds without a receipt after which a page counts as lost and the next one goes out.",
    )
    human_within = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(1)],
        help_text="Minutes within which the policy must have tried a live voice on the phone; more cannot be saved.",
    )
    waits_for_opening = models.BooleanField(
        default=False, help_text="First page in the clinic's message hours only. For amber alone: red never waits."
    )

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "escalation policies"

    def __str__(self) -> str:
        return self.name


class PolicyStep(models.Model):
    """One step: whom, by what, and how long it waits for an answer before the next."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    part = models.CharField(max_length=6, choices=[(part.value, part.words) for part in Part], default=Part.LADDER)
    position = models.PositiveSmallIntegerField(default=0)
    target = models.CharField(
        max_length=8, choices=[(target.value, target.words) for target in Target], default=Target.ON_CALL
    )
    role = models.CharField(max_length=10, choices=[(role.value, role.words) for role in Role], blank=True)
    responder = models.ForeignKey(Responder, on_delete=models.PROTECT, null=True, blank=True)
    channels = models.JSONField(default=list, help_text="Any of sms, voice, email; all of them at once.")
    wait_seconds = models.PositiveIntegerField(default=180, validators=[MinValueValidator(15)])

    class Meta:
        ordering = ("policy_id", "part", "position", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(target__in=["on_call", "team"]) & ~Q(role="")
                | Q(target="person", responder__isnull=False)
                | Q(target="line"),
                name="step_knows_whom",
            ),
            models.CheckConstraint(condition=Q(wait_seconds__gte=15), name="step_waits"),
        )

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.position + 1}: {self.get_target_display()}"

    def clean(self) -> None:
        """Refuse channels that do not exist, and targets that name nobody."""
        problems: dict[str, str] = {}
        channels = self.channels
        unknown = channels if not isinstance(channels, list) else [c for c in channels if c not in PAGE_CHANNELS]
        if unknown or not channels:
            problems["channels"] = f"Channels are some of {', '.join(PAGE_CHANNELS)}; {channels!r} is not."
        if self.target in (Target.ON_CALL, Target.TEAM) and not self.role:
            problems["role"] = "Say whose turn it is: a step for the rota needs a role."
        if self.target == Target.PERSON and self.responder_id is None:
            problems["responder"] = "A step for one person needs the person."
        if self.target == Target.LINE and "voice" not in (channels or []):
            problems["channels"] = "The clinic's line can only be phoned: its channel is voice."
        if problems:
            raise ValidationError(problems)
