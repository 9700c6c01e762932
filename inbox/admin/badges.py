"""The figure of the inbox in the sidebar."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import ledger
from staff.scope import within


def waiting(request: HttpRequest) -> str:
    """How many conversations wait for a person; those past their time are told apart."""
    count = within(ledger.waiting(), request.user, "clinic")[: ledger.MOST].count()
    late = within(ledger.late(now=timezone.now()), request.user, "clinic")[: ledger.MOST].count()
    shown = f"{count - 1}+" if count == ledger.MOST else str(count)
    return _("%(shown)s, %(late)s late") % {"shown": shown, "late": late} if late else shown
