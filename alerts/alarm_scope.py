"""Which alarms a member of staff sees: those of the service, and of rotas those of her own clinics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import Model, QuerySet

from alerts.models import Alarm, Override, Responder, Rota, RotaQuestion
from staff.scope import clinic_ids, sees_every_clinic

_ROTA = "rota:"
#: The word after "rota:" in an alarm's key → what the number behind it names, and the way from there to the clinic.
_KINDS: Mapping[str, tuple[type[Model], str]] = MappingProxyType(
    {
        **dict.fromkeys(("gaps", "overlaps", "unready", "silent", "broken", "twice"), (Rota, "clinic")),
        "stop": (Responder, "clinic"),
        "put_on": (Override, "rota__clinic"),
        "no": (RotaQuestion, "responder__clinic"),
        "handoff": (RotaQuestion, "responder__clinic"),
    }
)


def own(rows: QuerySet[Alarm], user: Any) -> QuerySet[Alarm]:
    """Those of `rows` that concern the whole service or a clinic of the user's."""
    ids = clinic_ids(user)
    if ids is None or sees_every_clinic(user):
        return rows
    keys = list(rows.filter(key__startswith=_ROTA).order_by().values_list("key", flat=True).distinct())
    return rows.exclude(key__in=_foreign(keys, ids))


def own_keys(keys: list[str], user: Any) -> frozenset[str]:
    """Those of `keys` that concern a clinic of the user's."""
    ids = clinic_ids(user)
    if ids is None or sees_every_clinic(user):
        return frozenset(keys)
    return frozenset(keys) - frozenset(_foreign([key for key in keys if key.startswith(_ROTA)], ids))


def _foreign(keys: list[str], ids: frozenset[int]) -> list[str]:
    """Those keys that are about something of another clinic; whatever is not understood is another's, too."""
    asked: dict[tuple[type[Model], str], set[int]] = defaultdict(set)
    for key in keys:
        kind, pk = _parts(key)
        if kind in _KINDS and pk:
            asked[_KINDS[kind]].add(pk)
    mine = {
        (model, pk)
        for (model, path), pks in asked.items()
        for pk in model._default_manager.filter(pk__in=pks, **{f"{path}__in": ids}).values_list("pk", flat=True)
    }
    return [key for key in keys if not _is_in(key, mine)]


def _is_in(key: str, mine: set[tuple[type[Model], int]]) -> bool:
    kind, pk = _parts(key)
    return kind in _KINDS and (_KINDS[kind][0], pk) in mine


def _parts(key: str) -> tuple[str, int]:
    _, kind, rest = [*key.split(":", 2), "", ""][:3]
    number = rest.partition(":")[0]
    return kind, int(number) if number.isdecimal() and len(number) < 19 else 0
