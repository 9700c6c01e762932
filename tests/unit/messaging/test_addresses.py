"""Phones and mailboxes as keys."""

from __future__ import annotations

import pytest

from messaging.domain.address import consent_key, is_email, is_phone


@pytest.mark.parametrize("address", ["+12025550123", "+34600000000", "+4915123456789"])
def test_phones(address: str) -> None:
    assert is_phone(address)


@pytest.mark.parametrize(
    "address", ["2025550123", "+0123456789", "+1 202 555 0123", "12345", "", "+", "+1202555012x", "+12025550123\n"]
)
def test_not_phones(address: str) -> None:
    assert not is_phone(address)


@pytest.mark.parametrize("address", ["ana@example.org", "a.b+c@sub.example.org"])
def test_mailboxes(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "address", ["", "ana", "@example.org", "ana@", "a@b,c@d", "a b@c.org", "a@b.org\nBcc: x@y.org", "<a@b.org>"]
)
def test_not_mailboxes(address: str) -> None:
    assert not is_email(address)


def test_one_mailbox_is_one_key_however_it_is_spelt() -> None:
    assert consent_key(" Ana@Example.ORG ") == consent_key("ana@example.org")
    assert consent_key("+12025550123") == "+12025550123"
