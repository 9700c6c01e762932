"""What came between the showing of a form and its sending: field by field, from what to what, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, cast

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from staff.trace import Trace

#: The name of the choice beside a field, before the field's own.
TAKE = "_take:"
_LOOKED_THROUGH = 40


class Shown(TypedDict):
    """What a form held: its fields, and the rows beneath it by prefix and key."""

    form: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that somebody else changed. `choice`: the name of the choice between hers and theirs, where simple."""

    label: str
    was: str
    now: str
    typed: str
    who: str = ""
    at: datetime | None = None
    choice: str = ""
    touched: bool = False


def values_of_form(form: Any) -> dict[str, Any]:
    """What the fields of a form hold that nobody has filled in yet, as plain values."""
    return {bound.name: _plain(bound.field.prepare_value(bound.initial)) for bound in form}


def values_of_rows(formset: Any) -> dict[str, dict[str, Any]]:
    """What the rows of a formset hold, by their keys."""
    rows = {str(form.instance.pk): values_of_form(form) for form in formset.initial_forms if form.instance.pk}
    for values in rows.values():
        values.pop("DELETE", None)
    return rows


def _plain(value: Any) -> Any:
    if value is None or value == "":
        return ""
    if isinstance(value, list | tuple | set):
        return [str(each) for each in value]
    return str(value.pk if isinstance(value, Model) else value)


def changes(obj: Model, form: Any, typed: QueryDict, shown: Shown, now: Shown) -> list[Change]:
    """What differs between `shown` and `now`, but for what she has typed in the same way herself."""
    return [*_of_fields(obj, form, typed, shown["form"], now["form"]), *_of_rows(obj, shown["rows"], now["rows"])]


def _of_fields(
    obj: Model, form: Any, typed: QueryDict, shown: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[Change]:
    traces = None
    for name, field in form.fields.items():
        was, is_now = shown.get(name, ""), now.get(name, "")
        mine = _read(field, form.add_prefix(name), typed)
        if name not in shown or was == is_now or _same(field, mine, is_now):
            continue
        traces = _traces(obj) if traces is None else traces
        who, at = _author(traces, name)
        yield Change(
            label=str(form[name].label),
            was=_words(field, was),
            now=_words(field, is_now),
            typed=_words(field, mine),
            who=who,
            at=at,
            choice=f"{TAKE}{name}" if _is_simple(field) else "",
            touched=not _same(field, mine, was),
        )


def _of_rows(
    obj: Model, shown: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> Iterator[Change]:
    for prefix, rows in now.items():
        if prefix not in shown:
            continue
        before = shown[prefix]
        for pk in dict.fromkeys([*before, *rows]):
            was, is_now = before.get(pk), rows.get(pk)
            if was != is_now:
                label = _("A row of “%(rows)s”") % {"rows": _heading(obj, prefix)}
                yield Change(label=label, was=_row_words(was, is_now), now=_row_words(is_now, was), typed="")


def _heading(obj: Model, prefix: str) -> str:
    for relation in obj._meta.related_objects:
        if relation.get_accessor_name() == prefix and relation.related_model is not None:
            return str(relation.related_model._meta.verbose_name_plural)
    return prefix


def _row_words(row: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
    """What a row says; of one that is there on both sides, only what differs."""
    if row is None:
        return _("not there")
    told = [(name, value) for name, value in row.items() if value and (other is None or other.get(name) != value)]
    return ", ".join(f"{name}: {value}" for name, value in told if name not in ("id",)) or "–"


def take_theirs(form: Any, typed: QueryDict, now: Shown) -> QueryDict:
    """What was typed, with the fields in which she took what somebody else had saved."""
    taken = typed.copy()
    for name, field in form.fields.items():
        if typed.get(f"{TAKE}{name}") == "theirs" and _is_simple(field):
            value, key = now["form"].get(name, ""), form.add_prefix(name)
            if isinstance(field, forms.BooleanField):
                taken.pop(key, None)
                if value == "True":
                    taken[key] = "on"
            elif isinstance(value, list):
                taken.setlist(key, value)
            else:
                taken[key] = value
        taken.pop(f"{TAKE}{name}", None)
    return taken


def _is_simple(field: Any) -> bool:
    return not isinstance(field.widget, forms.MultiWidget) and not field.disabled


def _read(field: Any, key: str, typed: QueryDict) -> Any:
    return _plain(field.widget.value_from_datadict(typed, {}, key))


def _same(field: Any, one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same, however they are written."""
    if one == other:
        return True
    try:
        return bool(field.to_python(one) == field.to_python(other))
    except (ValidationError, ValueError, TypeError, AttributeError):
        return False


def _words(field: Any, value: Any) -> str:
    """A value as it reads in the form."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value in ("True", "on") else _("no")
    if isinstance(value, list):
        return ", ".join(value) or "–"
    if isinstance(field, forms.ModelChoiceField):
        try:
            chosen = field.to_python(value)
        except ValidationError:
            chosen = None
        return str(chosen) if chosen is not None else "–"
    return str(_labels(field).get(value, value)) or "–"


def _labels(field: Any) -> dict[Any, Any]:
    """The words of a plain list of choices."""
    choices: list[Any] = list(cast("Any", field.choices)) if isinstance(field, forms.ChoiceField) else []
    return {} if any(isinstance(label, list | tuple) for _value, label in choices) else dict(choices)


def _traces(obj: Model) -> list[Trace]:
    content_type = ContentType.objects.get_for_model(obj)
    rows = Trace.objects.filter(content_type=content_type, object_id=obj.pk).exclude(action=Trace.Action.ACCESS)
    return list(rows.select_related("actor").order_by("-id")[:_LOOKED_THROUGH])


def _author(traces: list[Trace], name: str) -> tuple[str, datetime | None]:
    """Who changed a field last, and when, as far as the trace knows."""
    for trace in traces:
        if name in (trace.changes or {}):
            return (trace.actor.get_full_name() or trace.actor.get_username() if trace.actor else ""), trace.timestamp
    return "", None
