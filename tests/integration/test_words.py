"""Versions of wordings: who may bring them how far, what is said meanwhile, and what each message keeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.linter import Text
from messaging.domain.wording import WordingError
from messaging.domain.words import WordingState
from messaging.models import WordingText, WordingVersion
from messaging.words import active, files, texts, trail, versions
from tests.support.words import EN, ENGLISH, ES, NAME, SPANISH, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Staff:
    return Staff()


def said(language: str = "en", channel: Channel = Channel.SMS, name: str = NAME) -> wordings.Wording:
    return wordings.load(name, language, channel)


def test_it_says_the_shipped_words_until_a_version_is_active(staff: Staff) -> None:
    before = said()
    assert before.version.startswith("shipped-")
    assert len(before.version) == 16
    staff.signed()
    active.forget()
    assert said() == before


def test_it_says_the_words_of_the_active_version_in_every_language(staff: Staff) -> None:
    version = staff.active()
    assert (said().body, said().version) == (ENGLISH, str(version.number))
    assert said("es").body == SPANISH
    assert said(channel=Channel.EMAIL).version == "1"
    assert said(name="visit_same_day").version.startswith("shipped-")


def test_it_asks_the_database_once_for_many_messages(staff: Staff, django_assert_num_queries: Any) -> None:
    staff.active()
    with django_assert_num_queries(1):
        for _ in range(50):
            said()
            wordings.exists(NAME, "es", Channel.EMAIL)


def test_it_holds_in_other_processes_within_half_a_minute(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = said()
    version = staff.signed()
    active.take_files()
    versions.activate(version, by=staff.signer, now=timezone.now())
    assert said() == shipped
    monkeypatch.setattr(active._Table, "read_at", time.monotonic() - active.REREAD)
    assert said().body == ENGLISH


def test_it_holds_at_once_where_it_was_made_active(
    staff: Staff, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    version = staff.signed()
    active.take_files()
    with django_capture_on_commit_callbacks(execute=True):
        versions.activate(version, by=staff.signer, now=timezone.now())
    assert said().body == ENGLISH


def test_a_channel_that_the_version_does_not_cover_stays_with_the_files(staff: Staff) -> None:
    version = staff.active()
    WordingText.objects.filter(version=version, channel="email").delete()
    active.forget()
    assert said(channel=Channel.EMAIL).version.startswith("shipped-")
    assert wordings.exists(NAME, "en", Channel.EMAIL)


def test_a_language_that_the_version_lacks_is_named_rather_than_sent_other_words(staff: Staff) -> None:
    version = staff.active()
    WordingText.objects.filter(version=version, channel="sms", language="es").delete()
    active.forget()
    with pytest.raises(WordingError, match=r"visit_day_before\.txt: version 1, which is active, has no words in es"):
        said("es")
    assert not wordings.exists(NAME, "es", Channel.SMS)


def test_nobody_reviews_or_signs_words_of_her_own(staff: Staff) -> None:
    staff.writer.groups.add(*staff.signer.groups.all())
    writer = type(staff.writer).objects.get(pk=staff.writer.pk)
    version = staff.draft()
    seen = texts.seal(texts.of(version))
    with pytest.raises(ValidationError, match="you have written words of it"):
        versions.review(version, by=writer, now=timezone.now(), seen=seen)
    versions.review(version, by=staff.reader, now=timezone.now(), seen=seen)
    with pytest.raises(ValidationError, match="you have written words of it"):
        versions.sign(version, by=writer, now=timezone.now())


def test_whoever_changed_another_s_draft_has_written_it_too(staff: Staff) -> None:
    version = staff.draft()
    own = texts.of(version)
    changed = own | {EN: Text("", ENGLISH + " Thank you.")}
    versions.write(version, changed, by=staff.signer, now=timezone.now(), seen=texts.seal(own), note="")
    with pytest.raises(ValidationError, match="you have written words of it"):
        versions.review(version, by=staff.signer, now=timezone.now(), seen=texts.seal(texts.of(version)))


def test_who_reviewed_does_not_sign(staff: Staff) -> None:
    version = staff.draft()
    versions.review(version, by=staff.signer, now=timezone.now(), seen=texts.seal(texts.of(version)))
    with pytest.raises(ValidationError, match="a third person signs"):
        versions.sign(version, by=staff.signer, now=timezone.now())


@pytest.mark.parametrize(
    ("state", "deed", "why"),
    [
        ("draft", "sign", "it is draft"),
        ("draft", "activate", "it is draft"),
        ("reviewed", "activate", "it is reviewed"),
        ("signed", "review", "it is signed"),
        ("active", "sign", "it is active"),
    ],
)
def test_no_step_is_left_out(staff: Staff, state: str, deed: str, why: str) -> None:
    version = getattr(staff, state)()
    given = {"seen": texts.seal(texts.of(version))} if deed == "review" else {}
    with pytest.raises(ValidationError, match=why):
        getattr(versions, deed)(version, by=staff.signer, now=timezone.now(), **given)


def test_who_may_not_is_told_who_may(staff: Staff) -> None:
    with pytest.raises(ValidationError, match="nia may not write wordings"):
        versions.draft(NAME, by=staff.reader, now=timezone.now())
    version = staff.reviewed()
    with pytest.raises(ValidationError, match="only whoever may sign wordings can do this"):
        versions.sign(version, by=staff.writer, now=timezone.now())


def test_what_the_linter_refuses_is_neither_reviewed_nor_signed_nor_made_active(staff: Staff) -> None:
    version = staff.draft({EN: Text("", "{clinic}: reply YES for {day}.")})
    with pytest.raises(ValidationError, match="sms in en: Carriers act upon"):
        versions.review(version, by=staff.reader, now=timezone.now(), seen=texts.seal(texts.of(version)))


def test_words_that_became_wrong_meanwhile_are_not_made_active(staff: Staff) -> None:
    version = staff.signed()
    WordingText.objects.filter(version=version, language="en", channel="sms").update(body="Reply YES to {clinic}.")
    with pytest.raises(ValidationError, match="Carriers act upon"):
        versions.activate(version, by=staff.signer, now=timezone.now())


def test_words_that_changed_after_the_reader_opened_them_are_not_reviewed(staff: Staff) -> None:
    version = staff.draft()
    read = texts.seal(texts.of(version))
    mended(version, staff)
    with pytest.raises(ValidationError, match="changed after you opened the page"):
        versions.review(version, by=staff.reader, now=timezone.now(), seen=read)


def mended(version: WordingVersion, staff: Staff) -> WordingVersion:
    """The same draft with other words that pass the linter."""
    own = texts.of(version)
    better = own | {EN: Text("", ENGLISH + " Thank you."), ES: Text("", SPANISH + " Gracias.")}
    return versions.write(version, better, by=staff.writer, now=timezone.now(), seen=texts.seal(own), note="")


def test_two_who_write_one_draft_do_not_undo_each_other(staff: Staff) -> None:
    version = staff.draft()
    seen = texts.seal(texts.of(version))
    mended(version, staff)
    with pytest.raises(ValidationError, match="somebody else has changed this draft"):
        versions.write(version, {EN: Text("", "x")}, by=staff.signer, now=timezone.now(), seen=seen, note="")


def test_it_goes_back_with_a_reason_and_is_reviewed_anew(staff: Staff) -> None:
    version = staff.reviewed()
    with pytest.raises(ValidationError, match="say what has to be changed"):
        versions.send_back(version, by=staff.reader, now=timezone.now(), reason=" ")
    back = versions.send_back(version, by=staff.reader, now=timezone.now(), reason="Too short.")
    assert (back.state, back.reviewed_by) == (WordingState.DRAFT, None)
    assert trail.steps(back)[0].words == "Sent it back: Too short."


def test_a_newer_version_takes_the_place_of_the_older_and_the_older_can_come_back(staff: Staff) -> None:
    first = staff.active()
    second = staff.active(words={EN: Text("", ENGLISH + " Thank you."), ES: Text("", SPANISH + " Gracias.")})
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == (WordingState.RETIRED, WordingState.ACTIVE, 2)
    assert said().body.endswith("Thank you.")
    versions.activate(first, by=staff.signer, now=timezone.now())
    active.forget()
    assert said().body == ENGLISH
    versions.retire(first, by=staff.signer, now=timezone.now())
    active.forget()
    assert said().version.startswith("shipped-")


def test_a_draft_that_was_given_up_never_becomes_active(staff: Staff) -> None:
    version = staff.draft()
    versions.retire(version, by=staff.writer, now=timezone.now())
    with pytest.raises(ValidationError, match="nobody has signed it"):
        versions.activate(version, by=staff.signer, now=timezone.now())


def test_the_database_itself_refuses_a_version_that_one_person_wrote_and_signed(staff: Staff) -> None:
    version = staff.reviewed()
    with pytest.raises(IntegrityError), transaction.atomic():
        WordingVersion.objects.filter(pk=version.pk).update(
            state="active", signed_by=staff.writer, signed_at=timezone.now()
        )


def test_there_are_versions_of_what_exists_and_of_its_branches_only(staff: Staff) -> None:
    with pytest.raises(ValidationError, match="there is no template “visit_nowhere”"):
        versions.draft("visit_nowhere", by=staff.writer, now=timezone.now())
    detailed = versions.draft(f"{NAME}_detail", by=staff.writer, now=timezone.now())
    assert texts.of(detailed)[EN].body == said().body
    with pytest.raises(ValidationError, match="is being written already"):
        versions.draft(f"{NAME}_detail", by=staff.writer, now=timezone.now())


def test_only_words_for_who_agreed_to_detail_may_name_the_drug(staff: Staff) -> None:
    told = {
        EN: Text("", "{clinic}: your denosumab shot is {day} at {time}. Call {phone}."),
        ES: Text("", "{clinic}: su inyeccion de denosumab es {day} a las {time}. Llame al {phone}."),
    }
    plain = staff.draft(told)
    assert {one.code for one in versions.refusing(plain)} == {"tells"}
    detailed = staff.draft(told, name=f"{NAME}_detail")
    assert versions.refusing(detailed) == []


def test_a_version_goes_out_as_files_and_comes_back_the_same(staff: Staff) -> None:
    version = staff.draft()
    kept = files.as_files(NAME, texts.of(version))
    assert sorted(kept) == [f"{NAME}.{one}.{kind}" for one in ("en", "es") for kind in ("mail.txt", "txt")]
    assert kept[f"{NAME}.en.txt"] == ENGLISH + "\n"
    again = files.from_upload(NAME, "a.zip", files.as_zip(NAME, texts.of(version)))
    assert again == texts.of(version)


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("other.en.txt", b"x", "other.en.txt is not named visit_day_before"),
        (f"../{NAME}.en.exe", b"x", "is not named"),
        (f"{NAME}.en.mail.txt", b"no subject", "the first line must be 'Subject: "),
        (f"{NAME}.en.txt", b"\xff\xfe\x00", "cannot be read"),
        (f"{NAME}.en.txt", b"  ", "it says nothing"),
        (f"{NAME}.en.txt", b"x" * 70_000, "more than 65536 bytes"),
    ],
)
def test_a_file_that_is_none_of_the_template_is_named(file: str, content: bytes, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        files.from_upload(NAME, file, content)
