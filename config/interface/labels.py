"""Names, hints and choices of models in the reader's language, though the models are written in plain English.

A field that names no label has one all the same ("first visit on"), and an explicit one would be a migration. So the
words are wrapped once the models are known: what is shown is translated, what migrations compare stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override


def translate_models() -> None:
    """Wrap the words of every first-party model. Safe to call again."""
    for model in _models(settings.FIRST_PARTY_APPS):
        meta: Any = model._meta
        meta.verbose_name_plural, meta.verbose_name = _plural(meta), _lazy(meta.verbose_name)
        for field in _fields(model):
            field.verbose_name, field.help_text = _lazy(field.verbose_name), _lazy(field.help_text)
            if field.choices:
                field.choices = [(value, _lazy(label)) for value, label in field.flatchoices]


def words_of_models(rooms: Iterable[str]) -> Iterator[tuple[str, str]]:
    """`(room, word)` for everything of these rooms that `translate_models` wraps, in English."""
    for model in _models(rooms):
        # Whoever looked last may have read Spanish.
        with override(None):
            said = _said_of(model)
        yield from ((model._meta.app_label, word) for word in said if any(letter.isalpha() for letter in word))


def _said_of(model: type[Model]) -> list[str]:
    said = [str(model._meta.verbose_name), str(model._meta.verbose_name_plural)]
    for field in _fields(model):
        said += [str(field.verbose_name), str(field.help_text)]
        said += [str(label) for _value, label in field.flatchoices]
    return said


def _models(rooms: Iterable[str]) -> list[type[Model]]:
    return [model for label in rooms for model in apps.get_app_config(label).get_models()]


def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.get_fields() if isinstance(field, Field) and not field.auto_created]


def _plural(meta: Any) -> Any:
    # Where a model names none, Django hangs an s on the English singular, lazily: that is translated as a whole.
    with override(None):
        return gettext_lazy(str(meta.verbose_name_plural))


def _lazy(words: Any) -> Any:
    return words if isinstance(words, Promise) or not words else gettext_lazy(words)
