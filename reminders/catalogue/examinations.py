"""The tests that find bone metastases or follow them: scans, X-rays, blood tests, biopsy."""

from __future__ import annotations

from reminders.catalogue import lines
from reminders.catalogue.entry import Entry
from reminders.domain.words import Route


def _test(
    *, code: str, name: str, facts: str, before: tuple[str, ...] = (), minutes: int = 60, after: str = ""
) -> Entry:
    """A test on a fixed day: it has no window, and is overdue when its day has ended."""
    return Entry(
        code=code,
        name=name,
        route=Route.TEST,
        default_visits=1,
        duration_minutes=minutes,
        before=before,
        after=after,
        facts=facts,
    )


TESTS = (
    _test(
        code="bone_scan",
        name="Bone scan",
        minutes=240,
        before=(lines.FULL_THEN_EMPTY, lines.WAIT),
        facts=(
            "Whole skeleton, after an injection with a little radioactivity [PAGE]. Fluids, empty bladder, 2-4 hours "
            "of waiting [GK]."
        ),
    ),
    _test(
        code="ct",
        name="CT scan",
        before=(lines.KIDNEYS,),
        facts="Detailed pictures of any part of the body [PAGE]. With contrast: kidneys, metformin [GK].",
    ),
    _test(
        code="mri",
        name="MRI scan",
        before=(lines.METAL,),
        facts="Best for spine and spinal cord, and joints [PAGE]. Metal, pacemaker [GK].",
    ),
    _test(code="xray", name="X-ray", minutes=30, facts="Where in the skeleton, what size and shape [PAGE]."),
    _test(
        code="pet",
        name="PET scan",
        minutes=120,
        before=(lines.FASTING, lines.DIABETES),
        facts="With a radioactive sugar, often together with CT [PAGE]. Fasting about 6 hours, blood glucose [GK].",
    ),
    _test(
        code="blood_tests",
        name="Blood tests (calcium, alkaline phosphatase)",
        minutes=15,
        after="Higher values can also come from other health problems.",
        facts="Calcium and alkaline phosphatase, to diagnose and to follow the response [PAGE].",
    ),
    _test(
        code="biopsy",
        name="Bone biopsy",
        minutes=120,
        facts="A sample of bone under the microscope, when imaging and blood tests do not settle it [PAGE].",
    ),
)
