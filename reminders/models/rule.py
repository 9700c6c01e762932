"""The ladder: one rule is one rung, for a route or for one treatment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from messaging.domain.delivery import Channel
from reminders.domain.offsets import Elapsed, Offset, WallTime
from reminders.domain.plan import Rule
from reminders.domain.words import Anchor, Condition, Route
from reminders.models.treatment import Treatment

#: After-visit rungs reach no further than this, so planning looks back no further either (days).
LONGEST_AFTER_DAYS = 45
#: Before a visit a year is far enough; past the calendar's ends planning would fail for every schedule.
LONGEST_BEFORE_DAYS = 366


class OffsetKind(models.TextChoices):
    """Two ways to say when."""

    ELAPSED = "elapsed", "Elapsed time (2 hours before)"
    WALL = "wall", "Wall time (the day before at 09:00)"


def default_channels() -> list[str]:
    """Every rung speaks by text and by mail unless told otherwise."""
    return [Channel.SMS, Channel.EMAIL]


class ReminderRule(models.Model):
    """One rung of the ladder. A treatment's own rule replaces its route's rule of the same code."""

    code = models.SlugField(max_length=40, help_text="As plans name it, e.g. day_before.")
    name = models.CharField(max_length=120)
    route = models.CharField(
        max_length=12, choices=[(route.value, route.name.capitalize()) for route in Route], blank=True
    )
    treatment = models.ForeignKey(
        Treatment, on_delete=models.CASCADE, null=True, blank=True, related_name="reminder_rules"
    )
    anchor = models.CharField(
        max_length=8,
        choices=[(Anchor.VISIT.value, "The visit"), (Anchor.OVERDUE.value, "The moment it became overdue")],
        default=Anchor.VISIT,
    )
    offset_kind = models.CharField(max_length=8, choices=OffsetKind.choices, default=OffsetKind.WALL)
    offset_minutes = models.IntegerField(
        null=True, blank=True, help_text="For elapsed time: minutes, negative is before, e.g. -120."
    )
    offset_days = models.SmallIntegerField(
        null=True, blank=True, help_text="For wall time: days, negative is before, 0 is the same day."
    )
    offset_time = models.TimeField(null=True, blank=True, help_text="For wall time: by the patient's own clock.")
    channels = models.JSONField(default=default_channels, help_text='Any of "sms", "email".')
    template = models.CharField(max_length=60, help_text="Name of the wording in templates/messages/.")
    condition = models.CharField(
        max_length=12,
        choices=[
            (Condition.ALWAYS.value, "Always"),
            (Condition.UNCONFIRMED.value, "Only while unconfirmed"),
            (Condition.GIVEN.value, "Only after the dose was given"),
            (Condition.OVERDUE.value, "Only while overdue"),
        ],
        default=Condition.ALWAYS,
    )
    counts = models.BooleanField(
        "counts towards the budget",
        default=True,
        db_default=True,
        help_text="Off: sent however many texts went out already. For what a patient asked for: daily tablets.",
    )
    expires_minutes = models.PositiveIntegerField(
        default=720,
        validators=[MinValueValidator(1)],
        help_text="Minutes after which it would be out of date, and is not sent any more.",
    )
    first_visits = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Only for the first so many visits; empty for all."
    )
    source = models.TextField(blank=True, help_text="Why this rung is there.")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("route", "treatment_id", "anchor", "offset_days", "offset_minutes", "id")
        constraints = (
            models.CheckConstraint(
                condition=(Q(treatment__isnull=True) & ~Q(route="")) | (Q(treatment__isnull=False) & Q(route="")),
                name="rule_is_for_route_or_treatment",
            ),
            models.CheckConstraint(
                condition=Q(
                    offset_kind=OffsetKind.ELAPSED,
                    offset_minutes__isnull=False,
                    offset_days__isnull=True,
                    offset_time__isnull=True,
                )
                | Q(
                    offset_kind=OffsetKind.WALL,
                    offset_minutes__isnull=True,
                    offset_days__isnull=False,
                    offset_time__isnull=False,
                ),
                name="rule_offset_is_one_kind",
            ),
            models.CheckConstraint(condition=Q(expires_minutes__gt=0), name="rule_expires_later"),
            models.UniqueConstraint(
                fields=("route", "code"), condition=Q(treatment__isnull=True), name="rule_code_unique_for_route"
            ),
            models.UniqueConstraint(
                fields=("treatment", "code"), condition=Q(route=""), name="rule_code_unique_for_treatment"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def offset(self) -> Offset:
        """When, as one of the two types of offset."""
        if self.offset_kind == OffsetKind.ELAPSED:
            return Elapsed(timedelta(minutes=self.offset_minutes or 0))
        if self.offset_days is None or self.offset_time is None:
            raise ValueError(f"rule {self.code!r} has no wall time")
        return WallTime(self.offset_days, self.offset_time)

    def as_rule(self) -> Rule:
        """The rule as planning reads it."""
        return Rule(
            id=self.pk,
            offset=self.offset(),
            channels=tuple(self.channels),
            expires_after=timedelta(minutes=self.expires_minutes),
            anchor=Anchor(self.anchor),
            condition=Condition(self.condition),
            first_visits=self.first_visits,
            code=self.code,
        )

    def clean(self) -> None:
        """Refuse a rule that could never be filled in or sent, naming field and value."""
        errors: dict[str, Any] = self._offset_errors()
        if bool(self.route) == bool(self.treatment_id):
            errors["route"] = "Choose a route or a treatment: one of the two."
        known = [channel.value for channel in (Channel.SMS, Channel.EMAIL)]
        if not isinstance(self.channels, list) or not self.channels or any(c not in known for c in self.channels):
            errors["channels"] = f"{self.channels!r} must name at least one of {', '.join(known)}."
        if self.condition == Condition.OVERDUE and self.anchor != Anchor.OVERDUE:
            errors["anchor"] = "A rule for overdue visits counts from the moment the visit became overdue."
        if errors:
            raise ValidationError(errors)

    def _offset_errors(self) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if self.offset_kind == OffsetKind.ELAPSED:
            if self.offset_minutes is None:
                errors["offset_minutes"] = "Elapsed time needs a number of minutes."
            elif self.offset_minutes > LONGEST_AFTER_DAYS * 24 * 60:
                errors["offset_minutes"] = f"{self.offset_minutes} is more than {LONGEST_AFTER_DAYS} days after."
            elif self.offset_minutes < -LONGEST_BEFORE_DAYS * 24 * 60:
                errors["offset_minutes"] = f"{self.offset_minutes} is more than {LONGEST_BEFORE_DAYS} days before."
            self.offset_days = self.offset_time = None
        else:
            if self.offset_days is None:
                errors["offset_days"] = "Wall time needs a number of days."
            elif self.offset_days > LONGEST_AFTER_DAYS:
                errors["offset_days"] = f"{self.offset_days} is more than {LONGEST_AFTER_DAYS} days after."
            elif self.offset_days < -LONGEST_BEFORE_DAYS:
                errors["offset_days"] = f"{self.offset_days} is more than {LONGEST_BEFORE_DAYS} days before."
            if self.offset_time is None:
                errors["offset_time"] = "Wall time needs a time of day."
            self.offset_minutes = None
        return errors
