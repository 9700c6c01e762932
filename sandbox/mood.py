"""Knows how the carrier is disposed right now, and hands out turns of luck."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from sandbox.chance import happens
from sandbox.lifecycle import TEXT_ENDINGS
from sandbox.models import Mood
from sandbox.router import ALIAS

SETTABLE = tuple(field.name for field in Mood._meta.fields if field.name not in {"id", "turns"})
#: Moods that need a turn of luck; while all are zero no turn is counted, which saves a write per request.
_LUCK = tuple(name for name in SETTABLE if name.endswith("_percent"))


def current() -> Mood:
    """The mood; a friendly one when nobody has set any."""
    return Mood.objects.filter(pk=1).first() or Mood(pk=1)


def take_turn() -> Mood:
    """The mood with `turns` counted up when luck matters, so that each request has a number of its own."""
    mood = current()
    if not any(getattr(mood, name) for name in _LUCK):
        return mood
    with transaction.atomic(using=ALIAS):
        Mood.objects.filter(pk=1).update(turns=F("turns") + 1)
        return current()


def strikes(mood: Mood, name: str, *, serial: int, detail: str = "") -> bool:
    """Whether the misfortune `name` (a field without `_percent`) strikes turn `serial`."""
    return happens(getattr(mood, f"{name}_percent"), seed=mood.seed, serial=serial, what=f"{name}:{detail}")


def change(**wanted: object) -> Mood:
    """Set the named moods, leaving the others; luck starts anew. ValidationError names a wrong field."""
    unknown = sorted(set(wanted) - set(SETTABLE))
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "No such mood."))
    with transaction.atomic(using=ALIAS):
        mood = current()
        for name, value in wanted.items():
            setattr(mood, name, value)
        mood.turns = 0
        mood.full_clean(validate_unique=False, validate_constraints=False)
        if mood.final_status not in TEXT_ENDINGS:
            raise ValidationError({"final_status": f"One of {', '.join(TEXT_ENDINGS)}."})
        mood.save()
    return mood


def calm() -> Mood:
    """Everything back to friendly, phones included."""
    with transaction.atomic(using=ALIAS):
        Mood.objects.filter(pk=1).delete()
        Mood(pk=1).save(force_insert=True)
    return current()
