"""What providers' codes call for, in the admin: all codes with their defaults, and what has been decided instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from messaging import codes
from messaging.admin.code_form import CodeReactionForm
from messaging.domain.reactions import Code, Reaction, in_words
from messaging.models import CodeReaction
from staff.admin.history import HistoryInWords
from staff.domain.tongue import N_

#: Where a code comes from, by how its name begins; the first that fits.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    N_("The carrier’s answers to our request"): ("1", "2", "http-"),
    N_("What the carrier says later, in receipts"): ("30",),
    N_("The mail host’s answers"): ("smtp-",),
    N_("Scheduling, and other channels"): ("",),
}
SOON = lazy("Every process follows within 30 seconds.")


@dataclass(frozen=True, slots=True)
class Line:
    """One code on the page."""

    name: str
    words: str
    default: str  # what happens by default; empty: nobody has said
    row: CodeReaction | None
    decided: str  # what happens here instead

    def answers(self, wanted: str) -> bool:
        """Whether somebody who looks for `wanted` looks for this."""
        return wanted in f"{self.name} {self.words} {self.default} {self.decided}".lower()


class Find(forms.Form):
    """Looking for a code."""

    q = forms.CharField(
        required=False,
        label=lazy("Code or words"),
        widget=UnfoldAdminTextInputWidget(
            attrs={"type": "search", "aria-label": lazy("Code or words"), "placeholder": lazy("Code or words")}
        ),
    )
    decided = forms.BooleanField(required=False, label=lazy("only what was decided here"))


@admin.register(CodeReaction)
class CodeReactionAdmin(HistoryInWords, ModelAdmin):
    """Every code on one page; deciding otherwise is a row, and taking that back deletes it."""

    form = CodeReactionForm
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """The default back."""
        view = self.admin_site.admin_view(self.put_back)
        own = path("<int:object_id>/default/", view, name="messaging_codereaction_default")
        return [own, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Another code is another decision."""
        return ("code",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:  # type: ignore[type-arg]  # noqa: FBT001, FBT002  # as Django calls it
        """The reactions by their titles."""
        form: type[ModelForm] = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[type-arg]
        if "reaction" in form.base_fields:
            field = form.base_fields["reaction"]
            field.widget = UnfoldAdminSelectWidget(choices=[(one.value, one.meaning) for one in Reaction])
            each = ((one.meaning, in_words(Code("", one))) for one in Reaction)
            field.help_text = format_html_join(SafeString("<br>"), "{}: {}.", each)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Somebody who came from a code starts with what holds for it."""
        code = request.GET.get("code", "")[:20]
        known = codes.DEFAULTS.get(code)
        if known is None:
            return {"code": code}
        return {"code": code, "reaction": known.reaction.value, "wait_seconds": known.wait, "tries": known.tries}

    def save_model(self, request: HttpRequest, obj: CodeReaction, form: Any, change: Any) -> None:
        """Keep whose decision it is."""
        obj.changed_by = request.user.get_username()
        super().save_model(request, obj, form, change)
        codes.forget()
        messages.info(request, SOON)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """All codes."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("q", "")[:50].strip().lower()
        only_decided = "decided" in request.GET
        lines = [line for line in _lines() if line.answers(wanted) and (line.row is not None or not only_decided)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Reactions to codes"),
            "opts": self.opts,
            "families": _by_family(lines),
            "find": Find({"q": wanted, "decided": only_decided}),
            "may_decide": self.has_add_permission(request),
            "may_put_back": self.has_delete_permission(request),
        }
        return TemplateResponse(request, "admin/messaging/codes.html", context)

    def put_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The default holds again."""
        row = get_object_or_404(CodeReaction, pk=object_id)
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.log_deletions(request, CodeReaction.objects.filter(pk=row.pk))
        row.delete()
        codes.forget()
        messages.success(request, _("%(code)s is back to its default. %(soon)s") % {"code": row.code, "soon": SOON})
        return HttpResponseRedirect(reverse("admin:messaging_codereaction_changelist"))


def _lines() -> list[Line]:
    rows = {row.code: row for row in CodeReaction.objects.all()}
    names = [*codes.DEFAULTS, *sorted(rows.keys() - codes.DEFAULTS.keys())]
    return [_line(name, codes.DEFAULTS.get(name), rows.get(name)) for name in names]


def _line(name: str, default: Code | None, row: CodeReaction | None) -> Line:
    decided = codes.decided(row) if row else None
    present = decided or default
    return Line(
        name=name,
        words=present.words if present else "",
        default=in_words(default) if default else "",
        row=row,
        decided=in_words(decided) if decided else "",
    )


def _by_family(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    found: dict[str, list[Line]] = {family: [] for family in FAMILIES}
    for line in sorted(lines, key=lambda line: line.name):
        family = next(title for title, heads in FAMILIES.items() if line.name.startswith(heads))
        found[family].append(line)
    return [(family, those) for family, those in found.items() if those]
