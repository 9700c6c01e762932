"""The figure of the inbox in the sidebar."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import ledger


def waiting(request: HttpRequest) -> str:
    """How many conversations wait for a person; those past their time are told apart."""
    count = ledger.waiting()[: ledger.MOST].count()
    late = ledger.late(now=timezone.now())[: ledger.MOST].count()
    shown = f"{count - 1}+" if count == ledger.MOST else str(count)
    return _("%(shown)s, %(late)s late") % {"shown": shown, "late": late} if late else shown
