"""Makes `.venv` hold exactly what a lock file says; needs nothing but the standard library.

Run by path with whatever Python the machine has: `python3 sandbox/launch/environment.py run`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
INSIDE = VENV / "bin" / "python"
WHAT_IS_MISSING = (
    "This Python cannot make a virtual environment. Install its venv module"
    " (Debian and Ubuntu: `apt-get install python3-venv`) or uv, then try again."
)


def main(name: str) -> None:
    """Bring `.venv` to what requirements/<name>.txt says; instant when it is there already."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f".installed-{name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if INSIDE.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing requirements/{name}.txt into .venv …", flush=True)
    if not (_with_uv(lock) or _with_pip(lock)):
        sys.exit(WHAT_IS_MISSING)
    stamp.write_text(wanted)


def _quietly(*command: str | Path) -> bool:
    return subprocess.run([str(part) for part in command], check=False, capture_output=True).returncode == 0


def _loudly(*command: str | Path) -> None:
    """Run `command`; its failure ends the set-up with its own words on the screen."""
    if subprocess.run([str(part) for part in command], check=False).returncode != 0:
        sys.exit(f"failed: {' '.join(str(part) for part in command)}")


def _with_uv(lock: Path) -> bool:
    # A version manager's stand-in may be on the PATH with no uv behind it: ask it before trusting it.
    uv = shutil.which("uv")
    if uv is None or not _quietly(uv, "--version"):
        return False
    if not _sound() and not _quietly(uv, "venv", "--clear", "--python", sys.executable, VENV):
        return False
    install = (uv, "pip", "install", "--quiet", "--python", INSIDE, "--require-hashes", "-r", lock)
    if subprocess.run([str(part) for part in install], check=False).returncode == 0:
        return True
    # uv trusts certificates of its own and reads no pip.conf: pip may be set up where uv is not.
    print("uv could not install it; trying pip …", flush=True)
    return False


def _with_pip(lock: Path) -> bool:
    install = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    if _sound() and _quietly(INSIDE, "-m", "pip", "--version"):
        _loudly(INSIDE, "-m", "pip", *install)
        return True
    if _make_with_pip():
        _loudly(INSIDE, "-m", "pip", *install)
        return True
    # Debian splits ensurepip off; a pip of the machine's own can still install into a bare environment.
    if _quietly(sys.executable, "-m", "pip", "--version") and (_sound() or _make("--without-pip")):
        _loudly(sys.executable, "-m", "pip", "--python", INSIDE, *install)
        return True
    return False


def _make_with_pip() -> bool:
    if _sound():
        return False
    if _make():
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly("apt-get", "update")
        if _quietly("apt-get", "install", "-y", "--no-install-recommends", "python3-venv"):
            return _make()
    return False


def _make(*options: str) -> bool:
    return _quietly(sys.executable, "-m", "venv", "--clear", *options, VENV)


def _sound() -> bool:
    """Whether the environment's Python starts (its base may have been removed since)."""
    return INSIDE.exists() and _quietly(INSIDE, "-c", "import sys; sys.exit(sys.version_info < (3, 11))")


if __name__ == "__main__":
    main(sys.argv[1])
