"""A form sent twice is taken once: the second sending leads to what the first one made."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import SentForm

#: The hidden field, drawn when the form is shown.
FIELD = "form_key"
#: So long after it was taken, a form is known again.
KEPT = timedelta(days=2)
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST_PATH = 200
_UNTOLD = frozenset({FIELD, "csrfmiddlewaretoken"})


def draw() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """What `answer` makes of a posted form; for one that was taken already, the way to what it made.

    The key is stored in one transaction with what the form makes, so of two clicks at once the second waits for the
    first. What was typed counts as part of the key: who goes back and changes something has sent another form.
    A form that is shown again, with errors or a question, was not taken.
    """
    drawn = request.POST.get(FIELD, "")
    if request.method != "POST" or not request.user.is_authenticated or not _SHAPE.fullmatch(drawn):
        return answer()
    key = _key(request)
    with transaction.atomic():
        if not _first(key, request):
            return _led_back(key, request)
        response = answer()
        if transaction.get_connection().needs_rollback:
            return response
        rows = SentForm.objects.filter(pk=key)
        if response.status_code in (301, 302, 303):
            rows.update(leads_to=_path(response))
        else:
            rows.delete()
        return response


def _first(key: str, request: HttpRequest) -> bool:
    """Whether nobody has sent it. Waits for somebody who is sending it now."""
    try:
        with transaction.atomic():
            SentForm.objects.create(
                pk=key, user_id=int(request.user.pk or 0), at=timezone.now(), leads_to=request.path[:200]
            )
    except IntegrityError:
        return False
    return True


def _led_back(key: str, request: HttpRequest) -> HttpResponse:
    taken = SentForm.objects.get(pk=key)
    messages.info(request, _("This form was sent twice. It was taken the first time, and nothing was done again."))
    return HttpResponseRedirect(taken.leads_to)


def _key(request: HttpRequest) -> str:
    """Of whoever sent it, the drawn key and what was typed; buttons and names of our own say nothing about that."""
    digest = hashlib.sha256(repr((request.user.pk, request.path, request.POST[FIELD])).encode())
    for name in sorted(set(request.POST) - _UNTOLD):
        if not name.startswith("_"):
            digest.update(repr((name, request.POST.getlist(name))).encode())
    for name, file in sorted(request.FILES.items()):
        digest.update(repr((name, getattr(file, "name", ""), getattr(file, "size", 0))).encode())
    return digest.hexdigest()[:40]


def _path(response: HttpResponse) -> str:
    """Where it leads; a long tail of filters is left off."""
    whole: str = response["Location"]
    return whole if len(whole) <= _LONGEST_PATH else whole.partition("?")[0][:_LONGEST_PATH]


def forget(*, now: datetime) -> int:
    """Forget the forms that were taken long ago; how many."""
    gone, _each = SentForm.objects.filter(at__lt=now - KEPT).delete()
    return gone


class SentOnce:
    """For admin pages: their forms are taken once."""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The page that adds a row."""
        add = super().add_view  # type: ignore[misc]
        return once(request, lambda: cast(HttpResponse, add(request, form_url, extra_context)))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page that changes one."""
        change = super().change_view  # type: ignore[misc]
        return once(request, lambda: cast(HttpResponse, change(request, object_id, form_url, extra_context)))
