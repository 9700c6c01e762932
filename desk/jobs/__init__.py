"""Bulk work: listed, checked row by row with nothing done, started by a person, worked off by workers."""
