"""Bulk work in the admin: asked for by a form, looked at before it is started, watched while it runs, reported on."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from desk.admin.job_forms import FORMS, JobForm
from desk.admin.job_words import EXPLAINED, ICONS, ROWS, STATES, TITLES, Progress, asked
from desk.domain.words import JobKind, JobState, RowState
from desk.jobs import engine
from desk.models import Job, JobRow
from patients.admin.acts import row_of
from patients.admin.show import chip
from staff.admin.base import PageAdmin

ROWS_A_PAGE = 100
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@admin.register(Job)
class JobAdmin(PageAdmin):
    """The list of bulk work, the four forms, and the page of one job."""

    clinic_path = "clinic"
    list_display = ("shown_title", "shown_state", "shown_rows", "clinic", "asked_by", "asked_at")
    list_filter = ()
    list_select_related = ("clinic", "asked_by")
    actions = None
    ordering = ("-asked_at", "-id")
    change_list_template = "admin/desk/jobs.html"

    def get_urls(self) -> list[URLPattern]:
        """The pages of our own, before Django's."""
        view = self.admin_site.admin_view
        own = [
            path("new/<slug:kind>/", view(self.ask_view), name="desk_job_ask"),
            path("<int:object_id>/progress/", view(self.progress_view), name="desk_job_progress"),
            path("<int:object_id>/start/", view(self.start_view), name="desk_job_start"),
            path("<int:object_id>/now/", view(self.now_view), name="desk_job_now"),
            path("<int:object_id>/call-off/", view(self.call_off_view), name="desk_job_call_off"),
            path("<int:object_id>/report.csv", view(self.report_view), name="desk_job_report"),
        ]
        return own + list(super().get_urls())

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was done to many is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """With whose it is."""
        queryset: QuerySet[Job] = super().get_queryset(request)
        return queryset.select_related("clinic", "asked_by", "follows")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, under the ways to ask for more."""
        kinds = [
            (TITLES[kind], EXPLAINED[kind], ICONS[kind], reverse("admin:desk_job_ask", args=[kind.value]))
            for kind in FORMS
        ]
        context = {"title": _("Bulk work"), "kinds": kinds if self.has_add_permission(request) else []}
        response: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
        return response

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list; more is asked for by the cards above it, so it needs no button of its own."""
        changelist = super().get_changelist_instance(request)
        changelist.has_add_permission = False
        return changelist

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """What kind of work? The list says."""
        return HttpResponseRedirect(reverse("admin:desk_job_changelist"))

    def ask_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The form of one kind; taken, it becomes a job that is being checked."""
        if kind not in FORMS:
            raise Http404("There is no such work.")
        if not self.has_add_permission(request):
            raise PermissionDenied
        now, wanted = timezone.now(), JobKind(kind)
        initial = {"since": now - timedelta(days=1)}
        form = FORMS[wanted](request.POST or None, user=request.user, now=now, initial=initial)
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(reverse("admin:desk_job_change", args=[self._ask(request, wanted, form).pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": TITLES[wanted],
            "explain": EXPLAINED[wanted],
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/desk/job_ask.html", context)

    def _ask(self, request: HttpRequest, kind: JobKind, form: JobForm) -> Job:
        """The job; the same wish of the same person that is still a draft, where the form was sent twice."""
        now, clinic, wish = timezone.now(), form.cleaned_data["clinic"], form.wish()
        with transaction.atomic():
            # Locks the person's row: of two forms sent at once the second one finds the job of the first.
            person = get_user_model().objects.select_for_update().get(pk=request.user.pk or 0)
            mine = Job.objects.filter(kind=kind, clinic=clinic, asked_by=person, wish=wish)
            twin = mine.filter(state__in=[JobState.CHECKING, JobState.DRAFT], asked_at__gt=now - timedelta(minutes=2))
            job = twin.first() or Job.objects.create(
                kind=kind, clinic=clinic, wish=wish, asked_by=person, asked_at=now, due_at=now
            )
            transaction.on_commit(engine.wake, robust=True)
        return job

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One job."""
        return self._page(request, self._job(request, object_id), "admin/desk/job.html")

    def progress_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The part of the page that changes."""
        return self._page(request, self._job(request, object_id), "admin/desk/job_progress.html")

    def start_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A person has read the draft and wants it done."""
        job = self._job(request, object_id, change=True)
        if engine.start(job.pk, now=timezone.now()):
            messages.success(request, _("It has begun. You may leave this page; the work goes on."))
        else:
            messages.warning(request, _("It had begun already, or was called off."))
        return HttpResponseRedirect(reverse("admin:desk_job_change", args=[job.pk]))

    def now_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What was arranged for a day, a pause's end, is wanted at once."""
        job = self._job(request, object_id, change=True)
        if engine.hasten(job.pk, now=timezone.now()):
            messages.success(request, _("It has begun. You may leave this page; the work goes on."))
        else:
            messages.warning(request, _("It had begun already, or was called off."))
        return HttpResponseRedirect(reverse("admin:desk_job_change", args=[job.pk]))

    def call_off_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Nothing more is done."""
        job = self._job(request, object_id, change=True)
        if engine.call_off(job.pk, now=timezone.now()):
            messages.success(request, _("Called off. What was done before stays done."))
        else:
            messages.warning(request, _("It was over already."))
        return HttpResponseRedirect(reverse("admin:desk_job_change", args=[job.pk]))

    def report_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Every row and what became of it, for a spreadsheet."""
        job = self._job(request, object_id)
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="bulk-work-{job.pk}.csv"'
        out = csv.writer(response)
        out.writerow([_("No."), _("Whom it is about"), _("Before"), _("After"), _("What became of it"), _("Why")])
        for row in job.rows.order_by("position").iterator(chunk_size=1000):
            words = str(ROWS[RowState(row.state)][0])
            out.writerow([row.position, *map(_cell, (row.subject, row.before, row.after, words, row.why))])
        return response

    def _job(self, request: HttpRequest, object_id: int | str, *, change: bool = False) -> Job:
        job = row_of(self, request, str(object_id))
        if not isinstance(job, Job):
            raise Http404("There is no such work.")
        allowed = self.has_change_permission(request, job) if change else self.has_view_permission(request, job)
        if not allowed or (change and request.method != "POST"):
            raise PermissionDenied
        return job

    def _page(self, request: HttpRequest, job: Job, template: str) -> HttpResponse:
        progress = Progress.of(job)
        words, colour = STATES[JobState(job.state)]
        context = {
            **(self.admin_site.each_context(request) if template.endswith("job.html") else {}),
            "title": TITLES[JobKind(job.kind)],
            "explain": EXPLAINED[JobKind(job.kind)],
            "opts": self.opts,
            "job": job,
            "state": chip(colour, words),
            "asked": asked(job),
            "progress": progress,
            "may_act": self.has_change_permission(request, job),
            "ends": job.followed_by.first() if job.kind == JobKind.PAUSE else None,
            **_rows(request, job),
        }
        return TemplateResponse(request, template, context)

    @display(description=gettext_lazy("Work"))
    def shown_title(self, job: Job) -> str:
        """What kind it is."""
        return str(TITLES[JobKind(job.kind)])

    @display(description=gettext_lazy("State"))
    def shown_state(self, job: Job) -> str:
        """Where it stands."""
        words, colour = STATES[JobState(job.state)]
        return chip(colour, words)

    @display(description=gettext_lazy("Location"))
    def shown_rows(self, job: Job) -> str:
        """Which place."""
        return job.wish.get("location") or "–"


def _rows(request: HttpRequest, job: Job) -> dict[str, Any]:
    """A page of rows by their place, of one state where one is asked for."""
    shown = request.GET.get("rows", "")
    after = request.GET.get("after", "")
    rows: QuerySet[JobRow] = job.rows.order_by("position")
    if shown in set(RowState):
        rows = rows.filter(state=shown)
    if after.isascii() and after.isdigit() and len(after) < 9:
        rows = rows.filter(position__gt=int(after))
    found = list(rows[: ROWS_A_PAGE + 1])
    lines = [(row, chip(ROWS[RowState(row.state)][1], ROWS[RowState(row.state)][0])) for row in found[:ROWS_A_PAGE]]
    return {"lines": lines, "shown": shown, "after": found[ROWS_A_PAGE - 1].position if found[ROWS_A_PAGE:] else ""}


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
