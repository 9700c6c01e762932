"""The admin's pages about staff, and what every page of the admin shares."""

from staff.admin.people import GroupAdmin, UserAdmin
from staff.admin.trace import TraceAdmin

__all__ = ["GroupAdmin", "TraceAdmin", "UserAdmin"]
