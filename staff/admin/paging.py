"""Lists of millions of rows: counted exactly while they are short, estimated when long, never counted in full."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

#: Up to so many rows are counted one by one.
EXACT = 5_000
#: Rows that can be reached by turning pages: the further in, the more a page costs. Filters and search reach the rest.
DEEPEST = 10_000


class QuickPaginator(Paginator[Any]):
    """Pages of a query set. Of a long one on PostgreSQL, `count` is an estimate, and `estimated` says so."""

    #: Read by the theme in the place of its own line of pages.
    template_name: ClassVar[str] = "admin/quick_pages.html"
    deepest: ClassVar[int] = DEEPEST

    @cached_property
    def count(self) -> int:
        """How many rows: exact up to `EXACT`."""
        return self._counted[0]

    @property
    def estimated(self) -> bool:
        """Whether `count` is a guess."""
        return self._counted[1]

    @property
    def cut_off(self) -> bool:
        """Whether there are rows that no page reaches."""
        return self.count > self.num_pages * self.per_page

    @cached_property
    def num_pages(self) -> int:
        """How many pages can be turned."""
        return min(super().num_pages, max(self.deepest // self.per_page, 1))

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        rows = self.object_list
        if not isinstance(rows, QuerySet) or connections[rows.db].vendor != "postgresql":
            return super().count, False
        whole = _rows_of_table(rows) if _is_whole_table(rows) else 0
        if whole > EXACT:
            return whole, True
        counted = rows.order_by()[: EXACT + 1].count()
        return (counted, False) if counted <= EXACT else (max(_planned_rows(rows), counted), True)


class QuickPages(ModelAdmin):
    """A page of the admin whose list may be long."""

    paginator = QuickPaginator
    show_full_result_count = False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list. How many rows there are without its filters is not counted, and so not said."""
        changes = super().get_changelist_instance(request)
        if not (changes.has_active_filters or changes.query) or getattr(changes.paginator, "estimated", False):
            changes.full_result_count = changes.result_count
        return changes


def _is_whole_table(rows: QuerySet[Any]) -> bool:
    query = rows.query
    return not (query.where or query.distinct or query.combinator or query.is_sliced or query.group_by)


def _rows_of_table(rows: QuerySet[Any]) -> int:
    """What PostgreSQL believes that the table holds; 0 before it has looked."""
    with connections[rows.db].cursor() as cursor:
        table = cursor.db.ops.quote_name(rows.model._meta.db_table)
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        found = cursor.fetchone()
    return max(int(found[0]), 0) if found else 0


def _planned_rows(rows: QuerySet[Any]) -> int:
    """How many rows the query planner expects."""
    return int(json.loads(rows.order_by().explain(format="json"))[0]["Plan"]["Plan Rows"])
