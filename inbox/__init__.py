"""What people wrote, as conversations: who waits, since when, who answers, and how it ended."""
