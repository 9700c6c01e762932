"""The page for operators says of every code what the product does."""

from __future__ import annotations

import pytest

from tests.support.code_tables import PAGE, TABLES, table, written


@pytest.mark.parametrize("whose", sorted(TABLES))
def test_the_page_holds_the_table_that_is_lived_by(whose: str) -> None:
    assert written(PAGE.read_text(), whose) == table(whose), "run `python -m tests.support.code_tables`"
