"""A version as the files of templates/messages, and back: so that what a clinic signs and what git holds can meet."""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.linter import Key, Text
from messaging.domain.wording import WordingError

#: A wording is a few hundred letters; more than this is no wording.
MOST_BYTES = 64 * 1024
MOST_FILES = 100


def as_files(name: str, texts: Mapping[Key, Text]) -> dict[str, str]:
    """File name → what stands in it."""
    return {
        f"{name}.{language}{wordings.ENDINGS[channel]}": _file(text, channel)
        for (language, channel), text in sorted(texts.items())
    }


def as_zip(name: str, texts: Mapping[Key, Text]) -> bytes:
    """The files in one archive."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, words in as_files(name, texts).items():
            archive.writestr(file, words)
    return kept.getvalue()


def from_upload(name: str, file: str, content: bytes) -> dict[Key, Text]:
    """The texts in an archive, or in one file; ValidationError naming the file that is none of this template."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return from_files(name, [(file, content)])
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(inside) > MOST_FILES:
            raise ValidationError(
                _("file: %(count)s files are in it, %(most_files)s at most.")
                % {"count": len(inside), "most_files": MOST_FILES}
            )
        for entry in inside:
            # What the archive says of its size may be a lie; one byte too many tells.
            with archive.open(entry) as stream:
                found.append((entry.filename, stream.read(MOST_BYTES + 1)))
    return from_files(name, found)


def from_files(name: str, files: Iterable[tuple[str, bytes]]) -> dict[Key, Text]:
    """The texts of `name` in files; ValidationError naming the file that is no text of it."""
    found: dict[Key, Text] = {}
    for path, content in files:
        file = PurePosixPath(path).name
        key = wordings.key_of_file(name, file)
        if key is None:
            raise ValidationError(
                _("file: %(file)s is not named %(name)s.<language>.txt, .mail.txt or .voice.txt.")
                % {"file": file, "name": name}
            )
        if len(content) > MOST_BYTES:
            raise ValidationError(
                _("file: %(file)s has more than %(most_bytes)s bytes.") % {"file": file, "most_bytes": MOST_BYTES}
            )
        try:
            subject, body = wordings.split(file, content.decode("utf-8-sig"), key[1])
        except (UnicodeDecodeError, WordingError) as error:
            raise ValidationError(
                _("file: %(file)s cannot be read: %(error)s") % {"file": file, "error": error}
            ) from error
        found[key] = Text(subject, body)
    if not found:
        raise ValidationError(_("file: there is no text in it."))
    return found


def _file(text: Text, channel: Channel) -> str:
    parts = re.split(r"\n\s*\n", text.body)
    # A mail is broken for who reads it in git; its readers' screens break it anew.
    wrapped = [textwrap.fill(" ".join(part.split()), 100, break_long_words=False) for part in parts]
    body = "\n\n".join(wrapped if channel is Channel.EMAIL else [" ".join(part.split()) for part in parts])
    return f"Subject: {text.subject}\n\n{body}\n" if channel is Channel.EMAIL else f"{body}\n"
