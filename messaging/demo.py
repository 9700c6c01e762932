"""The demo's wordings: one that is being written and one that was read and waits for its signature."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from messaging.domain.delivery import Channel
from messaging.domain.linter import Text
from messaging.models import WordingVersion
from messaging.words import texts, versions

_EN, _ES = ("en", Channel.SMS), ("es", Channel.SMS)
_DRAFT = {
    _EN: Text("", "{clinic}: you are due {day} at {time}, {location}. Running late? Call {phone}."),
    _ES: Text("", "{clinic}: su cita es {day} a las {time}, {location}. ¿Llega tarde? Llame al {phone}."),
}
_REVIEWED = {
    _EN: Text("", "{clinic}: we look forward to seeing you {day} at {time}, {location}. Questions? Call {phone}."),
    _ES: Text("", "{clinic}: le esperamos {day} a las {time}, {location}. ¿Preguntas? Llame al {phone}."),
}


def load(*, now: datetime) -> None:
    """Write them where there are no versions yet."""
    if WordingVersion.objects.exists():
        return
    people = {user.username: user for user in User.objects.filter(username__in=("coordinator", "nurse"))}
    if len(people) < 2:
        return
    writer, reader = people["coordinator"], people["nurse"]
    _write("visit_same_day", _DRAFT, writer, "Says whom to call when running late.", now)
    version = _write("visit_day_before", _REVIEWED, writer, "Friendlier.", now)
    versions.review(version, by=reader, now=now, seen=texts.seal(texts.of(version)))


def _write(name: str, words: dict[tuple[str, Channel], Text], by: User, note: str, now: datetime) -> WordingVersion:
    version = versions.draft(name, by=by, now=now)
    own = texts.of(version)
    return versions.write(version, own | words, by=by, now=now, seen=texts.seal(own), note=note)
