"""Tests of the desk that need no database."""
