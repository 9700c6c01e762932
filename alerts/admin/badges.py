"""The figures of red flags in the sidebar."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.admin.board_rows import open_alerts
from alerts.models import NurseReview
from staff.scope import within


def open_red_flags(request: HttpRequest) -> str:
    """How many red flags are open."""
    return str(within(open_alerts(), request.user, "clinic").count())


def open_texts(request: HttpRequest) -> str:
    """How many texts wait in the nurse's inbox; those overdue are told apart."""
    waiting = within(NurseReview.objects.filter(done_at__isnull=True), request.user, "clinic")
    late = waiting.filter(due_at__lt=timezone.now()).count()
    count = waiting.count()
    return _("%(count)s, %(late)s late") % {"count": count, "late": late} if late else str(count)
