"""`manage.py grant_roles`: the five groups of staff, with exactly the rights of the table in staff/domain/roles.py."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from staff import roles
from staff.domain.roles import Role


class Command(BaseCommand):
    """Make the groups where they are missing, and put back rights that somebody gave or took by hand."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say so. Every migration does the same."""
        roles.keep_in_step()
        self.stdout.write(f"{', '.join(role.value for role in Role)} have the rights of their role.")
