"""Wordings in the admin: every template and what is sent, a page for each, and for each of its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from messaging import linter
from messaging.admin import words_acts, words_boxes, words_tries
from messaging.domain.linter import Key, Text
from messaging.domain.words import WordingState
from messaging.models import Message, WordingVersion
from messaging.words import files, listing, previews, texts, trail, versions
from staff.admin.history import HistoryInWords

#: State → the colour of its chip, and what it waits for.
STATES = {
    WordingState.DRAFT: ("warning", lazy("draft"), lazy("waits for somebody else to read it")),
    WordingState.REVIEWED: ("info", lazy("reviewed"), lazy("waits for the signature of a third person")),
    WordingState.SIGNED: ("info", lazy("signed"), lazy("waits to be made active")),
    WordingState.ACTIVE: ("ok", lazy("active"), lazy("is sent now")),
    WordingState.RETIRED: ("gone", lazy("retired"), lazy("is not sent")),
}
MOST_MESSAGES = 5


@admin.register(WordingVersion)
class WordingVersionAdmin(HistoryInWords, ModelAdmin):
    """The list of wordings, the page of one, and the page of one of its versions."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Begun on the page of its template."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Messages name it; it is retired instead."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Pages of templates, and what is done to a version."""
        view, name = self.admin_site.admin_view, "messaging_wordingversion_{}".format
        own = [
            path("of/<slug:template>/", view(self.template_page), name=name("of")),
            path("of/<slug:template>/begin/", view(require_POST(self.begin)), name=name("begin")),
            path("of/<slug:template>/findings/", view(require_POST(self.findings)), name=name("findings")),
            path("<int:object_id>/write/", view(require_POST(self.write)), name=name("write")),
            path("<int:object_id>/load/", view(require_POST(self.load)), name=name("load")),
            path("<int:object_id>/do/<slug:code>/", view(require_POST(self.do)), name=name("do")),
            path("<int:object_id>/files/", view(self.files), name=name("files")),
            path("<int:object_id>/preview/", view(self.preview), name=name("preview")),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Every wording."""
        self._look(request)
        context = self._context(request, _("Wordings")) | {
            "groups": listing.groups(),
            "states": STATES,
            "elsewhere": [
                (title, reverse(f"admin:{view}")) for title, view in words_tries.ELSEWHERE if _may_see(request, view)
            ],
        }
        return TemplateResponse(request, "admin/messaging/words_list.html", context)

    def template_page(self, request: HttpRequest, template: str) -> HttpResponse:
        """What is sent under one name now, and every version of it."""
        self._look(request)
        rows = list(WordingVersion.objects.filter(name=template).select_related("made_by", "reviewed_by", "signed_by"))
        if not rows and not versions.may_be_named(template):
            raise Http404(_("There is no such template."))
        words = linter.texts_of(template)
        context = self._context(request, template) | {
            "name": template,
            "now": listing.in_force(template, words),
            "rows": [row for row in words_boxes.rows(template, words, {}) if row.is_used],
            "versions": [(row, STATES[WordingState(row.state)]) for row in rows],
            "standing": next((row for row in rows if row.state == WordingState.DRAFT), None),
            "may_write": request.user.has_perm(versions.WRITE),
            "branches": [] if template.endswith(versions.BRANCHES) else [template + end for end in versions.BRANCHES],
        }
        return TemplateResponse(request, "admin/messaging/words_template.html", context)

    def begin(self, request: HttpRequest, template: str) -> HttpResponse:
        """A new draft."""
        try:
            version = versions.draft(template, by=_person(request), now=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(reverse("admin:messaging_wordingversion_of", args=[template]))
        return HttpResponseRedirect(_page(version))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one version."""
        self._look(request)
        version = self._version(int(object_id) if str(object_id).isdigit() else 0)
        return self._show(request, version, texts.of(version), note=version.note)

    def write(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keep what was typed; what cannot be kept stays in its boxes."""
        version = self._version(object_id)
        typed, note = words_boxes.typed(request.POST), request.POST.get("note", "").strip()[:300]
        try:
            seen = request.POST.get("seen", "")
            versions.write(version, typed, by=_person(request), now=timezone.now(), seen=seen, note=note)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self._show(request, self._version(object_id), typed, note=note, status=400)
        messages.success(request, _("Version %(number)s is kept as a draft.") % {"number": version.number})
        return HttpResponseRedirect(_page(version))

    def load(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Words from files, laid over those of a draft."""
        version, upload = self._version(object_id), request.FILES.get("file")
        try:
            if upload is None:
                raise ValidationError(_("file: choose one, or an archive of them."))
            if (upload.size or 0) > files.MOST_BYTES * 8:
                raise ValidationError(
                    _("file: %(size)s bytes are more than wordings ever have.") % {"size": upload.size}
                )
            own = texts.of(version)
            words = own | files.from_upload(version.name, upload.name or "", upload.read())
            person, seen = _person(request), texts.seal(own)
            versions.write(version, words, by=person, now=timezone.now(), seen=seen, note=version.note)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(
                request,
                _("The words of %(name)s are in version %(number)s.") % {"name": upload.name, "number": version.number},
            )
        return HttpResponseRedirect(_page(version))

    def findings(self, request: HttpRequest, template: str) -> JsonResponse:
        """What the linter says while somebody types."""
        self._look(request)
        return words_boxes.findings_page(request, template)

    def do(self, request: HttpRequest, object_id: int, code: str) -> HttpResponse:
        """One step of its life."""
        deed, version = words_acts.DEEDS.get(code), self._version(object_id)
        if deed is None:
            raise Http404(_("There is no such deed."))
        try:
            deed.do(version, _person(request), timezone.now(), request.POST)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(
                request,
                _("Version %(number)s of “%(name)s” %(done)s")
                % {"number": version.number, "name": version.name, "done": deed.done},
            )
        return HttpResponseRedirect(_page(version))

    def files(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The version as files, for git."""
        self._look(request)
        version = self._version(object_id)
        content = files.as_zip(version.name, texts.of(version))
        response = HttpResponse(content, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{version.name}.v{version.number}.zip"'
        return response

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """As people would see it, and a test to one's own phone."""
        self._look(request)
        version = self._version(object_id)
        context = self._context(
            request, _("%(name)s: version %(number)s as it arrives") % {"name": version.name, "number": version.number}
        )
        context |= words_tries.context(request, version, now=timezone.now())
        return TemplateResponse(request, "admin/messaging/words_preview.html", context)

    def _show(
        self, request: HttpRequest, version: WordingVersion, words: Mapping[Key, Text], *, note: str, status: int = 200
    ) -> HttpResponse:
        compared, before = texts.before(version)
        rows, kept = words_boxes.rows(version.name, words, before), texts.of(version)
        refused = [one for row in rows for box in row.boxes for one in box.findings if one.refuses]
        may_write = version.state == WordingState.DRAFT and request.user.has_perm(versions.WRITE)
        context = self._context(
            request, _("%(name)s: version %(number)s") % {"name": version.name, "number": version.number}
        ) | {
            "version": version,
            "state": STATES[WordingState(version.state)],
            "rows": rows if may_write else [row for row in rows if row.is_used],
            "compared": compared,
            "refused": refused,
            "blanks": previews.blanks(),
            "note": note,
            "seen": texts.seal(kept),
            "may_write": may_write,
            "offers": words_acts.offers(version, _person(request), refused),
            "trail": trail.steps(version),
            "sent": _sent(version),
        }
        return TemplateResponse(request, "admin/messaging/words_version.html", context, status=status)

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}

    def _look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _version(self, object_id: int) -> WordingVersion:
        return get_object_or_404(
            WordingVersion.objects.select_related("made_by", "reviewed_by", "signed_by"), pk=object_id
        )


def _sent(version: WordingVersion) -> list[Message]:
    """The latest messages that were made of it, among the latest of all."""
    newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = Message.objects.filter(pk__gt=newest - listing.LOOKED_AT, template=version.name)
    return list(rows.filter(template_version=str(version.number)).order_by("-pk")[:MOST_MESSAGES])


def _page(version: WordingVersion) -> str:
    return reverse("admin:messaging_wordingversion_change", args=[version.pk])


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _may_see(request: HttpRequest, view: str) -> bool:
    app, model, _unused = view.split("_", 2)
    return bool(request.user.has_perm(f"{app}.view_{model}"))
