"""The words that leave: versions of each template, in every language, and who has signed them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from messaging.domain.delivery import Channel
from messaging.domain.words import WordingState
from messaging.models.vocabulary import choices, if_then


class WordingVersion(models.Model):
    """One version of one template over all its languages and channels. The active one is sent; else the shipped file.

    Draft, reviewed, signed, active, retired: see domain/words.py. Who signs has neither written nor reviewed it.
    """

    name = models.CharField(max_length=100, help_text="The template, e.g. visit_day_before.")
    number = models.PositiveSmallIntegerField(help_text="Counts up for each template; the shipped files are 0.")
    state = models.CharField(max_length=10, choices=choices(WordingState), default=WordingState.DRAFT)
    note = models.CharField(max_length=300, blank=True, help_text="What was changed, and why.")
    source = models.CharField(max_length=300, blank=True, help_text="Where its facts are from.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "-number"]
        verbose_name = "wording"
        permissions = [
            ("review_wording", "Can review a wording that somebody else wrote"),
            ("sign_wording", "Can sign a wording that others wrote and reviewed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="wording_number_once"),
            models.UniqueConstraint(fields=["name"], name="wording_one_active", condition=Q(state="active")),
            models.CheckConstraint(condition=Q(number__gte=1), name="wording_number_from_one"),
            models.CheckConstraint(
                condition=if_then(
                    Q(state__in=["reviewed", "signed", "active"]),
                    Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(reviewed_by=F("made_by")),
                ),
                name="wording_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=if_then(
                    Q(state__in=["signed", "active"]),
                    Q(signed_by__isnull=False, signed_at__isnull=False)
                    & ~Q(signed_by=F("made_by"))
                    & ~Q(signed_by=F("reviewed_by")),
                ),
                name="wording_signed_by_a_third",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class WordingText(models.Model):
    """The words of one version in one language for one channel."""

    version = models.ForeignKey(WordingVersion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10, choices=choices(Channel))
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(help_text="Blanks in braces; an empty line between paragraphs.")

    class Meta:
        ordering = ["channel", "language"]
        constraints = [
            models.UniqueConstraint(fields=["version", "language", "channel"], name="wording_text_once"),
            models.CheckConstraint(condition=~Q(body=""), name="wording_text_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} ({self.language})"
