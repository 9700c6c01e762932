"""The real parts that figures are taken on: a PostgreSQL and a Redis of their own, and Django on top."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from django.core.management import call_command

from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.redis_server import RedisServer
from tests.support.postgres import PostgresServer

#: As a clinic's server would be set: every commit reaches the disk.
DURABLE = ("max_connections=60", "shared_buffers=512MB", "max_wal_size=4GB", "maintenance_work_mem=256MB")


@contextlib.contextmanager
def stage() -> Iterator[RedisServer]:
    """Servers up, tables made, Django ready; everything is stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="bonewatch-bench-"))
    postgres = PostgresServer(DURABLE)
    redis = RedisServer(folder / "redis")
    try:
        postgres.start()
        redis.start()
        _environment(folder, postgres.url("postgres"), redis.url)
        django.setup()
        call_command("migrate", database="default", verbosity=0, skip_checks=True)
        yield redis
    finally:
        django.db.connections.close_all()
        redis.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, database: str, redis: str) -> None:
    os.environ.update(
        BONEWATCH_VAR=str(folder),
        DATABASE_URL=database,
        REDIS_URL=redis,
        EMAIL_URL=f"smtp://{LOOPBACK}:{free_port()}",
        PORT=str(free_port()),
        LOG_LEVEL="WARNING",
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
