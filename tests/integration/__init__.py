"""One room with its real database, broker or mail host."""
