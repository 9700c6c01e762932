"""Everybody in the demo."""

from __future__ import annotations

from reminders.demo.cast_due import BY_ELAPSED_TIME, BY_WALL_TIME
from reminders.demo.cast_odd import ODD_STATES
from reminders.demo.cast_weeks import COMING_WEEKS

CAST = (*BY_ELAPSED_TIME, *BY_WALL_TIME, *COMING_WEEKS, *ODD_STATES)
