"""Decisions of messaging, without a database."""
