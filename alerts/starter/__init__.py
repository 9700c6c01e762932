"""What red flags ship with: draft rules, their words, escalation policies and warnings. A clinic signs before use."""
