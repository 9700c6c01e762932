"""Counters of several processes in one folder (`PROMETHEUS_MULTIPROC_DIR`), added up by /metrics.

Files are named by host and process: containers that share the folder have the same process numbers.
Imported before anything defines a counter.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from prometheus_client import values


def identity() -> str:
    """This process among all that share the folder; the file format forbids underscores."""
    return f"{socket.gethostname().replace('_', '-')}-{os.getpid()}"


folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
if folder:
    Path(folder).mkdir(parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(identity)  # type: ignore[no-untyped-call]
