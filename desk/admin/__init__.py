"""The admin's pages that draw from every room."""

from desk.admin.job import JobAdmin

__all__ = ["JobAdmin"]
