"""What was answered on the form about symptoms: read from the request, checked, and fit to be shown again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import QueryDict

from messaging.domain.plain import storable
from portal.domain.symptoms import LONGEST_WORDS, Filled
from portal.domain.symptoms_form import BEGAN, CHANGE, FORM

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Answers:
    """A form as it came. `wrong`: what is the matter with it, and the values to say so."""

    filled: Filled
    form: UUID
    wrong: str = ""
    values: Mapping[str, object] | None = None

    def said_in(self, words: Mapping[str, str]) -> str:
        """What is the matter, in words; empty where nothing is."""
        return words[f"error_{self.wrong}"].format(**(self.values or {})) if self.wrong else ""


def nothing_yet() -> Answers:
    """A form that nobody has touched."""
    return Answers(Filled(), uuid4())


def read(post: QueryDict, *, of_another: bool) -> Answers:
    """What was sent."""
    signs, places = frozenset(post.getlist("signs")), frozenset(post.getlist("places"))
    began, change = post.get("began", ""), post.get("change", "")
    words = storable(post.get("words", "")).replace("\r\n", "\n")
    odd = sorted((signs - set(FORM.signs)) | (places - set(FORM.places)))
    odd += [value for value, known in ((began, BEGAN), (change, CHANGE)) if value and value not in known]
    filled = Filled(
        signs=signs & set(FORM.signs),
        places=places & set(FORM.places),
        began=began if began in BEGAN else "",
        change=change if change in CHANGE else "",
        words=words,
        fine=post.get("fine", "") == "yes",
        of_another=of_another,
    )
    form = _uuid(post.get("form", ""))
    if odd:
        return Answers(filled, form, "unknown", {"value": storable(", ".join(odd))[:_SHOWN]})
    if len(words) > LONGEST_WORDS:
        return Answers(filled, form, "long", {"most": LONGEST_WORDS, "count": len(words)})
    if not filled.says_something:
        return Answers(filled, form, "nothing")
    return Answers(filled, form)


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        return uuid4()
