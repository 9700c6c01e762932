"""Decisions alone: no database, no patches."""
