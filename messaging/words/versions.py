"""The life of a version: drafted, read by another, signed by a third, made active; each step says why it refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from messaging import linter, wordings
from messaging.domain.linter import Finding, Key, Text
from messaging.domain.words import WORDING_MOVES, WordingState
from messaging.models import WordingVersion
from messaging.words import active, texts, trail

WRITE = "messaging.change_wordingversion"
REVIEW = "messaging.review_wording"
SIGN = "messaging.sign_wording"
#: Words for some of the people whom a template speaks to: who agreed to plain names, who cares for somebody.
BRANCHES = ("_detail", "_caregiver")
_NAME = re.compile(r"[a-z0-9_]{1,100}")


def may_be_named(name: str) -> bool:
    """Whether there may be versions under `name`: of a template, or of a branch of one."""
    known = set(wordings.shipped_names())
    stems = {name, *(name.removesuffix(end) for end in BRANCHES)}
    return bool(_NAME.fullmatch(name)) and bool(stems & known)


@transaction.atomic
def draft(name: str, *, by: User, now: datetime, note: str = "", source: str = "") -> WordingVersion:
    """A new version with the words that are sent now, to be changed; ValidationError naming what stands against it."""
    _needs(by, WRITE, _("write wordings"))
    if not may_be_named(name):
        raise ValidationError(
            _("name: there is no template “%(name)s”, nor one that it could be a branch of.") % {"name": name}
        )
    rows = WordingVersion.objects.select_for_update().filter(name=name)
    standing = next((row for row in rows if row.state == WordingState.DRAFT), None)
    if standing is not None:
        raise ValidationError(
            _("name: version %(number)s of “%(name)s” is being written already; change that one.")
            % {"number": standing.number, "name": name}
        )
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    version = WordingVersion.objects.create(
        name=name, number=number, note=note, source=source, made_by=by, made_at=now, state=WordingState.DRAFT
    )
    texts.keep(version, texts.sent_now(name) or texts.sent_now(_stem(name)))
    trail.note(version, by, "Began it with the words that were sent then.", now=now)
    return version


@transaction.atomic
def write(
    version: WordingVersion, words: Mapping[Key, Text], *, by: User, now: datetime, seen: str, note: str
) -> WordingVersion:
    """Keep what was typed into a draft. `seen`: the seal of the words that the writer had before her."""
    _needs(by, WRITE, _("write wordings"))
    row = _locked(version)
    if row.state != WordingState.DRAFT:
        raise ValidationError(
            _("state: version %(number)s is %(state)s; only a draft may be changed.")
            % {"number": row.number, "state": row.state}
        )
    standing = texts.of(row)
    if texts.seal(standing) != seen:
        raise ValidationError(_("words: somebody else has changed this draft meanwhile. What you typed stands below."))
    too_long = [language for (language, _unused), text in words.items() if len(text.subject.strip()) > 200]
    if too_long:
        raise ValidationError(_("subject (%(too_long)s): 200 characters at most.") % {"too_long": too_long[0]})
    row.note = note
    row.save(update_fields=["note"])
    if texts.said(words) != standing:
        texts.keep(row, words)
        trail.note(row, by, f"{trail.WROTE} its words.", now=now)
    return row


@transaction.atomic
def review(version: WordingVersion, *, by: User, now: datetime, seen: str) -> WordingVersion:
    """Somebody who wrote none of it has read it: from here on its words stand."""
    row = _moved(version, WordingState.REVIEWED, by)
    if texts.seal(texts.of(row)) != seen:
        raise ValidationError(_("words: they were changed after you opened the page. Read them once more."))
    row.reviewed_by, row.reviewed_at = by, now
    return _stored(row, by, "Reviewed it.", now=now)


@transaction.atomic
def send_back(version: WordingVersion, *, by: User, now: datetime, reason: str) -> WordingVersion:
    """To be written anew, with the reason why."""
    if not reason.strip():
        raise ValidationError({"reason": _("reason: say what has to be changed.")})
    row = _moved(version, WordingState.DRAFT, by)
    others = WordingVersion.objects.filter(name=row.name, state=WordingState.DRAFT)
    if others.exists():
        raise ValidationError(_("state: a newer draft of these words is being written already; give this one up."))
    row.reviewed_by = row.reviewed_at = None
    return _stored(row, by, f"Sent it back: {reason.strip()}", now=now)


@transaction.atomic
def sign(version: WordingVersion, *, by: User, now: datetime) -> WordingVersion:
    """A third answers for it."""
    row = _moved(version, WordingState.SIGNED, by)
    row.signed_by, row.signed_at = by, now
    return _stored(row, by, "Signed it.", now=now)


@transaction.atomic
def activate(version: WordingVersion, *, by: User, now: datetime) -> WordingVersion:
    """It is sent from now on, and the one before it no more. Also takes up again an older one that was signed."""
    # All of the name, so that two people cannot make two versions active at once.
    list(WordingVersion.objects.select_for_update().filter(name=version.name).order_by("pk"))
    row = _moved(version, WordingState.ACTIVE, by)
    for other in WordingVersion.objects.filter(name=row.name, state=WordingState.ACTIVE):
        other.state, other.retired_at = WordingState.RETIRED, now
        _stored(other, by, f"Version {row.number} took its place.", now=now)
    again = row.activated_at is not None
    row.activated_at, row.retired_at = now, None
    _stored(row, by, "Made it active again." if again else "Made it active.", now=now)
    transaction.on_commit(active.forget)
    return row


@transaction.atomic
def retire(version: WordingVersion, *, by: User, now: datetime) -> WordingVersion:
    """It is sent no more, or given up; the shipped words hold until another is made active."""
    row = _moved(version, WordingState.RETIRED, by)
    was_active = version.state == WordingState.ACTIVE
    row.retired_at = now
    _stored(row, by, "Switched it off: the shipped words hold." if was_active else "Gave it up.", now=now)
    transaction.on_commit(active.forget)
    return row


def refusing(version: WordingVersion) -> list[Finding]:
    """What the linter refuses in its words."""
    found = texts.findings(version.name, texts.of(version), worst=linter.worst_values())
    return [finding for finding in found if finding.refuses]


def why_not(version: WordingVersion, to: WordingState, by: User, *, found: list[Finding] | None = None) -> str:
    """Why `by` may not bring it there; empty: she may. `found`: what the linter refuses, where it was asked already."""
    return _of_state(version, to) or _of_person(version, to, by) or _of_words(version, to, found)


def _of_state(version: WordingVersion, to: WordingState) -> str:
    if to not in WORDING_MOVES[WordingState(version.state)]:
        return _("it is %(state)s") % {"state": version.state}
    if to is WordingState.ACTIVE and version.signed_by_id is None:
        return _("nobody has signed it")
    return ""


def _of_person(version: WordingVersion, to: WordingState, by: User) -> str:
    given_up = to is WordingState.RETIRED and version.state == WordingState.DRAFT
    needed = {WordingState.REVIEWED: REVIEW, WordingState.DRAFT: REVIEW}.get(to, WRITE if given_up else SIGN)
    if not by.has_perm(needed):
        who = {
            REVIEW: _("whoever may review wordings"),
            SIGN: _("whoever may sign wordings"),
            WRITE: _("whoever may write"),
        }
        return _("only %(needed)s can do this") % {"needed": who[needed]}
    if to in (WordingState.REVIEWED, WordingState.SIGNED) and by.pk in trail.writers(version):
        return "you have written words of it: somebody else has to"
    if to is WordingState.SIGNED and by.pk == version.reviewed_by_id:
        return "you have reviewed it: a third person signs"
    return ""


def _of_words(version: WordingVersion, to: WordingState, found: list[Finding] | None) -> str:
    if to not in (WordingState.REVIEWED, WordingState.SIGNED, WordingState.ACTIVE):
        return ""
    if not version.texts.exists():
        return _("it says nothing")
    refused = refusing(version) if found is None else found
    if not refused:
        return ""
    first = refused[0]
    more = _(" (and %(count)s more)") % {"count": len(refused) - 1} if len(refused) > 1 else ""
    return _("%(value)s in %(language)s: %(words)s%(more)s") % {
        "value": first.channel.value,
        "language": first.language,
        "words": first.words,
        "more": more,
    }


def _moved(version: WordingVersion, to: WordingState, by: User) -> WordingVersion:
    """The row as it stands now, locked and moved; ValidationError saying why it cannot be."""
    row = _locked(version)
    if why := why_not(row, to, by):
        raise ValidationError(
            _("state: version %(number)s of “%(name)s” cannot become %(value)s: %(why)s")
            % {"number": row.number, "name": row.name, "value": to.value, "why": why}
        )
    row.state = to
    return row


def _stored(row: WordingVersion, by: User, words: str, *, now: datetime) -> WordingVersion:
    row.save()
    trail.note(row, by, words, now=now)
    return row


def _locked(version: WordingVersion) -> WordingVersion:
    return WordingVersion.objects.select_for_update().get(pk=version.pk)


def _needs(by: User, permission: str, deed: str) -> None:
    if not by.has_perm(permission):
        raise ValidationError(_("by: %(who)s may not %(deed)s.") % {"who": by.get_username(), "deed": deed})


def _stem(name: str) -> str:
    return next((name.removesuffix(end) for end in BRANCHES if name.endswith(end)), name)
