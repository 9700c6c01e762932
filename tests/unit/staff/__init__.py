"""Unit tests of who works here."""
