"""Reading free words as an answer to a question about a visit: yes, another time, not coming, thanks, or none of these.

A yes is believed only where nothing in the text speaks against it; wishes for another time win over a yes beside
them, for all that follows from them is that a person calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import process
from rapidfuzz.distance import OSA

from messaging.domain import answer_refusals as against
from messaging.domain import answer_words as known
from messaging.domain.answer_folding import folded, is_strange
from messaging.domain.answer_hints import NOTHING_NAMED, Hints, fold

#: Longer texts are letters to a person.
LONGEST = 600


class Said(StrEnum):
    """What one text says, taken as an answer."""

    CONFIRM = "confirm"
    MOVE = "move"
    CANCEL = "cancel"
    LETTER = "letter"
    THANKS = "thanks"
    NOTHING = "nothing"


#: What the triage command calls them.
INTENTS = {
    Said.CONFIRM: "confirm",
    Said.MOVE: "reschedule",
    Said.CANCEL: "cancel",
    Said.THANKS: "thanks_chitchat",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said.

    `whole`: every word of it was understood. `alone`: nothing else is in it that somebody would have to read. `soft`:
    an "ok" that may acknowledge anything. `in_words`: a yes in words of coming, not only "1" or "yes". `every`: it
    speaks of all visits at once. `letter`: which of a list, from 0 (-1 the last). `about`: days and times of the visit
    that is spoken of; `wanted`: those that are proposed instead.
    """

    said: Said
    alone: bool = True
    whole: bool = False
    soft: bool = False
    in_words: bool = False
    every: bool = False
    letter: int | None = None
    about: Hints = NOTHING_NAMED
    wanted: Hints = NOTHING_NAMED
    intents: frozenset[str] = frozenset()


class _Kind(StrEnum):
    STRONG = "strong"
    WEAK = "weak"
    MOVE = "move"
    CANCEL = "cancel"
    DOUBT = "doubt"
    THANKS = "thanks"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Clause:
    kind: _Kind
    #: Every word of it belongs to what it says.
    whole: bool
    hints: Hints
    words: str


_CLAUSE = re.compile(
    r"([?!;\n]+|[.,](?!\d)|\bbut\b|\bhowever\b|\balthough\b|\bthough\b|\bexcept\b|\bpero\b|\baunque\b)"
)
_WORD = re.compile(r"[a-z0-9]+")
_ONE = re.compile(
    r"^(?:(?:option|number|press|reply|opcion|el|la|numero|oprimo|marco) )?(?P<digit>[12r]|two|dos)"
    r"(?: please| por favor)?$"
)


def read(text: str) -> Reading:
    """What `text` says, taken as an answer to a question about a visit."""
    if len(text) > LONGEST:
        return Reading(Said.NOTHING, alone=False)
    plain = folded(text)
    letter = _letter(plain)
    if letter is not None:
        return letter
    clauses = [clause for part, asks in _parts(plain) if (clause := _clause(part, asks=asks)) is not None]
    return _concluded(clauses) if clauses else Reading(Said.NOTHING, alone=False)


def _letter(text: str) -> Reading | None:
    """A letter or its number in the list, and nothing else. "c" is a yes as well: who asked knows which."""
    plain = " ".join(_WORD.findall(text))
    found = known.LETTER.match(plain)
    if found is None:
        return None
    place = "abcd".index(found["letter"]) if found["letter"] else known.ORDER[found["order"]]
    if plain == "c":
        return Reading(Said.CONFIRM, whole=True, letter=place, intents=frozenset({"confirm"}))
    return Reading(Said.LETTER, whole=True, letter=place)


def _parts(text: str) -> list[tuple[str, bool]]:
    """The clauses of a text, each with whether it asks."""
    pieces = _CLAUSE.split(text)
    return [
        (piece, "?" in (pieces[number + 1] if number + 1 < len(pieces) else ""))
        for number, piece in enumerate(pieces)
        if number % 2 == 0 and piece.strip(" ¿¡-")
    ]


def _clause(part: str, *, asks: bool) -> _Clause | None:
    digit = _ONE.match(" ".join(_WORD.findall(part)))
    if digit:
        return _Clause(_Kind.WEAK if digit["digit"] == "1" else _Kind.MOVE, whole=True, hints=Hints(), words=" 1 ")
    mended = " ".join(_mended(word) for word in re.findall(r"[^\s]+", part))
    with_days, hints = fold(mended)
    words = " ".join(_spelt(word) for word in _WORD.findall(with_days))
    if not words:
        # Letters of no alphabet that is read here: somebody has to look.
        return _Clause(_Kind.OTHER, whole=False, hints=hints, words=" ") if part.strip(" ¿¡-.,()'\"") else None
    said = f" {words} "
    if any(is_strange(character) for character in with_days):
        return _Clause(_Kind.OTHER, whole=False, hints=hints, words=said)
    kind, whole = _kind_of(said, asks=asks or bool(against.ASKS.search(said)))
    return _Clause(kind, whole, hints, said)


def _mended(word: str) -> str:
    """A longer word with a letter or two wrong, put right; punctuation around it stays."""
    plain = word.strip(".,:()")
    if len(plain) < 6 or not plain.isalpha() or plain in known.SPELT_RIGHT or plain in known.SPELT:
        return word
    near = process.extractOne(plain, known.SPELT_NEARLY, scorer=OSA.distance, score_cutoff=1 if len(plain) < 8 else 2)
    return word.replace(plain, near[0]) if near else word


def _spelt(word: str) -> str:
    return known.SPELT.get(word, word)


def _kind_of(said: str, *, asks: bool) -> tuple[_Kind, bool]:
    """What one clause says, and whether that is all of it."""
    refusal = _refusal(said, asks=asks)
    if refusal is not None:
        return refusal, True
    words = set(said.split())
    if words <= known.THANKS:
        # "Great!" and "Good." answer; "great day" is kind.
        return (_Kind.WEAK, True) if words <= known.PRAISE else (_Kind.THANKS, True)
    if against.DOUBT.search(said):
        return _Kind.DOUBT, False
    if asks or against.ASKS_US.search(said):
        return _Kind.OTHER, False
    said = against.NO_IN_VAIN.sub(" sure ", said)
    if against.NO.search(said):
        # "No." takes a yes back; "my legs do not hold me" is about something else.
        left = set(against.NO.sub("  ", said).split())
        return (_Kind.DOUBT if left <= known.HARMLESS else _Kind.OTHER), False
    if _is_covered(said):
        if known.STRONG.search(said):
            return _Kind.STRONG, True
        weak = known.WEAK.search(said) or known.EVERY.search(said)
        return (_Kind.WEAK if weak else _Kind.THANKS), True
    return _Kind.OTHER, False


def _refusal(said: str, *, asks: bool) -> _Kind | None:
    """A wish for another time, or a no to coming. Asked to be called about it, it is still that."""
    moves = _moves(said, asks=asks)
    if moves and not against.NO_MOVE.search(said):
        return _Kind.MOVE
    if against.CANCEL_ALONE.search(said):
        return _Kind.CANCEL
    if against.CANCEL.search(said) and not against.NO_CANCEL.search(said):
        return _Kind.CANCEL
    return None


def _moves(said: str, *, asks: bool) -> bool:
    """Whether a clause speaks of another time."""
    if against.MOVE_ALONE.search(said) or against.MOVE.search(said):
        return True
    if asks and set(said.split()) <= against.DAY_ALONE:
        return True
    return asks and bool(against.MOVE_ASKED.search(said)) and not against.ASKS_US.search(said)


def _is_understood(clause: _Clause) -> bool:
    """Whether no word of it is left over: then no symptom hides there."""
    if clause.kind in (_Kind.MOVE, _Kind.CANCEL):
        rest = clause.words
        for pattern in (against.MOVE, against.CANCEL, against.MOVE_ASKED):
            rest = f" {' '.join(pattern.sub('  ', rest).split())} "
        alone = against.MOVE_ALONE.search(clause.words) or against.CANCEL_ALONE.search(clause.words)
        return bool(alone) or set(rest.split()) <= known.HARMLESS | against.NEARBY
    return clause.whole


def _is_covered(said: str) -> bool:
    """Whether nothing is left of a clause but the yes and what may stand beside it."""
    rest = said
    for pattern in (known.STRONG, known.WEAK, known.EVERY):
        before = ""
        while before != rest:
            before, rest = rest, pattern.sub("  ", rest)
            rest = f" {' '.join(rest.split())} "
    return set(rest.split()) <= known.HARMLESS


def _concluded(clauses: list[_Clause]) -> Reading:
    kinds = [clause.kind for clause in clauses]
    said = _said(clauses)
    every = any(known.EVERY.search(clause.words) for clause in clauses)
    about, wanted = Hints(), Hints()
    for clause in clauses:
        if clause.kind is _Kind.MOVE:
            own, proposed = _of_a_move(clause)
            about, wanted = about | own, wanted | proposed
        else:
            about |= clause.hints
    if said is Said.CANCEL and _Kind.MOVE in kinds:
        said = Said.MOVE
    acts = {_Kind.MOVE: Said.MOVE, _Kind.CANCEL: Said.CANCEL}
    meant = {said} | {acts[kind] for kind in kinds if kind in acts}
    return Reading(
        said,
        alone=said is Said.NOTHING or all(_is_part_of(clause, said) for clause in clauses),
        soft=said is Said.CONFIRM and _kernel(clauses) in known.SOFT,
        whole=said is not Said.NOTHING and all(_is_understood(clause) for clause in clauses),
        in_words=_Kind.STRONG in kinds,
        every=every,
        about=about,
        wanted=wanted,
        intents=frozenset(INTENTS[one] for one in meant if one in INTENTS),
    )


def _kernel(clauses: list[_Clause]) -> str:
    """What is left of a text without its kind words."""
    return " ".join(" ".join(c.words for c in clauses if c.kind is not _Kind.THANKS).split())


def _said(clauses: list[_Clause]) -> Said:
    kinds = {clause.kind for clause in clauses}
    if _Kind.MOVE in kinds:
        return Said.MOVE
    if _Kind.CANCEL in kinds:
        return Said.CANCEL
    if _Kind.DOUBT in kinds:
        return Said.NOTHING
    if _Kind.STRONG in kinds:
        return Said.CONFIRM
    if _Kind.WEAK in kinds:
        return Said.CONFIRM if all(_is_part_of(clause, Said.CONFIRM) for clause in clauses) else Said.NOTHING
    return Said.THANKS if kinds == {_Kind.THANKS} else Said.NOTHING


def _is_part_of(clause: _Clause, said: Said) -> bool:
    """Whether this clause leaves nothing to be read, in a text that says `said`."""
    if clause.kind in (_Kind.OTHER, _Kind.DOUBT):
        return False
    return clause.whole or said in (Said.MOVE, Said.CANCEL)


_OF_THE_VISIT = re.compile(
    r" (?:(?:my|the|mi|la|our|moms|her|his) tday (?:ttime )?(?:appt|cita|one)|(?:appt|cita) (?:on |for |del |de |the |el )*tday"  # noqa: E501
    r"|from tday|not (?:on )?tday|cant (?:\w+ ){0,2}tday|no puedo (?:\w+ ){0,2}tday|instead of tday|en vez del? tday) "
)


def _of_a_move(clause: _Clause) -> tuple[Hints, Hints]:
    """Days of a wish for another time: those of the visit that stands, those that are wanted."""
    if not _OF_THE_VISIT.search(clause.words):
        return Hints(), clause.hints
    # Both in one clause: which is which is not certain enough to act upon.
    return (clause.hints, Hints()) if clause.words.count(" tday ") == 1 else (Hints(), clause.hints)
