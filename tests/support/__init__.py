"""Real parts for tests: databases, Redis, a mail host, workers, a running product."""
