"""The checks in order: name, size, first bytes, and the inside of what can hide something."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import puremagic
from django.utils.translation import gettext as _

from core.display import size_text
from core.errors import InvalidInput
from forms_app.dossiers.inspection import archives, images, names, pdfs

HEAD: Final = 8192


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: what browsers are told, what puremagic may call it, how its inside is checked."""

    content_type: str
    magic: frozenset[str]
    check: Callable[[BinaryIO], None]


_JPEG = Kind("image/jpeg", frozenset({".jpg", ".jpeg", ".jfif", ".jpe"}), images.check("JPEG"))
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP = frozenset({".zip", ".docx", ".xlsx"})
KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("application/pdf", frozenset({".pdf", ".ai"}), pdfs.check),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": Kind("image/png", frozenset({".png"}), images.check("PNG")),
    "webp": Kind("image/webp", frozenset({".webp"}), images.check("WEBP")),
    "heic": Kind("image/heic", frozenset({".heic", ".heif"}), images.check("HEIF")),
    "docx": Kind(_WORD, _ZIP, archives.check("word/document.xml")),
    "xlsx": Kind(_SHEET, _ZIP, archives.check("xl/workbook.xml")),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question takes: extensions without the dot, bytes a file."""

    extensions: Sequence[str]
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that passed: the name to show and the type to serve it with."""

    name: str
    content_type: str


def inspect(file: BinaryIO, *, name: str, size: int, limits: Limits) -> Inspected:
    """Return what ``file`` is; ``InvalidInput`` tells the citizen what was read and what is wanted."""
    shown = names.clean_name(name)
    extension = names.extension(shown)
    if extension not in limits.extensions or extension not in KINDS:
        wanted = ", ".join(item.upper() for item in limits.extensions)
        raise InvalidInput(
            _("“%(name)s” cannot be taken. Send one of: %(wanted)s.") % {"name": shown, "wanted": wanted}
        )
    if size == 0:
        raise InvalidInput(_("“%(name)s” is empty. Choose the file again.") % {"name": shown})
    if size > limits.most_bytes:
        facts = {"name": shown, "size": size_text(size), "most": size_text(limits.most_bytes)}
        raise InvalidInput(_("“%(name)s” has %(size)s; at most %(most)s can be sent.") % facts)
    kind = KINDS[extension]
    _check_content(file, shown, extension, kind)
    return Inspected(shown, kind.content_type)


def _check_content(file: BinaryIO, shown: str, extension: str, kind: Kind) -> None:
    file.seek(0)
    head = file.read(HEAD)
    if not _looks_like(head, kind):
        message = _(
            "“%(name)s” is not a %(kind)s file inside. Save it again as %(kind)s, or send a photograph."
        )
        raise InvalidInput(message % {"name": shown, "kind": extension.upper()})
    if kind.magic is not _ZIP and zipfile.is_zipfile(file):
        # Read from its end it is an archive: two files in one are made to deceive.
        raise InvalidInput(
            _("“%(name)s” has another file hidden in it. Save it again as PDF.") % {"name": shown}
        )
    file.seek(0)
    try:
        kind.check(file)
    except InvalidInput as error:
        raise InvalidInput(f"“{shown}”: {error.message}") from error
    finally:
        file.seek(0)


def _looks_like(head: bytes, kind: Kind) -> bool:
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(guess.extension.lower() in kind.magic for guess in guesses)
