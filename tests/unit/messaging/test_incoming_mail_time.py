"""Mails made to keep their reader busy: anybody may write one, and the mails behind it must not wait."""

from __future__ import annotations

import time

import pytest

from messaging.domain.incoming_mail import Kind, parse, read

_HEAD = b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\n"


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (_HEAD + b"Content-Type: text/html\r\n\r\nMy legs are numb" + b"<a " * 60_000, "My legs are numb"),
        (_HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 8_000 + b"\r\n\r\nMy legs are numb", "My legs are numb"),
    ],
    ids=["tags", "subject"],
)
def test_it_reads_a_hostile_mail_quickly_and_keeps_its_words(mail: bytes, words: str) -> None:
    began = time.process_time()
    found = read(parse(mail), bounce_address="")
    assert found.kind is Kind.WORDS
    assert found.words.startswith(words)
    assert time.process_time() - began < 1
