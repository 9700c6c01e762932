"""Decisions about red flags: plain Python, no database and no clock."""
