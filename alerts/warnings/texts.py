"""The words of a warning: the newest version that staff wrote, or the default in templates/messages; and what is wrong
with a text before it is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from alerts import rendering
from alerts.models import WarningRule, WarningText
from messaging import mail_page, wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import WordingError, fill, fold_to_gsm7, reserved_words, segments, variables
from patients.models import Patient

#: The blanks of a warning, with the longest value each is likely to get.
BLANKS = {name: rendering.VOCABULARY[name] for name in ("clinic", "line")}


@dataclass(frozen=True, slots=True)
class Words:
    """What leaves."""

    subject: str
    body: str
    html: str
    version: str = ""  # kept with the message: of the wording, or of the rule's own text


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its blanks, as staff edit it."""

    sms: str
    subject: str
    mail: str
    number: int = 0


def language_of(patient: Patient) -> str:
    """The language in which she is written to."""
    return patient.language if patient.language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])


def newest(rule: WarningRule, language: str) -> WarningText | None:
    """The newest version that staff wrote, if any."""
    return rule.texts.filter(language=language).order_by("-number").first()


def current(rule: WarningRule, language: str) -> Text:
    """What holds now in `language`. WordingError when neither a version nor a default is there."""
    version = newest(rule, language)
    if version is not None:
        return Text(version.sms, version.subject, version.mail, version.number)
    mail = wordings.load(rule.template, language, Channel.EMAIL)
    return Text(wordings.load(rule.template, language, Channel.SMS).body, mail.subject, mail.body)


def newest_of(rules: Collection[int]) -> dict[tuple[int, str], WarningText]:
    """The newest version of each of the rules, by rule and language."""
    versions = WarningText.objects.filter(rule__in=rules).order_by("number")
    return {(version.rule_id, version.language): version for version in versions}


def words(rule: WarningRule, patient: Patient, channel: Channel, version: WarningText | None) -> Words:
    """The filled words for `patient`, of `version` or else the default. WordingError naming what cannot be filled."""
    language = language_of(patient)
    values = {"clinic": patient.clinic.short_name, "line": rendering.line(patient.clinic)}
    if version is None:
        filled = wordings.load(rule.template, language, channel).filled(values)
        return Words(filled.subject, filled.body, filled.html, filled.version)
    if channel is Channel.SMS:
        return Words("", fill(version.sms, values), "", f"warning-{version.number}")
    body = fill(version.mail, values)
    subject = fill(version.subject, values)
    paragraphs = [" ".join(part.split()) for part in body.replace("\r\n", "\n").split("\n\n") if part.strip()]
    html = mail_page.page(subject, paragraphs, language=language)
    return Words(subject, "\n\n".join(paragraphs), html, f"warning-{version.number}")


def write(rule: WarningRule, language: str, text: Text, *, by: str, now: datetime) -> WarningText:
    """Keep `text` as the next version. ValueError with what is wrong with it, a sentence each."""
    found = [words for part in problems(text).values() for words in part]
    if found:
        raise ValueError(" ".join(found))
    with transaction.atomic():
        WarningRule.objects.select_for_update().get(pk=rule.pk)
        last = rule.texts.filter(language=language).aggregate(last=Max("number"))["last"] or 0
        return WarningText.objects.create(
            rule=rule,
            language=language,
            number=last + 1,
            sms=text.sms.strip(),
            subject=text.subject.strip(),
            mail=text.mail.strip(),
            written_at=now,
            written_by=by,
        )


def problems(text: Text) -> dict[str, list[str]]:
    """By field, everything that keeps `text` from being sent, a sentence each."""
    parts = {"sms": text.sms, "subject": text.subject, "mail": text.mail}
    found = {field: list(_problems_of(field, words)) for field, words in parts.items()}
    if not found["sms"]:
        found["sms"] = list(_sms_problems(text.sms))
    return {field: sentences for field, sentences in found.items() if sentences}


def _problems_of(field: str, words: str) -> Iterator[str]:
    if not words.strip():
        yield _("It says nothing.")
        return
    try:
        blanks = set(variables(words))
    except WordingError as error:
        yield f"{error}."
        return
    unknown = sorted(blanks - set(BLANKS))
    if unknown:
        yield _("Nobody gives a value for %(unknown)s; blanks are {clinic} and {line}.") % {
            "unknown": ", ".join(unknown)
        }
    if field != "subject" and "line" not in blanks:
        yield _("Say whom to call: {line} is filled with the clinic's 24-hour line.")
    if field == "subject" and ("\n" in words or "\r" in words):
        yield _("A subject is one line.")
    if "\x00" in words:
        yield _("It holds a NUL character.")


def _sms_problems(words: str) -> Iterator[str]:
    own = segments(fold_to_gsm7(words))
    if own.forcing:
        yield _("%(forcing)s would make every part hold 70 characters instead of 160.") % {
            "forcing": " ".join(own.forcing)
        }
    filled = segments(fold_to_gsm7(fill(words, BLANKS)))
    if filled.count > wordings.MOST_SEGMENTS:
        yield _("%(characters)s characters are %(count)s parts; %(most_segments)s at most.") % {
            "characters": filled.characters,
            "count": filled.count,
            "most_segments": wordings.MOST_SEGMENTS,
        }
    reserved = reserved_words(words)
    if reserved:
        yield _("Carriers act upon %(reserved)s themselves; ask for another answer.") % {
            "reserved": ", ".join(reserved)
        }
