"""How a database URL becomes Django settings: PostgreSQL for clinics, SQLite in WAL for one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.env import env, var_dir

SQLITE_OPTIONS: dict[str, Any] = {
    # A writer takes its lock at BEGIN and waits for it, rather than failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
}


def database(url: str) -> dict[str, Any]:
    """Settings for `url`; a persistent, health-checked connection on PostgreSQL."""
    config: dict[str, Any] = dict(env.db_url_config(url))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # SQLite makes its file, but not the folder around it.
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config


def sandbox_database() -> dict[str, Any]:
    """The stand-in carrier keeps its own truth in a file of its own, as a real carrier would."""
    # Kept open by each thread: opening and closing the file would cost a third of every answer.
    return database(f"sqlite:///{var_dir() / 'sandbox.sqlite3'}") | {"CONN_MAX_AGE": None}
