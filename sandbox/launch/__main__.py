"""`make run`: from a fresh clone to a clinic at work on this machine, and nothing left behind afterwards."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import IO, NoReturn

from sandbox.launch import lifeline
from sandbox.launch.launcher import CARRIER, Family, procfile
from sandbox.launch.ports import LOOPBACK, free_port, is_taken, wait_for_listener
from sandbox.launch.redis_server import RedisMissingError, RedisServer

ROOT = Path(__file__).resolve().parents[2]

WELCOME = """
  Bonewatch is at work on this machine.

    admin      {url}/admin/            (demo logins: admin, coordinator, nurse, manager)
    phones     {url}/sandbox/phones/   what patients receive; type their replies here
    mailbox    {url}/sandbox/mail/
    password   bonewatch-demo

  The first reminders arrive within a minute. Ctrl-C stops everything.
"""


def say(text: str) -> None:
    print(f"{'launcher':>16} | {text}", flush=True)


def give_up(text: str) -> NoReturn:
    sys.exit(f"bonewatch: {text}")


def main() -> None:
    """Prepare, start, wait for Ctrl-C or SIGTERM, stop."""
    if "--with-parent" in sys.argv:
        # Started by make: when make is killed, even by -9, nothing must stay behind.
        lifeline.die_with_parent(signal.SIGTERM)
    for stopper in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        # Also while preparing: leave through the `finally` blocks.
        signal.signal(stopper, lambda *_: sys.exit(0))
    port = chosen_port()
    var = Path(os.environ.get("BONEWATCH_VAR") or ROOT / "var").resolve()
    var.mkdir(parents=True, exist_ok=True)
    with lock(var):
        redis = None if os.environ.get("REDIS_URL") else RedisServer(var / "redis")
        try:
            if redis is not None:
                redis.start()
            env = environment(var, port, redis_url=redis.url if redis else os.environ["REDIS_URL"])
            prepare(env)
            serve(env, port)
        except RedisMissingError as error:
            give_up(str(error))
        finally:
            if redis is not None:
                redis.stop()


def chosen_port() -> int:
    """PORT, or 8000; said plainly when somebody else has it."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        give_up(f"PORT must be a number between 1 and 65535, not {text!r}")
    if is_taken(int(text)):
        give_up(f"port {text} is in use; choose another: make run PORT=8001")
    return int(text)


def lock(var: Path) -> IO[str]:
    """Held while this product runs: two of them on one folder would share a database and fight over it."""
    file = (var / "launch.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        give_up(f"already running on {var}; stop it first, or choose another folder with BONEWATCH_VAR")
    return file


def environment(var: Path, port: int, *, redis_url: str) -> dict[str, str]:
    """What every process of this run sees; what the caller's environment says is kept."""
    metrics = var / "metrics"
    metrics.mkdir(exist_ok=True)
    for old in metrics.glob("*.db"):
        old.unlink()
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{free_port()}",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "DJANGO_SECRET_KEY": secret_key(var),
        # A demo as root is nobody's production: Celery's advice would only bury the addresses.
        "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
        **os.environ,
        "BONEWATCH_VAR": str(var),
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }


def secret_key(var: Path) -> str:
    """This folder's own key, made once: sessions outlive a restart and are worth nothing elsewhere."""
    file = var / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


def prepare(env: dict[str, str]) -> None:
    """Bring databases and static files up to date; a failure ends the launch with its own words."""
    say("preparing the databases …")
    process = lifeline.start([sys.executable, "-m", "sandbox.launch.prepare"], env=env, cwd=ROOT)
    try:
        if process.wait() != 0:
            give_up("the databases could not be prepared; the reason stands above")
    finally:
        lifeline.end_group(process)


def serve(env: dict[str, str], port: int) -> None:
    """Run the family until somebody asks to stop."""
    family = Family(env=env, folder=ROOT, say=say)
    for stopper in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(stopper, family.ask_to_stop)
    try:
        for name, command in [CARRIER, *procfile(ROOT / "Procfile").items()]:
            family.add(name, command)
        if wait_for_listener(port, timeout=30):
            print(WELCOME.format(url=f"http://{LOOPBACK}:{port}"), flush=True)
        family.watch()
        say("stopping …")
    finally:
        family.stop()


if __name__ == "__main__":
    main()
