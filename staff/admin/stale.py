"""Two people editing one row: whoever saves second is told what the first one changed, and loses nothing she typed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core import signing
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict

from staff.admin.meanwhile import Change, Shown, changes, take_theirs, values_of_form, values_of_rows

#: The hidden field: what the form held when it was shown, signed.
FIELD = "shown_values"
_SALT = "staff.admin.stale"
_LOADED, _HELD = "_values_now", "_held_back"


class NothingOverwritten:
    """For admin pages: a form that is older than its row is not saved, but shown again with what came between."""

    opts: Any
    inlines: Any
    get_object: Callable[..., Any]
    has_change_permission: Callable[..., bool]
    get_formsets_with_inlines: Callable[..., Any]
    _create_formsets: Callable[..., Any]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page that changes a row; two who save at once take turns."""
        change = super().change_view  # type: ignore[misc]
        if request.method != "POST" or FIELD not in request.POST:
            return cast(HttpResponse, change(request, object_id, form_url, extra_context))
        with transaction.atomic():
            found = self._meanwhile(request, object_id)
            context = dict(extra_context or {}) | ({"meanwhile": found} if found else {})
            return cast(HttpResponse, change(request, object_id, form_url, context))

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The form; one that is older than its row shows what was typed and is never saved."""
        form = super().get_form(request, obj, *args, **kwargs)  # type: ignore[misc]
        return type(form.__name__, (form,), {"is_valid": _never}) if getattr(request, _HELD, False) else form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, with what it shows noted in it."""
        obj = kwargs.get("obj")
        if obj is not None and context.get("adminform") is not None and self.has_change_permission(request, obj):
            shown = getattr(request, _LOADED, None) or _of_context(context)
            context |= {"shown_values_name": FIELD, "shown_values": _sealed(obj, shown)}
        return cast(HttpResponse, super().render_change_form(request, context, *args, **kwargs))  # type: ignore[misc]

    def _meanwhile(self, request: HttpRequest, object_id: str) -> list[Change]:
        """What somebody else has changed since the form was shown; the form is held back where there is anything."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_change_permission(request, obj):
            return []
        # Locked, so that the second of two waits here and then sees what the first has saved.
        type(obj)._default_manager.select_for_update().filter(pk=obj.pk).first()
        obj = self.get_object(request, object_id)
        form, shown_now = self._as_it_is(request, obj)
        setattr(request, _LOADED, shown_now)
        shown = _unsealed(obj, request.POST[FIELD])
        if shown is None:
            return []
        request.POST = take_theirs(form, request.POST, shown_now)  # type: ignore[assignment]
        found = changes(obj, form, request.POST, shown, shown_now)
        if found:
            setattr(request, _HELD, True)
        return found

    def _as_it_is(self, request: HttpRequest, obj: Model) -> tuple[Any, Shown]:
        """The form as it would be shown now, and what it would hold."""
        asked = copy.copy(request)
        asked.method = "GET"
        asked.POST = QueryDict()
        form = self.get_form(asked, obj, change=True)(instance=obj)
        formsets, inlines = self._create_formsets(asked, obj, change=True)
        rows: dict[str, Mapping[str, Any]] = {}
        for formset, inline in zip(formsets, inlines, strict=True):
            if inline.has_change_permission(asked, obj):
                rows[formset.prefix] = values_of_rows(formset)
        return form, {"form": values_of_form(form), "rows": rows}


def _of_context(context: Mapping[str, Any]) -> Shown:
    """What a page that is shown for the first time holds."""
    rows = {
        inline.formset.prefix: values_of_rows(inline.formset)
        for inline in context.get("inline_admin_formsets") or ()
        if inline.has_change_permission
    }
    return {"form": values_of_form(context["adminform"].form), "rows": rows}


def _sealed(obj: Model, shown: Shown) -> str:
    return signing.dumps([obj._meta.label_lower, str(obj.pk), shown], salt=_SALT, compress=True)


def _unsealed(obj: Model, sealed: str) -> Shown | None:
    """What was shown; None where it is not of this row, or not ours."""
    try:
        label, pk, shown = signing.loads(sealed, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return cast(Shown, shown) if (label, pk) == (obj._meta.label_lower, str(obj.pk)) else None


def _never(form: Any) -> bool:
    return False
