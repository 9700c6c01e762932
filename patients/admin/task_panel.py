"""The open tasks of one patient, on that patient's page."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.admin.clock import clock
from patients.models import Patient
from patients.panels import Panel


def open_tasks(patient: Patient, now: datetime) -> Panel | None:
    """What somebody has to do for this patient; no panel when there is nothing."""
    tasks = list(patient.tasks.filter(done_at__isnull=True))
    if not tasks:
        return None
    rows = [(task, clock(task.opened_at, patient.clinic.zone)) for task in tasks]
    return Panel(
        key="tasks",
        title=_("Open tasks"),
        template="admin/patients/panel_tasks.html",
        context={"rows": rows},
        summary=ngettext("%(count)s open task", "%(count)s open tasks", len(tasks)) % {"count": len(tasks)},
    )
