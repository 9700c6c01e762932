"""Warnings to patients: rules, the versions of their texts, whom to look at next, and what is planned for whom."""

from __future__ import annotations

from datetime import time
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from alerts.domain.warning_words import TOPICS, Anchor, Audience, WarningReason, WarningState
from messaging.domain.delivery import Channel
from messaging.models import Message
from patients.domain.care import DRUG_CLASSES
from patients.models import Patient

#: The kinds of message a warning may be, in the order in which they are tried.
WARNING_CHANNELS = (Channel.SMS, Channel.EMAIL)
_REASONS = [(reason.value, reason.label) for reason in WarningReason]


def default_channels() -> list[str]:
    """A text, and a mail to those whom no text reaches."""
    return [channel.value for channel in WARNING_CHANNELS]


class WarningRule(models.Model):
    """What to watch for, for whom, and when it is said."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    topic = models.CharField(max_length=20, choices=[(topic.value, label) for topic, label in TOPICS.items()])
    audience = models.CharField(
        max_length=10,
        choices=[
            (Audience.EVERYONE.value, "Every active patient"),
            (Audience.SPINE.value, "Patients with metastases in the spine"),
            (Audience.TREATED.value, "Patients under the treatment named below"),
        ],
        default=Audience.EVERYONE,
    )
    drug_class = models.CharField(
        max_length=16, choices=[(c.value, label) for c, label in DRUG_CLASSES.items()], blank=True
    )
    anchor = models.CharField(
        "counts from",
        max_length=10,
        choices=[
            (Anchor.ENROLMENT.value, "Enrolment of the patient"),
            (Anchor.DOSE.value, "Each dose given of the treatment"),
            (Anchor.START.value, "The start of the treatment"),
        ],
        default=Anchor.ENROLMENT,
    )
    after_days = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(366)], help_text="Days after that; 0 is the same day."
    )
    at_time = models.TimeField(default=time(10), help_text="By the patient's own clock.")
    every_weeks = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(104)],
        help_text="Said again every so many weeks; empty: said once.",
    )
    for_weeks = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="For so many weeks; empty: as long as the patient is in care.",
    )
    first_doses = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Only after the first so many doses; empty: after each.",
    )
    expires_days = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1)],
        help_text="Days after which it would come too late, and is not sent any more.",
    )
    channels = models.JSONField(
        default=default_channels, help_text='Tried in this order until one reaches her: any of "sms", "email".'
    )
    template = models.CharField(
        max_length=60, help_text="The default wording in templates/messages/, used until a text is written here."
    )
    source = models.TextField(help_text="Why it is said, and where words and times come from.")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("topic", "code")
        constraints = (
            models.CheckConstraint(condition=~Q(source=""), name="warning_rule_has_source"),
            models.CheckConstraint(
                condition=Q(audience__in=["everyone", "spine"], anchor="enrolment") | ~Q(drug_class=""),
                name="warning_rule_names_treatment",
            ),
            models.CheckConstraint(
                condition=Q(every_weeks__isnull=True) | Q(every_weeks__gt=0), name="warning_rule_repeats_later"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a rule that could never speak, naming field and value."""
        problems: dict[str, str] = {}
        known = [channel.value for channel in WARNING_CHANNELS]
        channels = self.channels
        if not isinstance(channels, list) or not channels or any(channel not in known for channel in channels):
            problems["channels"] = f"{channels!r} must name at least one of {', '.join(known)}."
        if not self.drug_class and (self.audience == Audience.TREATED or self.anchor != Anchor.ENROLMENT):
            problems["drug_class"] = "Name the treatment: whom the warning is for, or what it counts from, needs one."
        if self.first_doses and self.anchor != Anchor.DOSE:
            problems["first_doses"] = "Only a warning that counts from each dose can be limited to the first doses."
        if self.for_weeks and not self.every_weeks:
            problems["for_weeks"] = "A warning that is said once needs no end."
        if problems:
            raise ValidationError(problems)


class TextIsFixed(TypeError):
    """What a patient may have read is history: a change is a new version."""


class WarningText(models.Model):
    """One version of a rule's words in one language; the newest holds. Blanks: {clinic} and {line}."""

    rule = models.ForeignKey(WarningRule, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=8)
    number = models.PositiveSmallIntegerField()
    sms = models.TextField("text message", max_length=320)
    subject = models.CharField("subject of the mail", max_length=120)
    mail = models.TextField("mail", max_length=4000)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=150)

    class Meta:
        ordering = ("rule_id", "language", "-number")
        constraints = (
            models.UniqueConstraint(fields=("rule", "language", "number"), name="warning_text_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.language} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new version; a written one is never changed (TextIsFixed)."""
        if not self._state.adding:
            raise TextIsFixed(cast("str", TextIsFixed.__doc__))
        super().save(*args, **kwargs)


class WarningPlan(models.Model):
    """When a patient's warnings were planned last, and when they are looked at again."""

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="warning_plan")
    planned_at = models.DateTimeField()
    look_at = models.DateTimeField()

    class Meta:
        # Read by alerts.warnings.planning: whom to look at next.
        indexes = (models.Index(fields=("look_at", "id"), name="warning_plan_due"),)

    def __str__(self) -> str:
        return f"warnings of patient {self.patient_id}"


class PlannedWarning(models.Model):
    """One warning for one patient on one occasion. The database owns its due time.

    `send_at` is what the plan says; `due_at` is when the sweep looks next (later where quiet hours made
    it wait); from `expires_at` on it would come too late. All in UTC.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="planned_warnings")
    rule = models.ForeignKey(WarningRule, on_delete=models.PROTECT, related_name="planned")
    # What it counted from and which repeat it is: "enrolment:3", "visit:12:given:0".
    occasion = models.CharField(max_length=100)
    send_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value.capitalize()) for state in WarningState],
        default=WarningState.PLANNED,
    )
    reason = models.CharField(max_length=24, blank=True, choices=_REASONS)
    channel = models.CharField(max_length=8, blank=True, choices=[(c.value, c.name) for c in WARNING_CHANNELS])
    # Empty once released: the default wording was used.
    text = models.ForeignKey(WarningText, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("send_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "rule", "occasion"),
                condition=~Q(state=WarningState.CANCELLED),
                name="warning_once_per_occasion",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in WarningState]), name="warning_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[WarningState.PLANNED, WarningState.RELEASED]) | ~Q(reason=""),
                name="warning_not_sent_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=WarningState.PLANNED) | Q(settled_at__isnull=False), name="warning_settled_has_time"
            ),
        )
        indexes = (
            # Read by alerts.warnings.release.release_due.
            models.Index(fields=("due_at", "id"), condition=Q(state=WarningState.PLANNED), name="warning_due"),
            # Read by alerts.warnings.release.send_again: released, fresh still, but its message did not leave.
            models.Index(fields=("expires_at",), condition=Q(state=WarningState.RELEASED), name="warning_fresh"),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} for patient {self.patient_id} ({self.occasion})"


class WarningTry(models.Model):
    """A message of a warning that reached nobody, and was followed up: another contact, or a person who phones."""

    warning = models.ForeignKey(PlannedWarning, on_delete=models.CASCADE, related_name="tries")
    # Followed up once, whoever finds it first.
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    followed_at = models.DateTimeField()

    class Meta:
        ordering = ("warning_id", "id")

    def __str__(self) -> str:
        return f"a try of warning {self.warning_id}"
