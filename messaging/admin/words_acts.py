"""What may be done to a version on its page: each deed with who may, and why somebody may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from messaging.domain.linter import Finding
from messaging.domain.words import WORDING_MOVES, WordingState
from messaging.models import WordingVersion
from messaging.words import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One step of a version's life. `do` takes the version, who does it, when, and what the form says."""

    code: str
    title: StrOrPromise
    to: WordingState
    do: Callable[[WordingVersion, User, datetime, Mapping[str, str]], WordingVersion]
    done: StrOrPromise
    reason: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A deed as the page shows it."""

    deed: Deed
    why_not: str


DEEDS: Mapping[str, Deed] = {
    deed.code: deed
    for deed in (
        Deed(
            code="review",
            title=_("I have read it: reviewed"),
            to=WordingState.REVIEWED,
            do=lambda row, by, now, data: versions.review(row, by=by, now=now, seen=data.get("seen", "")),
            done=_("is reviewed. It waits for its signature."),
        ),
        Deed(
            code="sign",
            title=_("Sign it"),
            to=WordingState.SIGNED,
            do=lambda row, by, now, _data: versions.sign(row, by=by, now=now),
            done=_("is signed. It is sent once somebody makes it active."),
        ),
        Deed(
            code="activate",
            title=_("Make it active"),
            to=WordingState.ACTIVE,
            do=lambda row, by, now, _data: versions.activate(row, by=by, now=now),
            done=_("is active: every process sends it within 30 seconds."),
        ),
        Deed(
            code="send_back",
            title=_("Send back to be written anew"),
            to=WordingState.DRAFT,
            do=lambda row, by, now, data: versions.send_back(row, by=by, now=now, reason=data.get("reason", "")),
            done=_("is a draft again."),
            reason=True,
        ),
        Deed(
            code="retire",
            title=_("Retire it"),
            to=WordingState.RETIRED,
            do=lambda row, by, now, _data: versions.retire(row, by=by, now=now),
            done=_("is retired."),
            danger=True,
        ),
    )
}


def offers(version: WordingVersion, by: User, found: list[Finding]) -> list[Offer]:
    """What may follow, and what stands against it. `found`: what the linter refuses."""
    return [
        Offer(deed=deed, why_not=versions.why_not(version, deed.to, by, found=found))
        for deed in DEEDS.values()
        if deed.to in WORDING_MOVES[WordingState(version.state)]
        and not (deed.to is WordingState.ACTIVE and version.signed_by_id is None)
    ]
