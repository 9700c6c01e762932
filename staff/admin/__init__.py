"""The admin's pages about staff, and what every page of the admin shares."""

from staff.admin.trace import TraceAdmin

__all__ = ["TraceAdmin"]
