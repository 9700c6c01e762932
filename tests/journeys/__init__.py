"""Whole stories over real processes: from a schedule to the phone and back."""
