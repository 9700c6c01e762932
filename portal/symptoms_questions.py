"""The questions of the form about symptoms as its page shows them, in one language."""

from __future__ import annotations

from portal.domain.symptoms import LONGEST_WORDS, Filled, words_of
from portal.domain.symptoms_form import BEGAN, CHANGE, FORM, Group


def asked(language: str, filled: Filled) -> dict[str, object]:
    """The questions in the words of `language`, in their order; what is ticked is not folded away."""
    words = words_of(language)

    def signs(group: Group) -> list[tuple[str, str]]:
        return [(code, words.signs[code].ask) for code, sign in FORM.signs.items() if sign.group == group.code]

    def ticked(group: Group) -> bool:
        return any(FORM.signs[code].group == group.code for code in filled.signs)

    places = [(place, words.places[code].name) for code, place in FORM.places.items()]
    return {
        "language": language,
        "groups": [(group, words.groups[group.code], signs(group), ticked(group)) for group in FORM.groups],
        "views": [(view, [one for one in places if one[0].view == view]) for view in ("front", "back")],
        "places": places,
        "began": [(code, words.began[code].ask) for code in BEGAN],
        "change": [(code, words.change[code].ask) for code in CHANGE],
        "longest": LONGEST_WORDS,
    }
