"""Versions of the wordings: which words are in force, who wrote, reviewed and signed them, and how files hold them."""
