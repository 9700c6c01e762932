"""Commands that operators and health checks call."""
