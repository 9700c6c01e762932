"""People who write, read and sign wordings, and a version brought as far as a test needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.utils import timezone

from messaging.domain.delivery import Channel
from messaging.domain.linter import Key, Text
from messaging.models import WordingVersion
from messaging.words import active, texts, versions

NAME = "visit_day_before"
EN, ES = ("en", Channel.SMS), ("es", Channel.SMS)
ENGLISH = "{clinic}: we see you {day} at {time}. Questions? Call {phone}."
SPANISH = "{clinic}: le vemos {day} a las {time}. ¿Preguntas? Llame al {phone}."


def _person(name: str, group: str) -> User:
    made: Any = get_user_model().objects.create_user(name, password="pw", is_staff=True, email=f"{name}@clinic.test")
    made.groups.add(Group.objects.get(name=group))
    return User.objects.get(pk=made.pk)


@dataclass
class Staff:
    """One of each role, and a second manager: who signs is a third person."""

    writer: User = field(init=False)
    reader: User = field(init=False)
    signer: User = field(init=False)

    def __post_init__(self) -> None:
        self.writer = _person("cora", "Coordinators")
        self.reader = _person("nia", "Nurses")
        self.signer = _person("mona", "Managers")

    def draft(self, words: dict[Key, Text] | None = None, name: str = NAME) -> WordingVersion:
        """A draft with words of its own for texts."""
        now = timezone.now()
        version = versions.draft(name, by=self.writer, now=now)
        own = texts.of(version) | ({EN: Text("", ENGLISH), ES: Text("", SPANISH)} if words is None else words)
        seen = texts.seal(texts.of(version))
        return versions.write(version, own, by=self.writer, now=now, seen=seen, note="Shorter.")

    def reviewed(self, **given: Any) -> WordingVersion:
        """One that the nurse has read."""
        version = self.draft(**given)
        return versions.review(version, by=self.reader, now=timezone.now(), seen=texts.seal(texts.of(version)))

    def signed(self, **given: Any) -> WordingVersion:
        """One that the manager answers for."""
        return versions.sign(self.reviewed(**given), by=self.signer, now=timezone.now())

    def active(self, **given: Any) -> WordingVersion:
        """One that is sent."""
        version = versions.activate(self.signed(**given), by=self.signer, now=timezone.now())
        # What the commit of a real transaction does.
        active.forget()
        return version
