"""The pages on which people read what arrived, answer it, and make the carrier misbehave."""
