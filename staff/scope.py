"""Which clinics a member of staff sees: the one question that every list, search, export and typed address asks."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from staff.models import Membership

_Row = TypeVar("_Row", bound=Model)
_KEPT = "_bonewatch_clinics"


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


def within(queryset: QuerySet[_Row], user: Any, path: str | None) -> QuerySet[_Row]:
    """The rows of `queryset` whose clinic, found along `path`, is one of the user's.

    `path` is a lookup from the row to the clinic ("clinic", "patient__clinic"; "pk" for clinics themselves); None for
    rows that belong to no clinic, which everybody sees.
    """
    ids = clinic_ids(user)
    if path is None or ids is None:
        return queryset
    return queryset.filter(**{f"{path}__in": ids})


def sees(user: Any, clinic_id: int | None) -> bool:
    """Whether the rows of a clinic are this person's to see; what belongs to no clinic is everybody's."""
    ids = clinic_ids(user)
    return ids is None or clinic_id is None or clinic_id in ids


def forget(user: Any) -> None:
    """Read the clinics again the next time: they were changed during this request."""
    if hasattr(user, _KEPT):
        delattr(user, _KEPT)
