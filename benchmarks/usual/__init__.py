"""The usual pattern, as a small Celery app of its own: a sweep, one task per message, a synchronous client."""
