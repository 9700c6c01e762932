"""Pages of long lists: exact while short, estimated when long, never deeper than can be turned quickly."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staff.admin import paging
from staff.admin.paging import QuickPaginator

pytestmark = pytest.mark.django_db


@pytest.fixture
def _postgres() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL estimates")


def groups(count: int) -> None:
    Group.objects.bulk_create(Group(name=f"group {number}") for number in range(count))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE auth_group")


def pages(rows: Any, per_page: int = 10) -> QuickPaginator:
    return QuickPaginator(rows.order_by("name"), per_page)


def test_a_short_list_is_counted_exactly() -> None:
    groups(25)
    found = pages(Group.objects.filter(name__startswith="group"))
    assert (found.count, found.num_pages, found.estimated, found.cut_off) == (25, 3, False, False)


def test_pages_are_not_turned_further_than_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuickPaginator, "deepest", 20)
    groups(25)
    found = pages(Group.objects.filter(name__startswith="group"))
    assert (found.count, found.num_pages, found.cut_off) == (25, 2, True)
    assert len(found.page(2).object_list) == 10


@pytest.mark.usefixtures("_postgres")
@pytest.mark.parametrize("whole", [True, False])
def test_a_long_list_is_estimated_without_counting_it(monkeypatch: pytest.MonkeyPatch, *, whole: bool) -> None:
    monkeypatch.setattr(paging, "EXACT", 30)
    groups(300)
    rows = Group.objects.all() if whole else Group.objects.filter(name__startswith="group")
    found = pages(rows)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert 200 < found.count < 400
    assert found.estimated
    assert not any("COUNT(*)" in query["sql"] and "LIMIT 31" not in query["sql"] for query in asked)


@pytest.mark.usefixtures("_postgres")
def test_a_wrong_guess_never_says_fewer_than_were_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "EXACT", 30)
    monkeypatch.setattr(paging, "_planned_rows", lambda _: 1)
    groups(300)
    assert pages(Group.objects.filter(name__startswith="group")).count == 31


@pytest.mark.usefixtures("_postgres")
def test_a_list_says_that_it_only_guesses(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "EXACT", 30)
    monkeypatch.setattr(QuickPaginator, "deepest", 100)
    group_admin = admin.site._registry[Group]
    monkeypatch.setattr(type(group_admin), "paginator", QuickPaginator)
    groups(300)
    page = admin_client.get("/admin/auth/group/").content.decode()
    assert "about 30" in page
    assert "Pages reach the first 100" in page
