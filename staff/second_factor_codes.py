"""Recovery codes: ten, shown once, kept as digests, each good for one time."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

#: Without letters and digits that are taken for each other: 10 of 30 are 49 bits.
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH, HOW_MANY = 10, 10


class RecoveryCode(models.Model):
    """One way in without the phone. What is stored cannot be typed: a keyed digest, not the code."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        # Read by the page that asks for a code.
        constraints = (models.UniqueConstraint(fields=("user", "digest"), name="recovery_code_once"),)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


def digest(code: str, secret: str | None = None) -> str:
    """What is stored of a code: keyed with the installation's secret, since ten characters could be guessed at."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("bonewatch.recovery", plain, secret=secret, algorithm="sha256").hexdigest()


@transaction.atomic
def make(user: Any, *, now: datetime) -> list[str]:
    """Ten new codes as they are to be written down (`ABCDE-FGHJK`); those of before are good for nothing any more."""
    drawn: set[str] = set()
    while len(drawn) < HOW_MANY:
        drawn.add("".join(secrets.choice(LETTERS) for _place in range(LENGTH)))
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=digest(code), made_at=now) for code in sorted(drawn)]
    )
    return [f"{code[:5]}-{code[5:]}" for code in sorted(drawn)]


def use(user: Any, code: str, *, now: datetime) -> bool:
    """Whether `code` was one of this person's that nobody has used; it is used now."""
    wanted = [digest(code, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    unused = RecoveryCode.objects.filter(user=user, digest__in=wanted, used_at__isnull=True)
    return unused.update(used_at=now) > 0


def left(user: Any) -> int:
    """How many codes this person has left."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
