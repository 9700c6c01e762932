"""Imports of patients with their consent, and of schedules with their plans."""
