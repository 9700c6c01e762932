"""`manage.py grant_roles`: the groups Coordinators, Nurses and Managers, with what they may do to red flags."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from alerts import roles


class Command(BaseCommand):
    """Make the groups where they are missing, and give each what it needs; what it has besides stays."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, and say so."""
        roles.grant_all()
        self.stdout.write("Coordinators, Nurses and Managers have their rights to red flags.")
