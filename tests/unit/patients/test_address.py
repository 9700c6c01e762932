"""What people type as a phone or a mailbox, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.domain.address import AddressError, email, phone


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("+12025550123", None, "+12025550123"),
        (" +1 (202) 555-0123 ", None, "+12025550123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("202.555.0123", "US", "+12025550123"),
        ("0034 612 345 678", "ES", "+34612345678"),
        ("612 345 678", "ES", "+34612345678"),
        ("+52 55 1234 5678", "US", "+525512345678"),
    ],
)
def test_a_phone_is_kept_in_e164(typed: str, region: str | None, stored: str) -> None:
    assert phone(typed, region=region) == stored
    assert phone(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", "none", "n/a", "555-0123", "2025550123", "+1", "+1202555012", "+120255501234", "+999123456789"),
        *("+1 202 555 0123 ext. 4", "+1 000 555 0123", "rosa@example.org", "+1202555O123x"),
    ],
)
def test_what_reaches_nobody_is_refused_by_name(typed: str) -> None:
    with pytest.raises(AddressError) as refusal:
        phone(typed)
    assert repr(typed.strip()) in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("rosa@example.org", "rosa@example.org"),
        ("rosa@example.org\r\n", "rosa@example.org"),
        (" Rosa.Luz+visits@Clinic.EXAMPLE ", "Rosa.Luz+visits@clinic.example"),
        ("o'brien@mail.example.org", "o'brien@mail.example.org"),
    ],
)
def test_a_mailbox_keeps_its_name_and_lowers_its_domain(typed: str, stored: str) -> None:
    assert email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "rosa",
            "rosa@",
            "@example.org",
            "rosa@example",
            "a b@example.org",
            "rosa@exa mple.org",
            "rosa@@example.org",
        ),
        *(
            "rosa@example.org, luz@example.org",
            "Rosa <rosa@example.org>",
            "rosa@-example.org",
            "x" * 250 + "@example.org",
        ),
        *("rosa@example.org\nBcc: all@example.org", "rosa@.org"),
    ],
)
def test_what_is_no_mailbox_is_refused(typed: str) -> None:
    with pytest.raises(AddressError):
        email(typed)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_nothing_typed_breaks_the_reading(typed: str) -> None:
    for read in (phone, email):
        try:
            stored = read(typed)
        except AddressError:
            continue
        assert read(stored) == stored
        assert not any(c.isspace() for c in stored)
