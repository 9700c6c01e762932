"""Unit tests of red flags."""
