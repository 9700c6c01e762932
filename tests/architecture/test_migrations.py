"""The database's history is one line per app, and it says what the models say."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_the_models_need_no_further_migration() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, verbosity=1)
    except SystemExit:
        pytest.fail(said.getvalue())


@pytest.mark.parametrize("app", settings.FIRST_PARTY_APPS)
def test_the_migrations_of_each_room_are_one_line(app: str) -> None:
    folder = Path(apps.get_app_config(app).path) / "migrations"
    numbered = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert numbered, "a room without migrations has no place in FIRST_PARTY_APPS"
    assert (folder / "max_migration.txt").read_text().strip() == numbered[-1]
    prefixes = [name[:4] for name in numbered]
    assert len(prefixes) == len(set(prefixes))


def test_every_room_with_models_is_held_to_this() -> None:
    rooms = {config.name for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    assert rooms == set(settings.FIRST_PARTY_APPS)
