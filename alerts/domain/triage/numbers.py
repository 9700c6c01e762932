"""The numbers that matter in a text: temperatures in °F and °C, how strong a pain is out of ten, calcium values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.triage.patterns import Match
from alerts.domain.triage.plain import Token

_POINT = LEXICON.class_of("@point")
_AND = LEXICON.class_of("@and")
_HALF = LEXICON.class_of("@half")
_CELSIUS = LEXICON.class_of("@celsius")
_FAHRENHEIT = LEXICON.class_of("@fahrenheit")
_DEGREES = LEXICON.class_of("@degrees")
_THERMAL = LEXICON.class_of("@thermal")
_OTHER_UNIT = LEXICON.class_of("@other_unit")
_WEATHER = LEXICON.class_of("@weather")
_PAIN = LEXICON.class_of("@pain")
_OF_TEN = LEXICON.class_of("@of_ten")
_CALCIUM = LEXICON.class_of("@calcium")

STRONG, WEAK = 7, 4
_NOUGHT = frozenset({"oh", "o", "zero", "cero"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number in digits or words: which words it takes."""

    value: float
    first: int
    last: int
    spelled: bool


@dataclass(frozen=True, slots=True)
class Temperature:
    """A body temperature, and the words it stands on."""

    celsius: float
    match: Match


def numbers(tokens: Sequence[Token]) -> list[Number]:
    """Every number of the text, spelled ones put together: "one hundred and two point four"."""
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        if (number := _number(tokens, at)) is not None:
            found.append(number)
            at = number.last + 1
        else:
            at += 1
    return found


def _number(tokens: Sequence[Token], at: int) -> Number | None:
    token = tokens[at]
    value, last, spelled = token.value, at, False
    if value is None:
        if (value := LEXICON.numbers.get(token.word)) is None:
            return None
        spelled = True
        value, last = _spelled(tokens, at, value)
    last_point = last + 1
    if value == int(value) and last_point + 1 < len(tokens):
        joint, after = tokens[last_point], tokens[last_point + 1]
        digit = after.value if after.value is not None else LEXICON.numbers.get(after.word)
        if _POINT in joint.classes and digit is not None and 0 <= digit < 10:
            return Number(value + digit / 10, at, last_point + 1, spelled)
        if _AND in joint.classes and _HALF in after.classes:
            return Number(value + 0.5, at, last_point + 1, spelled)
    return Number(value, at, last, spelled)


def _spelled(tokens: Sequence[Token], at: int, value: float) -> tuple[float, int]:
    """Go on through the words of one number, the larger before the smaller."""
    total, last = value, at
    step = value
    if value == 1 and at + 2 < len(tokens) and tokens[at + 1].word in _NOUGHT:
        ones = LEXICON.numbers.get(tokens[at + 2].word, tokens[at + 2].value)
        if ones is not None and 0 < ones < 10:
            return 100 + ones, at + 2
    while last + 1 < len(tokens):
        skip = 2 if _AND in tokens[last + 1].classes and last + 2 < len(tokens) else 1
        part = LEXICON.numbers.get(tokens[last + skip].word)
        if part is None:
            break
        if part == 100 and total < 10:
            total *= 100
            step = 100
        elif step >= 20 and part < step and part < 100 and not (step < 100 and part > 9):
            total += part
            step = part
        else:
            break
        last += skip
    return total, last


def temperatures(tokens: Sequence[Token], found: Sequence[Number]) -> Iterator[Temperature]:
    """The numbers that are body temperatures."""
    thermal = {token.sentence for token in tokens if _THERMAL in token.classes}
    weather = {token.sentence for token in tokens if _WEATHER in token.classes}
    apart = [number for number in _digit_by_digit(tokens) if tokens[number.first].sentence in thermal]
    for number in [*found, *apart]:
        sentence = tokens[number.last].sentence
        if sentence in weather:
            continue
        celsius = _celsius(tokens, number, warm=sentence in thermal)
        if celsius is not None:
            yield Temperature(celsius, Match("temperature", ((number.first, number.last),)))


def _digit_by_digit(tokens: Sequence[Token]) -> Iterator[Number]:
    """Whole numbers whose digits were written apart: "temp 1 0 2", "10 2"."""
    for at, token in enumerate(tokens):
        last, digits = at, token.word if token.word.isdigit() else ""
        while digits and len(digits) < 3 and last + 1 < len(tokens) and len(tokens[last + 1].word) == 1:
            if not tokens[last + 1].word.isdigit() or tokens[last + 1].soft:
                break
            last, digits = last + 1, digits + tokens[last + 1].word
        if last > at and len(digits) == 3 and digits[0] == "1":
            yield Number(float(digits), at, last, spelled=True)


def _celsius(tokens: Sequence[Token], number: Number, *, warm: bool) -> float | None:
    after = tokens[number.last + 1] if number.last + 1 < len(tokens) else None
    degrees = after is not None and _DEGREES in after.classes
    if degrees:
        after = tokens[number.last + 2] if number.last + 2 < len(tokens) else None
    if after is not None and _OTHER_UNIT in after.classes:
        return None
    unit = after.classes if after is not None else frozenset[int]()
    decimal = number.value != int(number.value)
    if 93 <= number.value <= 110 and (warm or degrees or decimal or _FAHRENHEIT in unit):
        return (number.value - 32) / 1.8
    if 34 <= number.value <= 43 and (warm or degrees or _CELSIUS in unit or (decimal and number.value >= 37.5)):
        return number.value
    return None


def pain_scores(tokens: Sequence[Token], found: Sequence[Number]) -> Iterator[tuple[int, Match]]:
    """How strong a pain is, of ten, in sentences that speak of pain."""
    painful = {token.sentence for token in tokens if _PAIN in token.classes}
    for at, token in enumerate(tokens):
        top, slash, bottom = token.word.partition("/")
        if slash and bottom.strip() == "10" and len(top) <= 4 and token.sentence in painful:
            yield round(float(top)), Match("score", ((at, at),))
    for number in found:
        after = tokens[number.last + 1 : number.last + 4]
        of_ten = any(_OF_TEN in token.classes for token in after[:2]) and any(
            token.value == 10 or LEXICON.numbers.get(token.word) == 10 for token in after
        )
        if number.value <= 10 and of_ten and tokens[number.first].sentence in painful:
            yield round(number.value), Match("score", ((number.first, number.last),))


def calcium(tokens: Sequence[Token], found: Sequence[Number]) -> Iterator[tuple[float, Match]]:
    """Calcium values that a patient passes on, as mg/dL."""
    for number in found:
        near = tokens[max(0, number.first - 5) : number.first]
        if any(_CALCIUM in token.classes for token in near):
            if 4 <= number.value <= 20:
                yield number.value, Match("calcium", ((number.first, number.last),))
            elif 1 <= number.value < 4 and number.value != int(number.value):
                yield number.value * 4.008, Match("calcium", ((number.first, number.last),))
