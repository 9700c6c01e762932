"""What a trace says to a reader: who, and each field before and after, in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, ForeignKey
from django.utils import formats, timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from staff.trace import Trace

LONGEST = 240
NOTHING = "–"
#: Fields that say nothing about what somebody did.
_SILENT = frozenset({"id", "created_at", "since", "uuid", "clinic"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
#: The plain word that a look carries → what it was.
LOOKS: Mapping[str, Any] = {
    "patient": lazy("Looked at the patient’s page"),
    "alert": lazy("Looked at a red flag"),
    "thread": lazy("Looked at the conversation"),
    "visit": lazy("Looked at a visit"),
    "schedule": lazy("Looked at a schedule"),
    "plannedreminder": lazy("Looked at a planned reminder"),
    "message": lazy("Looked at a message"),
    "inboundmessage": lazy("Looked at a text that came in"),
    "history": lazy("Looked at the history"),
    "signed-in": lazy("Signed in"),
    "recovery-code": lazy("Signed in with a recovery code"),
    "second-factor-reset": lazy("Reset the second step"),
    "export": lazy("Took data away as a file"),
}
DOORS: Mapping[str, Any] = {
    "patient": lazy("The patient’s own page"),
    "nurse": lazy("The nurse’s own page"),
    "message": lazy("A message that came in"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what it is called, what it was, what it became."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """A trace in words."""

    trace: Trace
    who: str
    what: str
    changes: Sequence[Change]


def tell(traces: Iterable[Trace]) -> list[Told]:
    """Each trace in words; the names behind ids are read once for all of them."""
    rows = list(traces)
    names = _names(rows)
    return [Told(row, who(row), what(row), _changes(row, names)) for row in rows]


def who(trace: Trace) -> str:
    """Who it was: a person, a door that needs no signing in, or the product by itself."""
    if trace.actor is not None:
        return str(trace.actor.get_full_name() or trace.actor.get_username())
    return str(DOORS.get(trace.door) or _("The system"))


def what(trace: Trace) -> str:
    """What was done, without the fields."""
    if trace.action == Trace.Action.ACCESS:
        return str(LOOKS.get(trace.page) or _("Looked at: %(page)s") % {"page": trace.page})
    kind = trace.content_type.model_class()
    of = {"kind": str(kind._meta.verbose_name) if kind else trace.content_type.model, "row": trace.object_repr}
    if trace.action == Trace.Action.CREATE:
        return _("Added %(kind)s: %(row)s") % of
    if trace.action == Trace.Action.DELETE:
        return _("Removed %(kind)s: %(row)s") % of
    return _("Changed %(kind)s: %(row)s") % of


def _changes(trace: Trace, names: Mapping[tuple[Any, str], str]) -> list[Change]:
    kind = trace.content_type.model_class()
    if trace.action == Trace.Action.ACCESS or kind is None:
        return []
    told = []
    for name, change in sorted((trace.changes or {}).items()):
        field = _field(kind, name)
        called = capfirst(str(field.verbose_name)) if field is not None else name
        if isinstance(change, dict):
            told.append(_set(called, change))
        elif name not in _SILENT or trace.action == Trace.Action.UPDATE:
            before, after = (_value(field, value, names) for value in change)
            if trace.action == Trace.Action.UPDATE or (before, after) != (NOTHING, NOTHING):
                told.append(Change(called, before, after))
    return told


def _set(called: str, change: Mapping[str, Any]) -> Change:
    """What came into a set, or left it."""
    rows = ", ".join(map(str, change.get("objects", ())))
    return Change(called, "", rows) if change.get("operation") == "add" else Change(called, rows, NOTHING)


def _value(field: Any, value: Any, names: Mapping[tuple[Any, str], str]) -> str:
    if value is None or value in ("", "None", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, str(value)), str(value))
    if isinstance(value, list) and all(isinstance(each, (str, int)) for each in value):
        return Truncator(", ".join(map(str, value))).chars(LONGEST)
    if isinstance(value, (list, dict)):
        return _("(%(parts)s parts)") % {"parts": len(value)}
    return Truncator(_moment(field, str(value))).chars(LONGEST)


def _moment(field: Any, value: str) -> str:
    """Days and times as this person's language writes them; what is none stays as it is."""
    if field is None or field.get_internal_type() not in ("DateField", "DateTimeField", "TimeField"):
        return value
    try:
        found = field.to_python(value + "Z" if _MOMENT.match(value) and value[-1] not in "Zz" else value)
    except (ValidationError, ValueError):
        return value
    return str(formats.localize(timezone.localtime(found) if isinstance(found, datetime) else found))


def _names(traces: Iterable[Trace]) -> dict[tuple[Any, str], str]:
    """(model, id) → what the row is called now, for every relation in `traces`: one query a model."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for trace in traces:
        kind = trace.content_type.model_class()
        for name, change in (trace.changes or {}).items() if kind is not None else ():
            field = _field(kind, name)
            if isinstance(field, ForeignKey) and isinstance(change, list):
                wanted[field.related_model].update(value for value in change if isinstance(value, int))
    return {
        (model, str(pk)): str(row)
        for model, ids in wanted.items()
        for pk, row in model._default_manager.in_bulk(sorted(ids)).items()
    }


def _field(kind: Any, name: str) -> Field[Any, Any] | None:
    try:
        found: Field[Any, Any] = kind._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found
