"""In which hours a patient may be disturbed: the clinic's, which the patient may narrow and never widen."""

from __future__ import annotations

from datetime import time


def narrowed(clinic: tuple[time, time], opens: time | None, closes: time | None) -> tuple[time, time]:
    """What of the clinic's hours is left between `opens` and `closes` (wall time); the clinic's where nothing is.

    A clinic that is always open (equal ends, or hours over midnight) takes the patient's word as it is.
    """
    first, last = clinic
    if first >= last:
        return (opens or first, closes or last) if opens or closes else clinic
    begins, ends = max(first, opens or first), min(last, closes or last)
    return (begins, ends) if begins < ends else clinic
