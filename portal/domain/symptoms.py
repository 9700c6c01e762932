"""From a filled-in form to one text: lines that a nurse reads, in words that the triage of texts reads as well.

Each tick is a line of its own that says the same whatever else is ticked, so that nothing can lower what another line
says. When it began stands before all of them, and two sentences part them from free words, for "it is gone now" or
"only joking" speaks of the sentence beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.domain.symptoms_form import FORM, WORDS, Words

#: What a place is said to have where no ticked sign is about it.
PAIN = "pain"
#: Free words are read to here; the form takes no more.
LONGEST_WORDS = 2_000
FIRST_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was filled in. `fine`: nothing is wrong; `of_another`: somebody of the family filled it in."""

    signs: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    began: str = ""
    change: str = ""
    words: str = ""
    fine: bool = False
    of_another: bool = False

    @property
    def says_something(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.signs or self.places or self.words.strip() or self.fine)


def words_of(language: str) -> Words:
    """The form's words in `language`, or in the first one."""
    return WORDS.get(language) or WORDS[FIRST_LANGUAGE]


def compose(filled: Filled, language: str) -> str:
    """The report as one text in `language`."""
    say = words_of(language)
    lines = [say.say["by_caregiver" if filled.of_another else "report"]]
    ticked = list(_ticked(filled, say))
    if ticked:
        lines += [words[code].said for words, code in ((say.began, filled.began), (say.change, filled.change)) if code]
        lines += ticked
    elif filled.fine:
        lines.append(say.say["fine"])
    if own := filled.words.strip():
        lines += [say.say["words"], "", own[:LONGEST_WORDS]]
    elif ticked:
        # Kind words weigh against reading more into a lone tick than it says; free words are weighed without them.
        lines.append(say.say["end"])
    return "\n".join(lines)


def _ticked(filled: Filled, say: Words) -> Iterator[str]:
    """A line for each sign, or for each place that it fits; the places that are left are of pain."""
    left = {code for code in FORM.places if code in filled.places}
    for code, sign in FORM.signs.items():
        if code not in filled.signs or code == PAIN:
            continue
        here = [place for place in FORM.places.values() if place.code in filled.places and place.kind in sign.at]
        left -= {place.code for place in here}
        yield from (_at(say.signs[code].at, place.code, say) for place in here)
        if not here:
            yield say.signs[code].said
    hurting = filled.places if PAIN in filled.signs else left
    pain = say.signs[PAIN]
    template = pain.worse if filled.change == "worse" and pain.worse else pain.at
    yield from (_at(template, code, say) for code in FORM.places if code in hurting)
    if PAIN in filled.signs and not hurting:
        yield pain.said


def _at(template: str, place: str, say: Words) -> str:
    return template.replace("{place}", say.places[place].said)
