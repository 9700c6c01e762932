"""Tests of the patient pages that need no database."""
