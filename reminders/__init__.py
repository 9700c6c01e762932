"""Reminders: treatments, schedules, visits, the ladder of reminders, and what was planned from them."""
