"""Schema of the sandbox's own database."""
