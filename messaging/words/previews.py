"""A version's words as a person would see them: filled for somebody made up or real, as a text, a mail, a call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from messaging import outbox, wordings
from messaging.domain.address import is_email, is_phone
from messaging.domain.delivery import Channel, Purpose
from messaging.domain.linter import Key
from messaging.domain.wording import WordingError, fold_to_gsm7, segments
from messaging.models import Message, WordingVersion
from messaging.words import texts

#: What tests are filed under: none is a patient's message.
TEST = "words_test"
_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank, what it becomes, and an example."""

    name: str
    meaning: str
    example: str

    @property
    def braced(self) -> str:
        """As it is typed."""
        return f"{{{self.name}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One text as it would leave."""

    language: str
    channel: str
    subject: str = ""
    body: str = ""
    html: str = ""
    weight: str = ""
    problem: str = ""


def blanks(wanted: set[str] | None = None) -> list[Blank]:
    """Every blank that somebody fills, or those of them that are `wanted`."""
    known: dict[str, str] = {}
    for path in settings.MESSAGE_VOCABULARIES:
        known |= cast("Mapping[str, str]", import_string(path))
    told: dict[str, tuple[str, str]] = {}
    for path in settings.WORDING_BLANKS:
        told |= cast("Mapping[str, tuple[str, str]]", import_string(path))
    names = known if wanted is None else known.keys() & wanted
    return [Blank(name, *told.get(name, ("", known[name]))) for name in sorted(names)]


def made_up(language: str) -> dict[str, str]:
    """Values of nobody, as they would be said in `language`."""
    own: Mapping[str, str] = import_string(f"{settings.WORDING_PEOPLE}.nobody")(language)
    return {blank.name: blank.example for blank in blanks()} | dict(own)


def people(asked: str, by: Any) -> list[tuple[int, str]]:
    """Patients whom `by` looks for and may see, by id, as staff know them."""
    found: list[tuple[int, str]] = import_string(f"{settings.WORDING_PEOPLE}.search")(asked, by)
    return found


def values_of(person: int, language: str, by: Any, *, now: datetime) -> dict[str, str]:
    """What would fill the blanks for a real patient; made-up values where she has none. ValidationError: no such."""
    own: Mapping[str, str] | None = import_string(f"{settings.WORDING_PEOPLE}.values")(person, language, by, now=now)
    if own is None:
        raise ValidationError(_("patient: there is no such patient any more."))
    return made_up(language) | dict(own)


def previews(version: WordingVersion, *, person: int | None, by: Any, now: datetime) -> list[Preview]:
    """Every text of the version as it would leave, to a `person` whom `by` may see."""
    shown = []
    for key in sorted(texts.of(version), key=lambda key: (key[1].value, key[0])):
        values = made_up(key[0]) if person is None else values_of(person, key[0], by, now=now)
        shown.append(_preview(version, key, values))
    return shown


def send_test(
    version: WordingVersion, key: Key, address: str, *, person: int | None, by: User, now: datetime
) -> Message:
    """Send one text of a version to whoever works on it; ValidationError naming what stands against it."""
    language, channel = key
    address = address.strip()
    if channel is Channel.VOICE:
        raise ValidationError(_("channel: calls cannot be tried here; read the words aloud."))
    if channel is Channel.SMS and not is_phone(address):
        raise ValidationError(
            _("address: a phone number in full, such as +12025550100, not %(address)s.") % {"address": f"{address!r}"}
        )
    if channel is Channel.EMAIL and not is_email(address):
        raise ValidationError(_("address: one mailbox, not %(address)s.") % {"address": f"{address!r}"})
    values = made_up(language) if person is None else values_of(person, language, by, now=now)
    shown = _preview(version, key, values)
    if shown.problem:
        raise ValidationError(_("words: %(problem)s") % {"problem": shown.problem})
    draft = outbox.Draft(
        key=f"words-test:{version.pk}:{by.get_username()}:{uuid.uuid4().hex}"[:200],
        channel=channel,
        # To staff: needs no consent, and neither counts for nor against anybody's texts of the day.
        purpose=Purpose.PAGES,
        address=address,
        body=f"TEST: {shown.body}",
        subject=f"TEST: {shown.subject}"[:200] if shown.subject else "",
        html=shown.html,
        template=TEST,
        language=language,
        due_at=now,
        expires_at=now + _LASTS,
    )
    message = outbox.enqueue([draft], now=now)[draft.key]
    outbox.wake(draft.urgency)
    return message


def _preview(version: WordingVersion, key: Key, values: Mapping[str, str]) -> Preview:
    language, channel = key
    text = texts.of(version).get(key)
    if text is None:
        return Preview(language=language, channel=channel.value, problem=_("There are no such words in this version."))
    wording = wordings.of_text(version.name, language, channel, text.subject, text.body, str(version.number))
    try:
        filled = wording.filled(values)
    except WordingError as error:
        return Preview(language=language, channel=channel.value, problem=f"{error}.")
    body, weight = filled.body, ""
    if channel is Channel.SMS:
        body = fold_to_gsm7(body)
        counted = segments(body)
        weight = f"{counted.characters} characters, {counted.count} part{'s' if counted.count > 1 else ''}"
    return Preview(
        language=language, channel=channel.value, subject=filled.subject, body=body, html=filled.html, weight=weight
    )
