"""Wordings in the admin: the list, a draft with its findings, the steps that each may take, previews and tests."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from messaging.models import Message, WordingVersion
from messaging.words import previews, texts, versions
from tests.support import builders as make
from tests.support.admin_pages import Desk, course
from tests.support.words import EN, ENGLISH, NAME, Staff

pytestmark = pytest.mark.django_db
LIST = "messaging/wordingversion"


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)


@pytest.fixture
def staff() -> Staff:
    return Staff()


def desk(person: Any) -> Desk:
    client = Client()
    client.force_login(person)
    return Desk(client)


def test_the_list_tells_what_is_sent_and_what_is_being_written(staff: Staff) -> None:
    staff.active()
    staff.reviewed(name="visit_same_day")
    page = desk(staff.reader).see(f"{LIST}/")
    assert "version 1" in page
    assert "reviewed" in page
    assert "visit_two_weeks_dental" in page
    assert "en: 1 part" in page.replace("\n", " ")
    assert "/admin/alerts/alertrule/" in page


def test_a_draft_is_begun_written_and_read_back(staff: Staff) -> None:
    writer = desk(staff.writer)
    begun = writer.post(f"{LIST}/of/{NAME}/begin/")
    version = WordingVersion.objects.get()
    assert begun["Location"].endswith(f"/{version.pk}/change/")
    fields = writer.filled(f"{LIST}/{version.pk}/change/", "words-form")
    kept = writer.post(f"{LIST}/{version.pk}/write/", **fields | {"body-en-sms": ENGLISH, "note": "Shorter."})
    assert "kept as a draft" in writer.told(kept)
    assert texts.of(version)[EN].body == ENGLISH
    assert "Wrote its words." in writer.see(f"{LIST}/{version.pk}/change/")


def test_what_was_typed_stays_when_somebody_else_was_faster(staff: Staff) -> None:
    version, writer = staff.draft(), desk(staff.writer)
    fields = writer.filled(f"{LIST}/{version.pk}/change/", "words-form")
    own = texts.of(version)
    now, seen = timezone.now(), texts.seal(own)
    versions.write(version, own | {EN: own["es", EN[1]]}, by=staff.signer, now=now, seen=seen, note="")
    answer = writer.post(f"{LIST}/{version.pk}/write/", **fields | {"body-en-sms": "My very own words."})
    assert answer.status_code == 400
    assert "My very own words." in answer.content.decode()


def test_the_linter_answers_while_somebody_writes(staff: Staff) -> None:
    staff.draft()
    answer: Any = desk(staff.writer).post(f"{LIST}/of/{NAME}/findings/", **{"body-en-sms": "Reply YES 😊 to {nobody}"})
    box = answer.json()["en-sms"]
    assert {one["suggestion"] for one in box["findings"]} >= {":)"}
    assert any("{nobody}" in one["words"] for one in box["findings"])
    assert answer.json()["es-sms"]["findings"][0]["words"].startswith("There is no es text")


def test_each_step_is_done_by_somebody_else_and_the_page_says_why_not(staff: Staff) -> None:
    version = staff.draft()
    page = f"{LIST}/{version.pk}"
    assert "Not now: only whoever may review wordings can do this" in desk(staff.writer).see(f"{page}/change/")
    reader, signer = desk(staff.reader), desk(staff.signer)
    for who, deed, told in (
        (reader, "review", "is reviewed"),
        (signer, "sign", "is signed"),
        (signer, "activate", "is active"),
    ):
        seen = texts.seal(texts.of(version))
        assert told in who.told(who.post(f"{page}/do/{deed}/", seen=seen))
    version.refresh_from_db()
    assert (version.state, version.reviewed_by, version.signed_by) == ("active", staff.reader, staff.signer)
    refused = reader.told(reader.post(f"{page}/do/retire/"))
    assert "only whoever may sign wordings" in refused


def test_a_preview_shows_every_text_as_it_arrives(staff: Staff) -> None:
    version = staff.draft()
    page = desk(staff.reader).see(f"{LIST}/{version.pk}/preview/")
    assert "Bayside Bone &amp; Infusion: we see you Tue, Nov 24 at 9:30 AM." in page
    assert "srcdoc=" in page
    assert "sandbox" in page


def test_a_preview_for_a_real_patient_is_found_without_her_name_in_an_address(staff: Staff) -> None:
    version, owner = staff.draft(), make.patient(given_name="Mavis", family_name="Quill")
    course(owner, first_in=3)
    reader = desk(make_viewer(staff))
    found = reader.post(f"{LIST}/{version.pk}/preview/", asked="quil")
    assert "Mavis Quill" in found.content.decode()
    shown = reader.post(f"{LIST}/{version.pk}/preview/", person=str(owner.pk)).content.decode()
    assert f"{owner.clinic.short_name}: we see you" in shown


def make_viewer(staff: Staff) -> Any:
    staff.reader.is_superuser = True
    staff.reader.save()
    return staff.reader


def test_a_test_says_that_it_is_one_and_counts_as_nobody_s(staff: Staff) -> None:
    version, reader = staff.draft(), desk(staff.reader)
    given = {"send": "1", "which": "en-sms", "address": "+12025550142"}
    assert "on its way" in reader.post(f"{LIST}/{version.pk}/preview/", **given).content.decode()
    message = Message.objects.get()
    assert message.body.startswith("TEST: Bayside")
    assert (message.template, message.purpose) == ("words_test", "pages")


@pytest.mark.parametrize(
    ("which", "address", "why"),
    [
        ("en-sms", "2025550142", "a phone number in full"),
        ("en-email", "nowhere", "one mailbox"),
        ("fr-sms", "+12025550142", "no such words"),
        ("", "+12025550142", "choose the text to send"),
    ],
)
def test_a_test_to_nowhere_is_refused_with_its_field(staff: Staff, which: str, address: str, why: str) -> None:
    version = staff.draft()
    answer = desk(staff.reader).post(f"{LIST}/{version.pk}/preview/", send="1", which=which, address=address)
    assert why in answer.content.decode()
    assert not Message.objects.exists()


def test_words_travel_as_an_archive(staff: Staff) -> None:
    version, writer = staff.draft(), desk(staff.writer)
    archive: Any = writer.client.get(f"/admin/{LIST}/{version.pk}/files/")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as kept:
        assert f"{NAME}.es.mail.txt" in kept.namelist()
    upload = SimpleUploadedFile(f"{NAME}.en.txt", b"{clinic}: come {day} at {time}.")
    assert "are in version" in writer.told(writer.post(f"{LIST}/{version.pk}/load/", file=upload))
    assert texts.of(version)[EN].body == "{clinic}: come {day} at {time}."
    assert "is not named" in writer.told(
        writer.post(f"{LIST}/{version.pk}/load/", file=SimpleUploadedFile("passwd", b"x"))
    )


def test_a_message_names_the_version_that_it_was_made_of(staff: Staff) -> None:
    version = staff.active()
    staff.signer.is_superuser = True
    staff.signer.save()
    now = timezone.now()
    message = Message.objects.create(
        key="k",
        channel="sms",
        purpose="reminders",
        address=make.PHONE,
        body="x",
        template=NAME,
        template_version="1",
        lane="sms||routine|",
        created_at=now,
        wanted_at=now,
        due_at=now,
        expires_at=now + timedelta(hours=1),
    )
    page = desk(staff.signer).see(f"messaging/message/{message.pk}/change/")
    assert f"/admin/{LIST}/{version.pk}/change/" in page


def test_the_command_checks_exports_and_begins_drafts(staff: Staff, tmp_path: Any, capsys: Any) -> None:
    staff.active()
    call_command("words", "--export", NAME, "--number", "1", "--to", str(tmp_path))
    file = tmp_path / f"{NAME}.en.txt"
    assert file.read_text() == ENGLISH + "\n"
    file.write_text("{clinic}: {day}, {time}.")
    call_command("words", "--draft", NAME, str(file), "--by", "cora")
    assert texts.of(WordingVersion.objects.get(number=2))[EN].body == "{clinic}: {day}, {time}."
    with pytest.raises(CommandError, match="nobody has the login 'ghost'"):
        call_command("words", "--draft", NAME, str(file), "--by", "ghost")
    WordingVersion.objects.get(number=1).texts.filter(language="es").delete()


def test_every_blank_has_a_meaning() -> None:
    assert [blank.name for blank in previews.blanks() if not blank.meaning] == []
