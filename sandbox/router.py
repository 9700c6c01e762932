"""Knows that the sandbox's rows live in the sandbox's own database, and that nothing else does."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

APP = "sandbox"
ALIAS = "sandbox"


class SandboxRouter:
    """A real carrier keeps its own truth elsewhere: no query and no relation may cross."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        """The sandbox's database for its own models, no opinion on others."""
        return ALIAS if model._meta.app_label == APP else None

    def db_for_write(self, model: type[Model], **_: Any) -> str | None:
        """The same for writing."""
        return ALIAS if model._meta.app_label == APP else None

    def allow_relation(self, left: Model, right: Model, **_: Any) -> bool | None:
        """Only inside the sandbox."""
        inside = {left._meta.app_label == APP, right._meta.app_label == APP}
        if inside == {True}:
            return True
        return False if inside == {True, False} else None

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """Sandbox tables only in the sandbox's database, and nothing else there."""
        if app_label == APP:
            return db == ALIAS
        return False if db == ALIAS else None
