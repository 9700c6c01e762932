"""Alert rules: what each looks for and says lives in numbered versions, which never change once written."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.domain.words import Condition
from alerts.models.policy import EscalationPolicy


class VersionIsFixed(TypeError):
    """A version of a rule is history: a change is a new version."""


class AlertRule(models.Model):
    """One red flag. Its active version is the one that triage reads; only a signed-off version can be that."""

    class Status(models.TextChoices):
        DRAFT = "draft", "not signed off yet: the starter rule stands in"
        ACTIVE = "active", "active"
        RETIRED = "retired", "switched off"

    code = models.SlugField(max_length=40, unique=True)
    condition = models.CharField(max_length=24, choices=[(c.value, c.title) for c in Condition])
    position = models.PositiveSmallIntegerField(default=0, help_text="Order on pages.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    active_version = models.ForeignKey(
        "RuleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ("position", "code")
        permissions = (("sign_off_rule", "Can sign off a version of a rule and activate it"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(status="active") | Q(active_version__isnull=False), name="rule_active_has_version"
            ),
        )

    def __str__(self) -> str:
        return f"{Condition(self.condition).title} ({self.code})"


class RuleVersion(models.Model):
    """What a rule looked for and said at one time, who signed it, and when."""

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    # {"triggers": […], "phrases": {"en": […]}, "phrase_tier": "red"}: see alerts.domain.rules.
    fires_on = models.JSONField()
    #: By language; blanks: {line} the clinic's 24-hour line.
    instruction = models.JSONField(default=dict)
    fallback = models.JSONField(default=dict)
    fallback_after = models.PositiveSmallIntegerField(
        default=10, help_text="Minutes without a nurse after which the patient gets the fallback instruction."
    )
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, related_name="+")
    source = models.TextField(help_text="Where the numbers and words come from.")
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=150)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_off_as = models.CharField(max_length=150, blank=True, help_text="Name and office of who signed.")

    class Meta:
        ordering = ("rule_id", "-number")
        constraints = (
            models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),
            models.CheckConstraint(
                condition=Q(signed_off_at__isnull=True, signed_off_by__isnull=True, signed_off_as="")
                | Q(signed_off_at__isnull=False, signed_off_by__isnull=False) & ~Q(signed_off_as=""),
                name="rule_version_signed_whole",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="rule_version_has_source"),
        )

    def __str__(self) -> str:
        return f"{self.rule.code} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new version, or sign one (alerts.rulebook.sign_off); anything else raises VersionIsFixed."""
        if not self._state.adding and set(kwargs.get("update_fields") or ["all"]) - _SIGNING:
            raise VersionIsFixed(cast("str", VersionIsFixed.__doc__))
        super().save(*args, **kwargs)

    @property
    def is_signed(self) -> bool:
        """Whether a named person answers for it."""
        return self.signed_off_at is not None


_SIGNING = {"signed_off_at", "signed_off_by", "signed_off_as"}
