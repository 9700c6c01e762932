"""Trying a version out: as a phone and a mailbox show it, for somebody made up or real, and as a test to oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from messaging.admin.language_names import language_name
from messaging.domain.delivery import Channel
from messaging.models import WordingVersion
from messaging.words import previews, texts

#: Words that have versions of their own, each with its rule.
ELSEWHERE = (
    (lazy("What a red flag has the patient told: alert rules"), "alerts_alertrule_changelist"),
    (lazy("What patients are taught: warnings"), "alerts_warningrule_changelist"),
)
MAY_SEE_PATIENTS = "patients.view_patient"
MAY_TEST = ("messaging.change_wordingversion", "messaging.review_wording", "messaging.sign_wording")


def context(request: HttpRequest, version: WordingVersion, *, now: datetime) -> dict[str, Any]:
    """What the page shows. Names and numbers come by POST, so that no address of a page holds them."""
    may_look = request.user.has_perm(MAY_SEE_PATIENTS)
    asked = request.POST.get("asked", "").strip()[:80] if may_look else ""
    chosen = request.POST.get("person", "") if may_look else ""
    person = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    may_test = any(request.user.has_perm(one) for one in MAY_TEST)
    if "send" in request.POST and may_test:
        _send(request, version, person, now)
    try:
        shown = previews.previews(version, person=person, by=request.user, now=now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        person, shown = None, previews.previews(version, person=None, by=request.user, now=now)
    return {
        "version": version,
        "shown": [(language_name(one.language), one) for one in shown],
        "may_look": may_look,
        "may_test": may_test,
        "asked": asked,
        "found": previews.people(asked, request.user) if asked else [],
        "person": person,
        "keys": [
            (f"{language}-{channel.value}", f"{language_name(language)}, {channel.value}")
            for language, channel in sorted(texts.of(version))
            if channel is not Channel.VOICE
        ],
        "which": request.POST.get("which", ""),
        "address": request.POST.get("address", getattr(request.user, "email", "")),
    }


def _send(request: HttpRequest, version: WordingVersion, person: int | None, now: datetime) -> None:
    language, _unused, channel = request.POST.get("which", "").rpartition("-")
    try:
        if channel not in set(Channel):
            raise ValidationError(_("which: choose the text to send."))
        address, by = request.POST.get("address", ""), cast("User", request.user)
        previews.send_test(version, (language, Channel(channel)), address, person=person, by=by, now=now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The test is on its way. It says TEST in front and counts as nobody’s message."))
