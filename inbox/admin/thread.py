"""The inbox: who waits for a person, and each conversation with what can be done in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.admin import acts, page, rows
from inbox.admin.forms import AnswerForm, AssignForm, CloseForm
from inbox.answering import ways
from inbox.closing import catch_up
from inbox.models import Thread
from patients.admin.acts import row_of
from patients.models import Clinic
from staff.admin.base import PageAdmin
from staff.admin.search import taken, words_of
from staff.looks import note
from staff.scope import within


@admin.register(Thread)
class ThreadAdmin(PageAdmin):
    """Conversations begin by themselves; nothing that was said is edited."""

    clinic_path = "clinic"
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Texts begin conversations."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was said is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Thread]:
        """With whose it is."""
        queryset: QuerySet[Thread] = super().get_queryset(request)
        return queryset.select_related("patient__clinic", "clinic", "assigned_to")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Who waits, the longest first; its live part alone where a browser that shows it already asks again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        searched = taken(request)
        if searched is not None:
            return searched
        now, asked = timezone.now(), rows.Asked.of(request.GET, search=words_of(request))
        own = within(Clinic.objects.order_by("name"), request.user, "pk")
        threads, after = rows.page(asked, request.user)
        found = rows.rows(threads, now=now)
        live = "live" in request.GET
        context = {
            **({} if live else self.admin_site.each_context(request)),
            "title": _("Inbox"),
            "opts": self.opts,
            "asked": asked,
            "shown": rows.SHOWN,
            "clinics": [] if live else list(own.values_list("pk", "name")),
            "rows": found,
            "after": after,
            "place": request.GET.get("after", ""),
            "signature": rows.signature(found),
            "waiting": sum(1 for row in found if row.thread.waiting_since),
            "as_of": now,
        }
        return _fresh(TemplateResponse(request, f"admin/inbox/threads{'_live' if live else ''}.html", context))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One conversation, and what can be done in it."""
        thread = row_of(self, request, object_id)
        if not isinstance(thread, Thread):
            raise Http404(_("There is no such conversation."))
        if not self.has_view_permission(request, thread):
            raise PermissionDenied
        now, may_act = timezone.now(), self.has_change_permission(request, thread)
        forms_ = self._forms(thread, None, "")
        if request.method == "POST":
            if not may_act:
                raise PermissionDenied
            answer = self._do(request, thread, forms_, now=now)
            if answer is not None:
                return answer
        elif may_act:
            _look(thread, now=now)
        live = "live" in request.GET
        if not live:
            note(request, thread.patient, page="thread")
        context = {
            **({} if live else self.admin_site.each_context(request)),
            "opts": self.opts,
            "may_act": may_act,
            "forms": forms_,
            "form": forms_.get(request.POST.get("act", "")),
            "title": rows.whose(thread),
            **(page.live(thread, everything="all" in request.GET, now=now)),
            **({} if live else page.around(thread, request.user, now=now)),
        }
        return _fresh(TemplateResponse(request, f"admin/inbox/thread{'_live' if live else ''}.html", context))

    def _forms(self, thread: Thread, data: Any, act: str) -> dict[str, forms.Form]:
        fresh = {"to": thread.assigned_to_id}
        return {
            "answer": AnswerForm(data if act == "answer" else None, ways=ways(thread), initial=AnswerForm.fresh()),
            "close": CloseForm(data if act == "close" else None),
            "assign": AssignForm(data if act == "assign" else None, clinic=thread.clinic_id, initial=fresh),
        }

    def _do(
        self, request: HttpRequest, thread: Thread, shown: dict[str, forms.Form], *, now: datetime
    ) -> HttpResponse | None:
        """Do what was asked; None where the form has to be shown again, with what was typed."""
        act = request.POST.get("act", "")
        if act not in shown:
            return HttpResponseRedirect(request.path)
        shown.update(self._forms(thread, request.POST, act))
        form = shown[act]
        if not form.is_valid():
            return None
        try:
            with transaction.atomic():
                told, onward = _done(thread, act, form, request, now=now)
                self.log_change(request, thread, told)
        except ValidationError as error:
            form.add_error(None, error)
            if act == "answer":
                # Sent again it is another message: this one never left.
                sent = request.POST.copy()
                sent["form"] = str(AnswerForm.fresh()["form"])
                form.data = sent
            return None
        messages.success(request, told)
        return HttpResponseRedirect(onward or request.path)


def _done(thread: Thread, act: str, form: forms.Form, request: HttpRequest, *, now: datetime) -> tuple[str, str]:
    match act:
        case "answer":
            return acts.answer(thread, cast("AnswerForm", form), request, now=now), ""
        case "close":
            return acts.close(thread, cast("CloseForm", form), request, now=now)
    return acts.assign(thread, cast("AssignForm", form)), ""


def _look(thread: Thread, *, now: datetime) -> None:
    """Somebody looks: nothing is unread any more, and what was done elsewhere is known here."""
    waiting = thread.texts.filter(closed_at__isnull=True, needs_person=True).select_related("thread")
    if catch_up(waiting, now=now):
        thread.refresh_from_db(fields=["waiting_since", "due_at", "unread"])
    if thread.unread:
        # Only what was shown: a text of this very moment stays unread.
        Thread.objects.filter(pk=thread.pk, unread=thread.unread).update(unread=0)


def _fresh(response: TemplateResponse) -> TemplateResponse:
    response["Cache-Control"] = "no-store"
    return response
