"""What an instruction to a patient must keep to: one SMS with the clinic's line filled in, and no carrier's word."""

from __future__ import annotations

from messaging.domain.wording import WordingError, fill, fold_to_gsm7, reserved_words, segments, variables
from staff.domain.tongue import gettext as _

MOST = 160
#: A line as people write it at home; no clinic's is taken for shorter.
LINE = "(202) 555-0123"
BLANKS = ("line",)


def problems(text: str, *, line: str = LINE) -> list[str]:
    """Everything that is wrong with the text, a sentence each. `line`: the longest line that may be filled in."""
    if not text.strip():
        return [_("It says nothing.")]
    try:
        unknown = [name for name in variables(text) if name not in BLANKS]
        if unknown:
            return [_("Nobody gives a value for {%(unknown)s}; the only blank is {line}.") % {"unknown": unknown[0]}]
        filled = fold_to_gsm7(fill(text, {"line": max(line, LINE, key=len)}))
    except WordingError as error:
        return [f"{error}."]
    weight = segments(filled)
    found = []
    if weight.forcing:
        found.append(
            _("%(forcing)s cannot be sent in GSM-7: an SMS would hold 70 characters only.")
            % {"forcing": " ".join(weight.forcing)}
        )
    elif weight.characters > MOST:
        found.append(
            _("%(characters)s characters with the clinic's line filled in; %(most)s at most.")
            % {"characters": weight.characters, "most": MOST}
        )
    if reserved := reserved_words(text):
        found.append(
            _("Carriers act upon %(reserved)s themselves; ask for another answer.") % {"reserved": ", ".join(reserved)}
        )
    return found
