"""Templates on disk: loading, filling, and a linter that finds each kind of mistake."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from messaging import checks, wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import WordingError, fold_to_gsm7, segments

VOCABULARY = {"day": "Wednesday, September 30", "phone": "(202) 555-0123", "tasks": "- a\n- b"}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """An empty template folder, and a template in two languages for each test to spoil."""
    settings.MESSAGE_TEMPLATES = tmp_path
    settings.MESSAGE_LANGUAGES = ["en", "es"]
    settings.MESSAGE_VOCABULARIES = []
    write(tmp_path, "visit.en.txt", "Your visit is {day}. Questions? Call {phone}.\n")
    write(tmp_path, "visit.es.txt", "Su visita es el {day}. ¿Preguntas? Llame al {phone}.\n")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    wordings._read.cache_clear()


def problems() -> list[str]:
    return wordings.problems(VOCABULARY)


def test_good_templates_have_no_problems(folder: Path) -> None:
    assert problems() == []
    assert wordings.names() == ["visit"]


def test_the_templates_of_the_product_have_none() -> None:
    assert checks.check_wordings() == []
    assert {"opt_out_done", "opt_in_done", "help_answer"} <= set(wordings.names())


@pytest.mark.parametrize("name", ["opt_out_done", "opt_in_done", "help_answer"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_answers_to_the_carriers_words_fit_one_part(name: str, language: str) -> None:
    body = wordings.load(name, language, Channel.SMS).body
    weighed = segments(fold_to_gsm7(body))
    assert (weighed.encoding, weighed.count) == ("GSM-7", 1)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("visit.es.txt", "Su visita es el {day}.", "phone"),
        ("visit.en.txt", "Hello {name}. {day} {phone}", "name"),
        ("visit.en.txt", "Reply YES to confirm. {day} {phone}", "YES"),
        ("visit.es.txt", "Responda cancelar si no puede venir el {day}. {phone}", "CANCELAR"),
        ("visit.en.txt", "{day} {phone} " + "word " * 60, "3 parts"),
        ("visit.en.txt", "See you {day} 🎉 {phone}", "🎉"),
        ("visit.en.txt", "{day.year} {phone}", "day.year"),
        ("visit.en.txt", "{day {phone}", "visit.en.txt"),
        ("visit.en.txt", "   \n", "says nothing"),
        ("alone.en.txt", "Hello", "alone.es.txt"),
        ("visit.de.txt", "Hallo", "visit.de.txt"),
        ("Visit.EN.txt", "Hello", "Visit.EN.txt"),
        ("notes.md", "Hello", "notes.md"),
        ("letter.en.mail.txt", "Hello without a subject", "Subject"),
        ("letter.en.mail.txt", "Subject: \n\nHello", "Subject"),
        ("letter.en.mail.txt", "Subject: Hello\n", "says nothing"),
    ],
)
def test_each_mistake_is_found_and_its_file_is_named(folder: Path, file: str, text: str, words: str) -> None:
    write(folder, file, text)
    found = problems()
    assert any(words in problem for problem in found), found
    assert any(file.split(".")[0] in problem for problem in found)


def test_a_file_that_is_no_text_is_found(folder: Path) -> None:
    (folder / "visit.en.txt").write_bytes(b"\xff\xfe\x00")
    wordings._read.cache_clear()
    assert any("visit.en.txt" in problem for problem in problems())


def test_a_mail_may_say_what_an_sms_may_not(folder: Path) -> None:
    for language in ("en", "es"):
        write(folder, f"letter.{language}.mail.txt", "Subject: {day} 🎉\n\nCall STOP {phone}. " + "word " * 300)
    assert problems() == []


def test_a_call_says_what_an_sms_may_not_and_keeps_its_letters(folder: Path) -> None:
    for language in ("en", "es"):
        write(folder, f"page.{language}.voice.txt", "Señora, STOP {day}. 😀\n\n" + "word " * 100)
    assert problems() == []
    wording = wordings.load("page", "es", Channel.VOICE)
    assert wording.channel is Channel.VOICE
    assert wording.filled(VOCABULARY).body.startswith("Señora, STOP Wednesday, September 30. 😀")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Look at https://clinic.example", "cannot be said"),
        ("Press #", "cannot be said"),
        ("{day} " + "word " * 200, "listened to"),
        ("Hello {name}", "name"),
        ("  ", "says nothing"),
    ],
)
def test_what_nobody_could_listen_to_is_found(folder: Path, text: str, words: str) -> None:
    write(folder, "page.en.voice.txt", text)
    write(folder, "page.es.voice.txt", "Hola")
    found = problems()
    assert any(words in problem and "page.en.voice.txt" in problem for problem in found), found


def test_a_call_needs_its_words_in_every_language(folder: Path) -> None:
    write(folder, "page.en.voice.txt", "Hello")
    assert any("page.es.voice.txt" in problem for problem in problems())


def test_the_check_has_a_number(folder: Path) -> None:
    write(folder, "visit.en.txt", "Reply STOP. {day} {phone}")
    assert {error.id for error in checks.check_wordings()} == {"messaging.E001"}


def test_settings_name_the_vocabularies(folder: Path, settings: Any) -> None:
    assert any("nobody gives a value" in problem for problem in wordings.problems())
    settings.MESSAGE_VOCABULARIES = [f"{__name__}.VOCABULARY"]
    assert wordings.problems() == []


def test_paths_that_lead_nowhere_are_found(settings: Any) -> None:
    settings.INBOUND_HANDLERS = ["reminders.nowhere.handle"]
    settings.MESSAGE_CHANNELS = {"sms": "messaging.channels.pigeon.Pigeon"}
    settings.OPERATOR_ALARM = "alerts.nobody.hear"
    assert {error.id for error in checks.check_paths()} == {"messaging.E002", "messaging.E003", "messaging.E005"}


def test_senders_that_cannot_call_are_told_of(settings: Any) -> None:
    assert checks.check_callers() == []
    settings.TWILIO_FROM_ALERTS = "MG" + "a" * 32
    assert checks.check_callers() == [], "calls leave by the other number"
    settings.TWILIO_FROM_REMINDERS = "MG" + "a" * 32
    assert [problem.id for problem in checks.check_callers()] == ["messaging.W004"]


def test_an_sms_is_one_line_however_it_is_broken_in_its_file(folder: Path) -> None:
    write(folder, "visit.en.txt", "Your visit\n  is {day}.\n\nCall {phone}.\n")
    assert wordings.load("visit", "en", Channel.SMS).body == "Your visit is {day}.\n\nCall {phone}."


def test_a_mail_has_a_subject_a_text_and_an_html_part(folder: Path) -> None:
    write(
        folder, "letter.en.mail.txt", "Subject: Your visit {day}\n\nDear <you>,\n\ncall {phone} & bring:\n\n{tasks}\n"
    )
    wording = wordings.load("letter", "en", Channel.EMAIL)
    assert wording.variables == ("day", "phone", "tasks")
    filled = wording.filled(VOCABULARY)
    assert filled.subject == "Your visit Wednesday, September 30"
    assert filled.body == "Dear <you>,\n\ncall (202) 555-0123 & bring:\n\n- a\n- b"
    assert "Dear &lt;you&gt;," in filled.html
    assert [item.strip() for item in re.findall(r"<li[^>]*>([^<]*)</li>", filled.html)] == ["a", "b"]
    assert '<html lang="en">' in filled.html
    assert "{" not in filled.html.split("<body")[1]


def test_values_are_escaped_in_the_html_part(folder: Path) -> None:
    write(folder, "letter.en.mail.txt", "Subject: Hi\n\nSee {day}")
    html = wordings.load("letter", "en", Channel.EMAIL).filled({"day": "<script>alert(1)</script>"}).html
    assert "<script>" not in html


def test_a_blank_without_a_value_is_an_error_that_names_it(folder: Path) -> None:
    with pytest.raises(WordingError, match="phone"):
        wordings.load("visit", "en", Channel.SMS).filled({"day": "tomorrow"})


def test_a_template_that_does_not_exist_is_an_error_that_names_its_file(folder: Path) -> None:
    with pytest.raises(WordingError, match=r"visit\.fr\.txt"):
        wordings.load("visit", "fr", Channel.SMS)
    with pytest.raises(WordingError, match=r"visit\.en\.mail\.txt"):
        wordings.load("visit", "en", Channel.EMAIL)


@pytest.mark.parametrize("name", ["../secret", "a/b", ""])
def test_a_name_does_not_lead_out_of_the_folder(folder: Path, name: str) -> None:
    (folder.parent / "secret.en.txt").write_text("secret")
    with pytest.raises(WordingError):
        wordings.load(name, "en", Channel.SMS)
