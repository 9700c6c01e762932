"""How the operations table came to be."""
