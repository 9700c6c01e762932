"""Warnings to patients: planned for each of them, released through the outbox, never dropped without a reason."""
