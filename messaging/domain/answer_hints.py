"""Days and times that somebody names in a text, in English and Spanish: to tell visits apart, and to propose days."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

_WEEKDAYS = {
    "mon(?:day)?s?|lunes": 0,
    "tue(?:s(?:day)?)?|martes": 1,
    "weds?|wedn?e?s?day|miercoles|mierc": 2,
    "thu(?:rs?(?:day)?)?|jueves|juebes": 3,
    "fri(?:day)?|viernes|biernes": 4,
    "saturday|sabado": 5,
    "sunday|domingo": 6,
}
_MONTHS = (
    "jan(?:uary)?|enero", "feb(?:ruary)?|febrero", "mar(?:ch)?|marzo", "apr(?:il)?|abril", "may|mayo",
    "june?|junio", "july?|julio", "aug(?:ust)?|agosto", "sept?(?:ember)?|septiembre", "oct(?:ober)?|octubre",
    "nov(?:ember)?|noviembre", "dec(?:ember)?|diciembre",
)  # fmt: skip
_RELATIVE = {
    "day after tomorrow|pasado manana": 2,
    "tomorrow|tmrw|tmr|tmro|tomoro|tomorow|2moro|2morrow|2mrw|(?<!la )(?<!las )(?<!esta )manana": 1,
    "today|tonight|2day|hoy": 0,
}
_HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12,
}  # fmt: skip
_HOUR = rf"\d{{1,2}}|{'|'.join(_HOURS)}"
_MONTH = "|".join(f"(?P<m{number}>{names})" for number, names in enumerate(_MONTHS, 1))
_MONTH_AFTER = _MONTH.replace("?P<m", "?P<n")
#: Day and month, then the forms that name less; what an earlier form has taken, a later one does not see.
_DATES = re.compile(
    rf"\b(?:(?:{_MONTH})\.? (?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"|(?:el |the |dia )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:de |of )?(?:{_MONTH_AFTER}))\b"
)
_SLASHED = re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/\d{2,4})?\b")
_NUMBERED = re.compile(
    r"\b(?:(?:the |el )?(?P<a>\d{1,2})(?:st|nd|rd|th)|(?:el dia|dia|del|el|the|on the) (?P<b>\d{1,2}))\b(?!:)"
)
_WEEKDAY = re.compile(r"\b(?:" + "|".join(f"(?P<w{n}>{names})" for names, n in _WEEKDAYS.items()) + r")\b")
_RELATIVES = re.compile(r"\b(?:" + "|".join(f"(?P<r{n}>{names})" for names, n in _RELATIVE.items()) + r")\b")
_TIMES = re.compile(
    rf"(?:\bat |@ ?|\ba las? |\blas )?\b(?P<h1>\d{{1,2}})[:.h](?P<m1>\d{{2}})(?: ?[ap]m?\b|\b)"
    rf"|(?:\bat |@ ?|\ba las? |\blas )?\b(?P<h2>{_HOUR}) ?[ap]m\b"
    rf"|\b(?P<h3>{_HOUR}) ?o ?clock\b"
    rf"|(?:\b(?:at|around|about|by|for) |@ ?|\ba las? |\blas (?=\d))(?P<h4>{_HOUR})\b(?P<half> y media| y cuarto)?"
    r"|\b(?P<noon>noon|mediodia|medio dia)\b"
)
DAY, CLOCK = " tday ", " ttime "


@dataclass(frozen=True, slots=True)
class Hints:
    """What was named. A time's hour is as said: whether morning or afternoon is left to the visit it is held against."""  # noqa: E501

    weekdays: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    dates: frozenset[tuple[int, int]] = frozenset()
    relative: frozenset[int] = frozenset()
    clocks: frozenset[tuple[int, int | None]] = frozenset()

    def __or__(self, other: Hints) -> Hints:
        """Both together."""
        return Hints(
            self.weekdays | other.weekdays,
            self.days | other.days,
            self.dates | other.dates,
            self.relative | other.relative,
            self.clocks | other.clocks,
        )

    @property
    def name_a_day(self) -> bool:
        """Whether any day is named."""
        return bool(self.weekdays or self.days or self.dates or self.relative)

    def fit_day(self, day: date, *, today: date) -> bool:
        """Whether `day` is one of those named."""
        if self.dates:
            return (day.month, day.day) in self.dates
        if self.days:
            return day.day in self.days
        in_days = (day - today) // timedelta(days=1)
        return in_days in self.relative or day.weekday() in self.weekdays

    def fit_clock(self, clock: time) -> bool:
        """Whether `clock` is one of the times named; an hour alone fits its whole hour."""
        return any(
            hour % 12 == clock.hour % 12 and (minute is None or minute == clock.minute) for hour, minute in self.clocks
        )


NOTHING_NAMED = Hints()


def fold(text: str) -> tuple[str, Hints]:
    """`text` (lower case, no accents) with each day and time replaced by one word, and what they were."""
    dates, clocks = set[tuple[int, int]](), set[tuple[int, int | None]]()
    days, weekdays, relative = set[int](), set[int](), set[int]()

    def dated(found: re.Match[str]) -> str:
        groups = {name: value for name, value in found.groupdict().items() if value}
        month = next(int(name[1:]) for name in groups if name[0] in "mn")
        dates.add((month, int(groups.get("d1") or groups["d2"])))
        return DAY

    def slashed(found: re.Match[str]) -> str:
        dates.add((int(found["month"]), int(found["day"])))
        return DAY

    def numbered(found: re.Match[str]) -> str:
        days.add(int(found["a"] or found["b"]))
        return DAY

    def timed(found: re.Match[str]) -> str:
        clocks.add(_clock(found))
        return CLOCK

    def named(into: set[int]) -> Callable[[re.Match[str]], str]:
        def replace(found: re.Match[str]) -> str:
            into.add(next(int(name[1:]) for name, value in found.groupdict().items() if value))
            return DAY

        return replace

    for pattern, replace in (
        (_DATES, dated),
        (_SLASHED, slashed),
        (_TIMES, timed),
        (_RELATIVES, named(relative)),
        (_WEEKDAY, named(weekdays)),
        (_NUMBERED, numbered),
    ):
        text = pattern.sub(replace, text)
    return text, Hints(frozenset(weekdays), frozenset(days), frozenset(dates), frozenset(relative), frozenset(clocks))


def _clock(found: re.Match[str]) -> tuple[int, int | None]:
    if found["noon"]:
        return 12, 0
    said = found["h1"] or found["h2"] or found["h3"] or found["h4"]
    hour = _HOURS.get(said) or int(said)
    if found["m1"]:
        return hour, int(found["m1"])
    return hour, {" y media": 30, " y cuarto": 15}.get(found["half"] or "")
