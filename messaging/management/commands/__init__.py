"""Commands of messaging: what an operator does to sending."""
