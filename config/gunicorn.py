"""How the web process serves: threads, because a demo's carrier calls back into the very server that calls it."""

from __future__ import annotations

import multiprocessing
import os

from config.env import env

host = env.str("BIND_HOST", default="127.0.0.1")
port = env.int("PORT", default=8000)
bind = f"{host}:{port}"
worker_class = "gthread"
workers = env.int("WEB_CONCURRENCY", default=min(multiprocessing.cpu_count(), 4))
threads = 16
timeout = 60
graceful_timeout = 10
keepalive = 5
# The heartbeat file of a worker on a slow disk stalls the worker: keep it in memory where there is some.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
max_requests = 20_000
max_requests_jitter = 2_000
# No access log: URLs hold tokens.
accesslog = None
loglevel = "warning"
control_socket_disable = True
