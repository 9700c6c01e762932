"""Which clinics a member of staff sees: the one question that every list, search, export and typed address asks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from staff.models import Membership

_Row = TypeVar("_Row", bound=Model)
_KEPT = "_bonewatch_clinics"
_KEPT_ALL = "_bonewatch_every_clinic"


def clinic_ids(user: Any) -> frozenset[int] | None:
    """Ids of the clinics that `user` works for; None means every clinic, which superusers see.

    Read once per object of a user, so once per request. Somebody without a membership, or not signed in, sees none.
    """
    if user.is_active and user.is_superuser:
        return None
    if user.pk is None:
        return frozenset()
    kept: frozenset[int] | None = getattr(user, _KEPT, None)
    if kept is None:
        kept = frozenset(Membership.objects.filter(user_id=user.pk).values_list("clinic_id", flat=True))
        setattr(user, _KEPT, kept)
    return kept


def sees_every_clinic(user: Any) -> bool:
    """Whether there is no clinic that is not this person's: then what belongs to nobody known is hers to see, too."""
    ids = clinic_ids(user)
    if ids is None:
        return True
    kept: bool | None = getattr(user, _KEPT_ALL, None)
    if kept is None:
        clinics: Any = Membership._meta.get_field("clinic").related_model
        kept = not clinics.objects.exclude(pk__in=ids).exists()
        setattr(user, _KEPT_ALL, kept)
    return kept


def within(queryset: QuerySet[_Row], user: Any, path: str | None, *, or_no_clinic: bool = False) -> QuerySet[_Row]:
    """The rows of `queryset` whose clinic, found along `path`, is one of the user's.

    `path` is a lookup from the row to the clinic ("clinic", "patient__clinic"; "pk" for clinics themselves); None for
    rows that belong to no clinic, which everybody sees. `or_no_clinic` keeps rows whose clinic is left open, too.
    """
    ids = clinic_ids(user)
    if path is None or ids is None:
        return queryset
    own = Q(**{f"{path}__in": ids})
    return queryset.filter(own | Q(**{f"{path}__isnull": True}) if or_no_clinic else own)


def who_see(users: QuerySet[_Row], clinics: Collection[int]) -> QuerySet[_Row]:
    """Those of `users` who see one of `clinics`: its members, and superusers."""
    members = Membership.objects.filter(clinic__in=clinics).values("user")
    return users.filter(Q(is_superuser=True) | Q(pk__in=members))


def sees(user: Any, clinic_id: int | None) -> bool:
    """Whether the rows of a clinic are this person's to see; what belongs to no clinic is everybody's."""
    ids = clinic_ids(user)
    return ids is None or clinic_id is None or clinic_id in ids


def forget(user: Any) -> None:
    """Read the clinics again the next time: they were changed during this request."""
    for name in (_KEPT, _KEPT_ALL):
        if hasattr(user, name):
            delattr(user, name)
