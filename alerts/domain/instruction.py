"""What an instruction to a patient must keep to: one SMS with the clinic's line filled in, and no carrier's word."""

from __future__ import annotations

from messaging.domain.wording import WordingError, fill, fold_to_gsm7, reserved_words, segments, variables

MOST = 160
#: A line as people write it at home; no clinic's is taken for shorter.
LINE = "(202) 555-0123"
BLANKS = ("line",)


def problems(text: str, *, line: str = LINE) -> list[str]:
    """Everything that is wrong with the text, a sentence each. `line`: the longest line that may be filled in."""
    if not text.strip():
        return ["It says nothing."]
    try:
        unknown = [name for name in variables(text) if name not in BLANKS]
        if unknown:
            return [f"Nobody gives a value for {{{unknown[0]}}}; the only blank is {{line}}."]
        filled = fold_to_gsm7(fill(text, {"line": max(line, LINE, key=len)}))
    except WordingError as error:
        return [f"{error}."]
    weight = segments(filled)
    found = []
    if weight.forcing:
        found.append(f"{' '.join(weight.forcing)} cannot be sent in GSM-7: an SMS would hold 70 characters only.")
    elif weight.characters > MOST:
        found.append(f"{weight.characters} characters with the clinic's line filled in; {MOST} at most.")
    if reserved := reserved_words(text):
        found.append(f"Carriers act upon {', '.join(reserved)} themselves; ask for another answer.")
    return found
