"""What staff do in a conversation: answer, close, take or hand it over. Each says what came of it, or refuses."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import reviews
from alerts.models import NurseReview
from inbox import answering, closing
from inbox.admin.forms import AnswerForm, AssignForm, CloseForm
from inbox.domain.words import Disposition
from inbox.models import Thread
from patients.domain.address import national


def _user(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)


def until(request: HttpRequest) -> int | None:
    """The last text that whoever acts had before them; what came later is not ended unseen."""
    shown = request.POST.get("until", "")
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 19 else None


def answer(thread: Thread, form: AnswerForm, request: HttpRequest, *, now: datetime) -> str:
    """Send it, and close the conversation where that was asked for."""
    data = form.cleaned_data
    try:
        sent = answering.send(thread, data["words"], to=data["to"], form=data["form"], by=_user(request), now=now)
    except answering.RefusedAnswer as error:
        raise ValidationError(str(error)) from error
    told = _("Sent to %(address)s.") % {"address": national(sent.message.address)}
    if request.POST.get("then") != "close":
        return told
    closed = closing.close(
        thread, Disposition.ANSWERED, by=_user(request), now=now, others_too=False, until=until(request)
    )
    return f"{told} {_closed_in_words(closed)}"


def close(thread: Thread, form: CloseForm, request: HttpRequest, *, now: datetime) -> tuple[str, str]:
    """End it. What to tell, and where to go on: a red flag is raised on a page of its own."""
    disposition = Disposition(form.cleaned_data["disposition"])
    if disposition is Disposition.RED_FLAG:
        return _red_flag(thread, form.cleaned_data["note"], request, now=now)
    closed = closing.close(
        thread,
        disposition,
        by=_user(request),
        now=now,
        note=form.cleaned_data["note"].strip(),
        others_too=bool(form.cleaned_data["others"]),
        until=until(request),
    )
    if not closed.texts:
        raise ValidationError(_("Nothing is open here: somebody has closed it already."))
    return _closed_in_words(closed), ""


def assign(thread: Thread, form: AssignForm) -> str:
    """Hand it over."""
    whom = form.cleaned_data["to"]
    Thread.objects.filter(pk=thread.pk).update(assigned_to=whom)
    return _("Assigned to %(who)s.") % {"who": whom.get_username()} if whom else _("Assigned to nobody.")


def _red_flag(thread: Thread, note: str, request: HttpRequest, *, now: datetime) -> tuple[str, str]:
    """Put the last open text before a nurse; whoever may raise a red flag goes on to the page that does."""
    text = thread.texts.filter(closed_at__isnull=True).select_related("inbound").order_by("-inbound_id").first()
    if text is None:
        raise ValidationError(
            _("No text is open here. Raise the red flag from a text of the patient, or phone the nurse.")
        )
    who = _user(request).get_username()
    review = reviews.ask_a_nurse(
        text.inbound,
        thread.clinic,
        thread.patient,
        why=f"{who} takes it for a red flag{f': {note}' if note else '.'}",
        shared=text.shared,
        now=now,
    )
    if review.done_at is not None:
        raise ValidationError(
            _("A nurse has read this text already (%(outcome)s). Phone her if it is worse now.")
            % {"outcome": review.outcome}
        )
    return _where_to_raise(review, request)


def _where_to_raise(review: NurseReview, request: HttpRequest) -> tuple[str, str]:
    if request.user.has_perm("alerts.change_nursereview"):
        page = reverse("admin:alerts_nursereview_raise_alert", args=[review.pk])
        return _("Say which red flag it is; nothing has been raised yet."), f"{page}?next={request.path}"
    return _("A nurse must read it within 15 minutes. If it is an emergency, phone her now."), ""


def _closed_in_words(closed: closing.Closed) -> str:
    ended = ngettext("%(count)s text closed.", "%(count)s texts closed.", closed.texts) % {"count": closed.texts}
    if not closed.with_nurse:
        return ended
    return _("%(ended)s A nurse has still to read %(with_nurse)s: that stays in the nurse’s inbox.") % {
        "ended": ended,
        "with_nurse": closed.with_nurse,
    }
