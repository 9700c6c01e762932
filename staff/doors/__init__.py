"""Signing in and out: the second factor, the end of a session, who has tried too often."""
