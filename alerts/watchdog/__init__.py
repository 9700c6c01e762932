"""An auditor outside the machine: asks the database what should have happened, does it, and shouts.

It shares nothing with what it watches but the database and the code that does the work: no Celery, no Redis,
a process and a connection of its own. `manage.py watchdog` runs it (config/management/commands/watchdog.py).
"""
