"""The admin's pages of conversations."""

from __future__ import annotations

from inbox.admin import thread

__all__ = ["thread"]
