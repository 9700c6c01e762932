"""Putting a change back: only fields that stand for themselves, only while they are still what the change made them."""

from __future__ import annotations

from typing import Any

from auditlog.diff import get_field_value, is_primitive
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.encoding import smart_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from staff.trace import Trace


def may_be_put_back(trace: Trace) -> bool:
    """Whether this change is of a kind that one press may put back."""
    kind = trace.content_type.model_class()
    if trace.action != Trace.Action.UPDATE or kind is None or not trace.changes:
        return False
    return set(trace.changes) <= set(settings.TRACE_PUT_BACK.get(kind._meta.label_lower, ()))


@transaction.atomic
def put_back(trace: Trace) -> Model:
    """The row as it was before `trace`, checked and saved as if it had been typed.

    ValidationError where it is not safe: the change is of another kind, the row is gone, somebody has changed it
    since, or the old value would not be taken today.
    """
    if not may_be_put_back(trace):
        raise ValidationError(_("This change cannot be put back by itself; change it on its own page."))
    kind: Any = trace.content_type.model_class()
    row = kind._default_manager.select_for_update().filter(pk=trace.object_id).first()
    if row is None:
        raise ValidationError(_("The row that was changed is not there any more."))
    for name, (before, after) in trace.changes.items():
        field = kind._meta.get_field(name)
        if _stored(row, field) != after:
            raise ValidationError(
                _("“%(field)s” was changed again since; what it was before that is not put back.")
                % {"field": capfirst(field.verbose_name)}
            )
        setattr(row, name, field.to_python(before) if before is not None else None)
    row.full_clean()
    row.save()
    found: Model = row
    return found


def _stored(row: Model, field: Any) -> Any:
    """The value of a field as a trace would write it."""
    value = get_field_value(row, field, use_json_for_changes=True)
    return value if is_primitive(value) else smart_str(value)
