"""What the inbox decides: who waits, by when, and how a conversation may end."""
