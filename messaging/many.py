"""Rows that are named by many values at once: one parameter for all, however many there are.

A parameter for each would be taken apart and put together anew in every statement: with some hundreds of them that
costs more than the statement itself. `column` is always a name of ours.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL


def among(column: str, values: Collection[str] | Collection[int]) -> RawSQL:
    """The condition that `column`, of the one table that is asked, is one of `values`."""
    if connection.vendor == "postgresql":
        return _condition(f"{column} = ANY(%s)", list(values))
    return _condition(f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(list(values)))  # noqa: S608


def not_among(column: str, values: Collection[str] | Collection[int]) -> RawSQL:
    """The condition that it is none of them."""
    if connection.vendor == "postgresql":
        return _condition(f"{column} <> ALL(%s)", list(values))
    return _condition(f"{column} NOT IN (SELECT value FROM json_each(%s))", json.dumps(list(values)))  # noqa: S608


def _condition(sql: str, values: Any) -> RawSQL:
    return RawSQL(sql, [values], output_field=BooleanField())  # noqa: S611
