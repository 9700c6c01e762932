"""What keeps a wording from being signed: holes, carrier words, length, dear letters, hard reading, telling words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from messaging.domain.delivery import Channel
from messaging.domain.gsm7 import LOOK_ALIKES, alphabet
from messaging.domain.reserved import reserved_words
from messaging.domain.telling import words_named_in
from messaging.domain.wording import Segments, WordingError, fill, fold_to_gsm7, segments, variables
from staff.domain.tongue import gettext as _

#: A text that takes more parts than this is refused; the clinic pays for each, and each may arrive by itself.
MOST_SEGMENTS = 2
#: School years that a reader needs at most: what plain-language guides for patients ask for.
HIGHEST_GRADE = 8.0
#: About a minute of speech: somebody who was woken must hear which key to press before giving up.
LONGEST_SPOKEN = 800
LONGEST_SUBJECT = 120
#: What a voice spells out, letter by letter.
UNSPEAKABLE = re.compile(r"https?:|www\.|[<>&*#_|\\]")
#: Wordings for staff: they may be hard to read, and name what has to be named.
_TO_STAFF = ("nurse_", "rota_", "alarm", "voice_", "page_voice")
#: What a nurse has the patient told.
_OF_NURSES = frozenset({"nurse_will_call"})
_STAFF_PAGES = frozenset({"page", "page_closed", "page_taken"})

Key = tuple[str, Channel]
#: The school years that a text asks of its reader, and None where it is too short to say.
Grade = Callable[[str, str], float | None]


class Code(StrEnum):
    """What is wrong, in a word."""

    MISSING_LANGUAGE = "missing_language"
    EMPTY = "empty"
    SUBJECT = "subject"
    BRACES = "braces"
    UNKNOWN_BLANK = "unknown_blank"
    MISSING_BLANK = "missing_blank"
    CARRIER_WORD = "carrier_word"
    TOO_LONG = "too_long"
    DEAR_LETTER = "dear_letter"
    DEAR_VALUE = "dear_value"
    HARD_TO_READ = "hard_to_read"
    TELLS = "tells"
    UNSPEAKABLE = "unspeakable"


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one language and channel, with blanks in braces. `subject` is a mail's."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `refuses`: it keeps the wording from being reviewed, signed and made active."""

    code: Code
    language: str
    channel: Channel
    words: str  # a sentence for whoever writes
    refuses: bool = True
    suggestion: str = ""  # what to write in its place, where that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a wording is held against: our languages, the blanks that somebody fills with their longest values."""

    languages: Sequence[str]
    #: Blank → the longest value that it gets, in each language.
    worst: Mapping[str, Mapping[str, str]]
    grade: Grade
    most_segments: int = MOST_SEGMENTS
    highest_grade: float = HIGHEST_GRADE


def speaks_to_staff(name: str) -> bool:
    """Whether the wording `name` goes to staff, never to a patient or a caregiver."""
    return name not in _OF_NURSES and (name.startswith(_TO_STAFF) or name in _STAFF_PAGES)


def findings(name: str, texts: Mapping[Key, Text], house: House, *, detail: bool = False) -> list[Finding]:
    """Everything that is wrong with the wording `name`, all languages and channels together.

    `detail`: it may name drug and illness, since only patients who have agreed to that are sent it.
    """
    found: list[Finding] = []
    blanks: dict[Key, set[str]] = {}
    for channel in dict.fromkeys(channel for _unused, channel in texts):
        for language in house.languages:
            text = texts.get((language, channel))
            if text is None:
                words = _(
                    "There is no %(language)s text for %(value)s: whoever reads %(language)s would get nothing."
                ) % {"language": language, "value": channel.value}
                found.append(Finding(Code.MISSING_LANGUAGE, language, channel, words))
                continue
            try:
                blanks[language, channel] = set(variables(text.subject)) | set(variables(text.body))
            except WordingError as error:
                found.append(Finding(Code.BRACES, language, channel, f"{error}."))
                continue
            found += _of_text(name, text, language, channel, house, detail=detail)
    return found + list(_of_blanks(blanks))


def _of_text(
    name: str, text: Text, language: str, channel: Channel, house: House, *, detail: bool
) -> Iterator[Finding]:
    """What is wrong with one text by itself."""
    patient = not speaks_to_staff(name)
    worst = house.worst.get(language, {})

    def finding(code: Code, words: str, *, suggestion: str = "") -> Finding:
        return Finding(code, language, channel, words, suggestion=suggestion)

    if not text.body.strip():
        yield finding(Code.EMPTY, _("It says nothing."))
        return
    if channel is Channel.EMAIL and not text.subject.strip():
        yield finding(Code.SUBJECT, _("A mail needs a subject."))
    if len(text.subject) > LONGEST_SUBJECT:
        yield finding(
            Code.SUBJECT,
            _("The subject has %(count)s characters; %(longest_subject)s are shown.")
            % {"count": len(text.subject), "longest_subject": LONGEST_SUBJECT},
        )
    unknown = [blank for blank in variables(f"{text.subject} {text.body}") if blank not in worst]
    if unknown:
        yield finding(Code.UNKNOWN_BLANK, _("Nobody gives a value for %(braced)s.") % {"braced": _braced(unknown)})
    if patient and not detail:
        for word in words_named_in(_without_blanks(f"{text.subject} {text.body}")):
            yield finding(
                Code.TELLS,
                _("“%(word)s” names a drug or an illness: anybody who sees the phone would know.") % {"word": word},
            )
    if patient and (grade := house.grade(_readable(text.body), language)) is not None and grade > house.highest_grade:
        words = _("It asks for %(grade)s years of school; %(highest_grade)s at most. Shorter sentences help.") % {
            "grade": f"{grade:.0f}",
            "highest_grade": f"{house.highest_grade:.0f}",
        }
        yield finding(Code.HARD_TO_READ, words)
    if channel is Channel.SMS:
        yield from _of_sms(text.body, unknown, worst, house, finding)
    elif channel is Channel.VOICE:
        yield from _of_voice(text.body, unknown, worst, finding)


def _of_sms(
    body: str, unknown: Sequence[str], worst: Mapping[str, str], house: House, finding: Callable[..., Finding]
) -> Iterator[Finding]:
    for word in reserved_words(body):
        yield finding(
            Code.CARRIER_WORD,
            _("Carriers act upon “%(word)s” themselves: ask for another answer, such as 1 or 2.") % {"word": word},
        )
    own = segments(fold_to_gsm7(body))
    for letter in own.forcing:
        words = _("“%(letter)s” makes every part of the text hold 70 characters instead of 160.") % {"letter": letter}
        yield finding(Code.DEAR_LETTER, words, suggestion=substitute(letter))
    if unknown or own.forcing:
        return
    filled = fold_to_gsm7(fill(body, worst))
    longest = segments(filled)
    if longest.forcing:
        used = [blank for blank in variables(body) if segments(fold_to_gsm7(worst[blank])).forcing]
        words = _("%(braced)s may bring “%(forcing)s”, which leaves 70 characters to a part.") % {
            "braced": _braced(used),
            "forcing": " ".join(longest.forcing),
        }
        yield finding(Code.DEAR_VALUE, words)
    if longest.count > house.most_segments:
        words = _("With the longest values it takes %(count)s parts (%(characters)s characters)") % {
            "count": longest.count,
            "characters": longest.characters,
        }
        yield finding(
            Code.TOO_LONG,
            _("%(words)s; %(most_segments)s at most.") % {"words": words, "most_segments": house.most_segments},
        )


def _of_voice(
    body: str, unknown: Sequence[str], worst: Mapping[str, str], finding: Callable[..., Finding]
) -> Iterator[Finding]:
    found = UNSPEAKABLE.search(_without_blanks(body))
    if found:
        yield finding(Code.UNSPEAKABLE, _("“%(found)s” cannot be said; write it in words.") % {"found": found[0]})
    length = 0 if unknown else len(fill(body, worst))
    if length > LONGEST_SPOKEN:
        yield finding(
            Code.TOO_LONG,
            _("%(length)s characters with the longest values; %(longest_spoken)s are listened to.")
            % {"length": length, "longest_spoken": LONGEST_SPOKEN},
        )


def _of_blanks(blanks: Mapping[Key, set[str]]) -> Iterator[Finding]:
    """The languages of one channel fill the same blanks: else somebody is told less than somebody else."""
    for channel in dict.fromkeys(channel for _unused, channel in blanks):
        of_channel = {language: names for (language, one), names in blanks.items() if one is channel}
        everything = set().union(*of_channel.values())
        for language, names in of_channel.items():
            if missing := sorted(everything - names):
                others = ", ".join(sorted(other for other, has in of_channel.items() if set(missing) & has))
                words = _("%(braced)s is missing here; %(others)s has it.") % {
                    "braced": _braced(missing),
                    "others": others,
                }
                yield Finding(Code.MISSING_BLANK, language, channel, words)


def worst_segments(text: str, worst: Mapping[str, str]) -> Segments | None:
    """What a text weighs with the longest values; None where a blank has no value or a brace no partner."""
    try:
        return segments(fold_to_gsm7(fill(text, worst)))
    except WordingError:
        return None


def longest(values: Iterable[str]) -> str:
    """The value that weighs most in a text: one outside GSM-7 before any other, then the one of most characters."""
    return max(values, key=lambda value: (bool(_weight(value).forcing), _weight(value).characters), default="")


def substitute(letter: str) -> str:
    """What says the same as `letter` within GSM-7; empty where nothing does: leave it out."""
    if letter in alphabet():
        return letter
    folded = LOOK_ALIKES.get(letter, fold_to_gsm7(letter))
    return folded if all(one in alphabet() for one in folded) else _FOR_PICTURES.get(letter, "")


_FOR_PICTURES = {
    "😊": ":)",
    "🙂": ":)",
    "👍": "OK",
    "❤": "<3",
    "✔": "OK",
    "✅": "OK",
    "→": "->",
    "☎": "Tel.",
    "📞": "Tel.",
}


def _weight(value: str) -> Segments:
    return segments(fold_to_gsm7(value))


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _without_blanks(text: str) -> str:
    return re.sub(r"\{\w*\}", " ", text)


def _readable(text: str) -> str:
    """The sentences of a text without what nobody reads as words: the clinic's name in front, links, blanks."""
    text = re.sub(r"^\{clinic\}:\s*", "", text)
    # A blank is a word like "Tuesday" to whoever reads the text when it is filled.
    text = re.sub(r"\{(?:day|time|when)\}", "nine", text)
    text = _without_blanks(re.sub(r"https?://\S+", " ", text))
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    return " ".join(part if part[-1] in ".?!:" else f"{part}." for part in paragraphs if part)
