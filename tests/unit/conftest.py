"""How properties are tried: the same examples on every run, new ones on request.

`HYPOTHESIS_PROFILE=explore` looks for trouble with fresh examples, and keeps what it found for the next run.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
