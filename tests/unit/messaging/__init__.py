"""Decisions of the messaging room."""
