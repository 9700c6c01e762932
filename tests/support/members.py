"""Who belongs where in tests: everybody everywhere, as in a house of one clinic, unless a test tells clinics apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import post_save

from patients.models import Clinic
from staff.models import Membership


def _new_user(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:  # noqa: FBT001  # as Django calls it
    if created and instance.is_staff:
        join(instance, *Clinic.objects.all())


def _new_clinic(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:  # noqa: FBT001  # as Django calls it
    if created:
        for user in get_user_model().objects.filter(is_staff=True):
            join(user, instance)


def join(user: Any, *clinics: Clinic) -> None:
    """Make somebody a member of clinics."""
    for clinic in clinics:
        Membership.objects.get_or_create(user=user, clinic=clinic)


@contextmanager
def everybody_belongs() -> Iterator[None]:
    """Whoever is made meanwhile belongs to every clinic, and every clinic made meanwhile to everybody."""
    users: Any = get_user_model()
    post_save.connect(_new_user, sender=users, dispatch_uid="tests.members.user")
    post_save.connect(_new_clinic, sender=Clinic, dispatch_uid="tests.members.clinic")
    try:
        yield
    finally:
        post_save.disconnect(sender=users, dispatch_uid="tests.members.user")
        post_save.disconnect(sender=Clinic, dispatch_uid="tests.members.clinic")
