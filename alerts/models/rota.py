"""The on-call rota as rows: rotations, single shifts, overrides and swaps, and what responders are asked by text."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alerts.domain.policy import Role
from alerts.domain.rota_words import Question, Why
from alerts.models.people import Responder
from messaging.models import Message
from patients.models import Clinic

_BY_HAND = (Why.OVERRIDE, Why.SWAP, Why.READINESS)


class Rota(models.Model):
    """Who is on call in one role of one clinic."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rotas")
    role = models.CharField(max_length=10, choices=[(role.value, role.words) for role in Role])
    checks_readiness = models.BooleanField(
        default=True,
        help_text="Before each shift: number verified, not opted out, two channels, test page answered. "
        "Whoever is not ready is replaced by the next person, and the coordinator is told.",
    )
    handoff_minutes = models.PositiveSmallIntegerField(
        default=30,
        help_text="How long the outgoing person stays on call while the incoming one has not answered; 0: not at all.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("clinic", "id")
        constraints = (
            models.UniqueConstraint(fields=("clinic", "role"), name="rota_once_per_role"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="rota_role_known"),
        )

    def __str__(self) -> str:
        return f"{Role(self.role).words.capitalize()}, {self.clinic}"

    @property
    def zone(self) -> ZoneInfo:
        """Handovers are read from the clinic's clock."""
        return self.clinic.zone


class Rotation(models.Model):
    """People who take turns: the first turn begins on a day at the handover time, each lasts as long as the others."""

    class Unit(models.TextChoices):
        DAYS = "days"
        WEEKS = "weeks"

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="rotations")
    name = models.CharField(max_length=80, help_text="Such as Nights or Weekends.")
    position = models.PositiveSmallIntegerField(
        default=1, help_text="Where two rotations cover the same hour, the lower number is on call."
    )
    starts_on = models.DateField(help_text="Day of the first handover; weekly turns change on its weekday.")
    handover = models.TimeField(default=time(8), help_text="By the clinic's clock.")
    turn_length = models.PositiveSmallIntegerField(default=1)
    turn_unit = models.CharField(max_length=5, choices=Unit.choices, default=Unit.WEEKS)
    ends_on = models.DateField(null=True, blank=True, help_text="Day of the last handover; empty: for ever.")
    # Part of the week in which the rotation is on call. Nothing set: always.
    weekdays = models.JSONField(default=list, blank=True, help_text="0 is Monday; empty: every day.")
    opens = models.TimeField(null=True, blank=True, help_text="On call from this time of those days…")
    closes = models.TimeField(
        null=True, blank=True, help_text="…until this one; of the next day where it is not later. Empty: all day."
    )

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(condition=Q(turn_length__gt=0), name="rotation_turn_has_length"),
            models.CheckConstraint(condition=~Q(name=""), name="rotation_is_named"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="rotation_opens_and_closes",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="rotation_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def turn_days(self) -> int:
        """How many days a turn lasts."""
        return self.turn_length * (7 if self.turn_unit == self.Unit.WEEKS else 1)


class RotationMember(models.Model):
    """A place in the order of a rotation."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="members")
    responder = models.ForeignKey(Responder, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.position}. {self.responder}"


class SingleShift(models.Model):
    """One shift that belongs to no rotation; it goes before rotations."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="single_shifts")
    responder = models.ForeignKey(Responder, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="single_shift_ends_after_start"),
        )
        # Read by rota.loading: the single shifts around an hour.
        indexes = (models.Index(fields=("rota", "ends_at"), name="single_shift_by_end"),)

    def __str__(self) -> str:
        return f"{self.responder}, {self.starts_at:%Y-%m-%d %H:%M}"


class Override(models.Model):
    """Somebody else for a while; or a swap, which is two of them at once. The later row lies on top of the earlier."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="overrides")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in _BY_HAND])
    responder = models.ForeignKey(
        Responder, on_delete=models.PROTECT, related_name="+", help_text="Who is on call instead."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Who is replaced: for a swap the partner, who takes the second span; else for the record.
    other = models.ForeignKey(Responder, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other_starts_at = models.DateTimeField(null=True, blank=True)
    other_ends_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True, help_text="A swap: when the first one agreed.")
    other_agreed_at = models.DateTimeField(null=True, blank=True, help_text="A swap: when the partner agreed.")
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the product did by itself stays a task of the coordinator until somebody has looked at it.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in _BY_HAND]), name="override_kind_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="override_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
            models.CheckConstraint(
                condition=~Q(kind=Why.SWAP)
                | (Q(other__isnull=False, other_ends_at__gt=F("other_starts_at")) & ~Q(other=F("responder"))),
                name="override_swap_has_both_halves",
            ),
        )
        # Read by rota.loading: what stands around an hour.
        indexes = (
            models.Index(fields=("rota", "ends_at"), condition=Q(withdrawn_at__isnull=True), name="override_standing"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.responder}, {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def stands(self) -> bool:
        """Whether it has any effect: not withdrawn, and a swap agreed to by both."""
        agreed = self.kind != Why.SWAP or bool(self.agreed_at and self.other_agreed_at)
        return agreed and self.withdrawn_at is None


class RotaQuestion(models.Model):
    """Something a responder was asked by text; her reply with its code is the answer."""

    key = models.CharField(max_length=120, unique=True, help_text="What makes it the same question; asked once.")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Question])
    responder = models.ForeignKey(Responder, on_delete=models.CASCADE, related_name="rota_questions")
    code = models.CharField(max_length=8)
    phone = models.CharField(max_length=20, help_text="Where it was sent; an answer from another number is none.")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, null=True, blank=True, related_name="questions")
    shift_starts_at = models.DateTimeField(null=True, blank=True)
    shift_ends_at = models.DateTimeField(null=True, blank=True)
    outgoing = models.ForeignKey(
        Responder, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="Who hands off."
    )
    override = models.ForeignKey(
        Override, on_delete=models.CASCADE, null=True, blank=True, related_name="questions", help_text="The swap."
    )
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When its silence was shouted about.")

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Question]), name="question_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=[Question.READY, Question.HANDOFF])
                | Q(rota__isnull=False, shift_starts_at__isnull=False, shift_ends_at__isnull=False),
                name="question_about_shift_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Question.SWAP) | Q(override__isnull=False), name="question_about_swap_names_it"
            ),
        )
        indexes = (
            # Read by rota.handoff: which take-over of a rota has not been answered?
            models.Index(
                fields=("rota", "shift_starts_at"),
                condition=Q(kind="handoff", answered_at__isnull=True),
                name="question_open_handoff",
            ),
            # Read by rota.asking: which codes has this person had of late?
            models.Index(fields=("responder", "-asked_at"), name="question_by_responder"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
