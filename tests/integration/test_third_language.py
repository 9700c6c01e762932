"""A language more is files and nothing else: it is offered, checked, and a reminder leaves in it."""

from __future__ import annotations

import shutil
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as shipped

from config.languages import missing, own_name, spoken
from messaging import wordings
from messaging.models import Message
from reminders import release
from reminders.domain.offsets import WallTime
from reminders.models import ReminderRule
from tests.support import builders as make
from tests.support.builders import ny


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped wordings, and each in a language that nobody has shipped: the English ones, marked."""
    for path in Path(shipped.MESSAGE_TEMPLATES).glob("*.txt"):
        shutil.copy(path, tmp_path)
        name, language, ending = path.name.split(".", 2)
        if language == "en":
            head, _, rest = path.read_text().partition("\n\n")
            body = f"{head}\n\nOui. {rest}" if ending == "mail.txt" else f"Oui. {path.read_text()}"
            (tmp_path / f"{name}.fr.{ending}").write_text(body)
    return tmp_path


def test_it_is_spoken_as_soon_as_its_files_are_there(folder: Path) -> None:
    assert spoken(folder) == ["en", "es", "fr"]
    assert (own_name("fr"), own_name("es"), own_name("xx")) == ("Français", "Español", "xx")


def test_one_that_has_just_been_begun_is_offered_to_nobody_and_the_check_says_so(folder: Path, settings: Any) -> None:
    for path in sorted(folder.glob("*.fr.*"))[3:]:
        path.unlink()
    settings.MESSAGE_TEMPLATES, settings.MESSAGE_LANGUAGES = folder, spoken(folder)
    assert settings.MESSAGE_LANGUAGES == ["en", "es"]
    assert any("fr is not spoken" in problem for problem in wordings.problems())


def test_a_file_that_somebody_forgot_is_named_and_silences_nobody(folder: Path, settings: Any) -> None:
    (folder / "visit_confirm.es.txt").unlink()
    settings.MESSAGE_TEMPLATES, settings.MESSAGE_LANGUAGES = folder, spoken(folder)
    assert "es" in settings.MESSAGE_LANGUAGES
    assert missing(folder, "es") == ["visit_confirm.es.txt"]
    assert any(problem.startswith("visit_confirm.es.txt") for problem in wordings.problems())


@pytest.mark.django_db
def test_a_reminder_leaves_in_it(folder: Path, settings: Any) -> None:
    settings.MESSAGE_TEMPLATES, settings.MESSAGE_LANGUAGES = folder, spoken(folder)
    assert [problem for problem in wordings.problems() if "parts with" not in problem] == []
    ReminderRule.objects.all().delete()
    make.rule("day_before", WallTime(-1, time(9)))
    course = make.planned_schedule(visits=1)
    owner = course.patient
    owner.language = "fr"
    owner.full_clean()
    owner.save()
    release.release_due(now=ny("2026-06-16 09:00"))
    message = Message.objects.get()
    assert (message.language, message.body[:5]) == ("fr", "Oui. ")
    assert message.template_version.startswith("shipped-")
