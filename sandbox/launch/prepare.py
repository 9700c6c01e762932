"""Brings the databases and the static files of this machine up to date; one process, because each start costs."""

from __future__ import annotations

import django
from django.apps import apps
from django.core.management import call_command


def main() -> None:
    """Migrate both databases, collect static files, load the demo clinic into an empty database."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("migrate", database="sandbox", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if not apps.get_model("patients", "Patient")._default_manager.exists():
        print("loading the demo clinic …", flush=True)
        call_command("load_demo")


if __name__ == "__main__":
    main()
