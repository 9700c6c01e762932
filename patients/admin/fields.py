"""Form fields that the admin's forms share: zones, languages, lists that are stored as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from unfold import widgets

from patients.validators import validate_time_zone


def _english_name(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


#: Names of languages as people of this admin read them; a code without a name is shown as it is.
LANGUAGE_NAMES = {code: _english_name(code) for code in settings.MESSAGE_LANGUAGES}


def languages() -> list[tuple[str, str]]:
    """The languages that messages are written in."""
    return [(code, LANGUAGE_NAMES.get(code, code)) for code in settings.MESSAGE_LANGUAGES]


@lru_cache(maxsize=1)
def zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every IANA zone by its region, for a select with a search box."""
    regions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(available_timezones()):
        region, _unused, city = name.partition("/")
        # The whole name stands in the label, so that the search box finds "America/New_York" as well.
        label = f"{city.replace('_', ' ')} ({name})" if city else name
        regions[region if city else "Other"].append((name, label))
    return sorted(regions.items())


class ZoneField(forms.ChoiceField):
    """An IANA zone, picked from a list that can be searched."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=zones_by_region, widget=widgets.UnfoldAdminSelect2Widget(), **kwargs)

    def validate(self, value: str) -> None:
        """Say what is wrong in the words that imports use too."""
        forms.Field.validate(self, value)
        validate_time_zone(value)


class LanguageField(forms.ChoiceField):
    """A language that messages are written in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=languages, widget=widgets.UnfoldAdminSelectWidget(), **kwargs)


class SeveralField(forms.MultipleChoiceField):
    """Any number of known words, stored as a JSON list in the order in which they are offered."""

    def __init__(self, *, choices: Iterable[tuple[str, StrOrPromise]], **kwargs: Any) -> None:
        super().__init__(choices=list(choices), widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget(), **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other words are ticked than were stored."""
        return set(initial or ()) != set(data or ())


class LinesField(forms.CharField):
    """A JSON list of texts, written a line each."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}), strip=True, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A stored list as lines."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The lines that are not blank."""
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lines differ from the stored list."""
        return bool(list(initial or ()) != self.to_python(data))


class DaysField(forms.CharField):
    """A JSON list of whole days, written with commas."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=widgets.UnfoldAdminTextInputWidget(attrs={"placeholder": "0, 7, 14, 28"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A stored list as text."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The days as whole numbers; what is not one is named."""
        days = []
        for part in (value or "").replace(";", ",").split(","):
            text = part.strip()
            if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
                raise forms.ValidationError(
                    _("“%(text)s” is not a whole number of days; write them as 0, 7, 14, 28.") % {"text": text}
                )
            if text:
                days.append(int(text))
        return days

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other days are written than were stored."""
        try:
            return bool(list(initial or ()) != self.to_python(data))
        except forms.ValidationError:
            return True
