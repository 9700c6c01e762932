"""What a message to a patient never names by default: the product's own list, for the tests of its wordings."""

from __future__ import annotations

from messaging.domain.telling import DRUGS, ILLNESSES, named_in

__all__ = ["DRUGS", "ILLNESSES", "named_in"]
