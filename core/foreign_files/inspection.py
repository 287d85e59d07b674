"""Check uploaded files: name, size and type here, the content in a process with limits.

Uses neither database nor storage.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import pillow_heif
import puremagic
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.display import number_text, size_text
from core.errors import InvalidInput
from core.foreign_files import process
from core.foreign_files.reasons import SUCCESSORS, Reason, Refused
from core.foreign_files.turns import PORTAL, Visitor
from core.foreign_files.zip_files import OLE
from core.text import clean

HEAD: Final = 8192
MEGAPIXEL: Final = 1_000_000
SECONDS_PER_MINUTE: Final = 60
BLANK: Final = b"\r\n\t "
MAX_NAME_LENGTH: Final = 120
_SEPARATORS: Final = re.compile(r"[\\/]+")
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;]')


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a question: extensions without the dot, bytes per file."""

    extensions: Sequence[str]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """An accepted file: the name to show and the content type to serve it with."""

    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of file: its content type, the extensions puremagic may report, and the check of its content."""

    content_type: str
    magic: frozenset[str]
    check: str


def _limit_text(most: int) -> str:
    """Return the limit as the question states it, in whole megabytes if possible."""
    megabytes, rest = divmod(most, 1024 * 1024)
    return size_text(most) if rest else f"{number_text(megabytes)}\N{NO-BREAK SPACE}MB"


def inspect(file: BinaryIO, *, name: str, size: int, limits: Limits, visitor: Visitor = PORTAL) -> Inspected:
    """Return the name and content type of ``file``; raise ``InvalidInput`` if it is not accepted."""
    shown = clean_name(name)
    extension = SYNONYMS.get(extension_of(shown), extension_of(shown))
    if extension not in limits.extensions or extension not in KINDS:
        # JPG and JPEG always go together, and people know only the first name.
        wanted = ", ".join(item.upper() for item in limits.extensions if item != "jpeg")
        raise InvalidInput(
            _("“%(name)s” is not an accepted file type. Upload one of: %(wanted)s.")
            % {"name": shown, "wanted": wanted}
        )
    if size == 0:
        raise InvalidInput(_("“%(name)s” is empty. Choose the file again.") % {"name": shown})
    if size > limits.max_bytes:
        facts = {"name": shown, "size": size_text(size), "most": _limit_text(limits.max_bytes)}
        raise InvalidInput(_("“%(name)s” is %(size)s. The limit is %(most)s.") % facts)
    file.seek(0)
    actual = _actual_extension(file.read(HEAD), extension, limits)
    if actual is None and extension in OFFICE and _is_encrypted(file):
        raise refusal(shown, Refused(Reason.LOCKED))
    if actual is None:
        message = _(
            "“%(name)s” does not contain a %(kind)s file. Save it again as %(kind)s or upload a photo."
        )
        raise InvalidInput(message % {"name": shown, "kind": extension.upper()})
    kind = KINDS[actual]
    _check_content(file, shown, kind, visitor)
    if kind is not KINDS.get(extension_of(shown)):
        shown = f"{shown.rpartition('.')[0]}.{actual}"
    return Inspected(shown, kind.content_type)


def _is_encrypted(file: BinaryIO) -> bool:
    """Return True for an office file with a password: an OLE container with an encrypted package anywhere in it."""
    file.seek(0)
    return file.read(len(OLE)) == OLE and _ENCRYPTED_PACKAGE in file.read()


def _actual_extension(head: bytes, extension: str, limits: Limits) -> str | None:
    """Return an accepted extension that matches the content, preferably that of the name; None if there is none.

    Phones and mail programs often name a picture wrongly, such as a JPEG ``IMG_0001.HEIC``.
    """
    if _looks_like(head, KINDS[extension]):
        return extension
    others = (other for other in limits.extensions if other in KINDS)
    return next((other for other in others if _looks_like(head, KINDS[other])), None)


def _check_content(file: BinaryIO, shown: str, kind: Kind, visitor: Visitor) -> None:
    if kind.magic is not _ZIP and zipfile.is_zipfile(file):
        # Read from its end, it is an archive: such files are crafted to deceive.
        raise InvalidInput(
            _("Another file is hidden in “%(name)s”. Save it again as a PDF.") % {"name": shown}
        )
    check_content(file, shown, kind.check, visitor)


def check_content(file: BinaryIO, shown: str, check: str, visitor: Visitor) -> None:
    """Raise ``InvalidInput`` unless the inspecting process accepts the content as ``check``, one of its kinds."""
    try:
        process.check(file, check, visitor)
    except Refused as refused:
        raise refusal(shown, refused) from refused
    finally:
        file.seek(0)


def refusal(shown: str, refused: Refused) -> InvalidInput:
    """Return the message for a refused file: its name and the reason."""
    inside = f" → “{clean_name(refused.inside)}”" if refused.inside else ""
    return InvalidInput(f"“{shown}”{inside}: {_message(refused)}")


def _message(refused: Refused) -> str:
    most = number_text(settings.IMAGE_MAX_PIXELS // MEGAPIXEL)
    messages: dict[Reason, str] = {
        Reason.PDF_START: _("The beginning of the file is not that of a PDF. Save it again as a PDF."),
        Reason.PDF_INCOMPLETE: _("The PDF is incomplete. Save it or upload it again."),
        Reason.PDF_DAMAGED: _("The PDF is damaged and cannot be read. Save or scan it again."),
        Reason.PDF_ACTIVE: _(
            "The PDF contains a program, a script or another file. Print it to a PDF, or upload a photo."
        ),
        Reason.PDF_HIDDEN_FILE: _(
            "Another file is hidden after the end of this one. Save it again as a PDF."
        ),
        Reason.LOCKED: _("The file is protected by a password. Save it without a password."),
        Reason.PICTURE_FAR_TOO_LARGE: _("The picture is far too large. The limit is %(most)s megapixels.")
        % {"most": most},
        Reason.PICTURE_TOO_LARGE: _("The picture has %(size)s megapixels. The limit is %(most)s.")
        % {"size": number_text(refused.number // MEGAPIXEL), "most": most},
        Reason.PICTURE_DAMAGED: _("The picture is damaged or incomplete. Take it or save it again."),
        Reason.PICTURE_ANIMATED: _("The picture is animated. Save it as a still picture."),
        Reason.OFFICE_DAMAGED: _("The file is damaged. Save it again or as a PDF."),
        Reason.OFFICE_OTHER_KIND: _("The file type does not match the file name. Save it again or as a PDF."),
        Reason.OFFICE_BLOATED: _("The file is unusually large when unpacked. Save it again as a PDF."),
        Reason.OFFICE_MACROS: _("The file contains macros. Save it without them or as a PDF."),
        Reason.OFFICE_OBJECTS: _(
            "The file contains an embedded object. Delete the object, or save the file as a PDF."
        ),
        Reason.OFFICE_REFERENCES: _(
            "The file loads content from other files or addresses. Save it as a PDF."
        ),
        Reason.OFFICE_PART: _(
            "The file contains “%(part)s”, which ordinary documents do not have. Save it as a PDF."
        )
        % {"part": clean_name(refused.detail)},
        **_further_messages(refused.detail),
        Reason.TOO_COMPLEX: _(
            "The file is too complex to be checked. Print it to a PDF again, or upload a photo of it."
        ),
        Reason.BUSY: _("Many files are being checked at the moment. Send it again in a minute."),
    }
    if refused.reason is Reason.SPENT:
        return _spent_message(refused.number)
    return messages[refused.reason]


def _further_messages(detail: str) -> dict[Reason, str]:
    return {
        Reason.PICTURE_HIDDEN_FILE: _(
            "The picture has another file behind its end. Open it and save it again, or take a new photo."
        ),
        Reason.OLD_FORMAT: _(
            "Files of the type %(kind)s are not accepted, because programs can hide in them. Open it and save it as "
            "%(instead)s or PDF."
        )
        % {"kind": detail.upper(), "instead": SUCCESSORS.get(detail, "").upper()},
        Reason.FORMULA: _(
            "The cell “%(cell)s” is a formula. Save the results instead of the formulas, or put an "
            "apostrophe at the start of the cell."
        )
        % {"cell": clean(detail)},
        Reason.ARCHIVE_ENTRY: _(
            "The archive contains “%(part)s”. It may contain only documents and pictures, no programs or "
            "other archives. Remove this file and create the archive again."
        )
        % {"part": clean_name(detail)},
        Reason.ARCHIVE_PATH: _(
            "The archive contains “%(part)s”, whose path leads outside the archive or which occurs twice. "
            "Create the archive again."
        )
        % {"part": clean(detail)},
    }


def _spent_message(seconds: int) -> str:
    minutes = -(-seconds // SECONDS_PER_MINUTE)
    text = ngettext(
        "Checking files from your connection has taken too long. Send them again in %(minutes)d minute.",
        "Checking files from your connection has taken too long. Send them again in %(minutes)d minutes.",
        minutes,
    )
    return text % {"minutes": minutes}


def _looks_like(head: bytes, kind: Kind) -> bool:
    if kind.content_type == "image/heic":
        # Phones use many brands (mif1, heix …), of which puremagic knows only a few.
        return bool(pillow_heif.is_supported(head))
    if kind.check == "pdf":
        # Some programs write a line break before it.
        head = head.lstrip(BLANK)
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(guess.extension.lower() in kind.magic for guess in guesses)


def clean_name(name: str) -> str:
    """Return the last part of ``name``, safe to show and to send back.

    NFC without control characters, at most 120 characters; the extension is kept.
    """
    last = _SEPARATORS.split(name)[-1]
    printable = "".join(
        character for character in last if unicodedata.category(character) not in {"Cc", "Cs", "Co"}
    )
    cleaned = _FORBIDDEN.sub("_", clean(printable)).strip(". ")
    stem, dot, ending = cleaned.rpartition(".")
    if not dot:
        return cleaned[:MAX_NAME_LENGTH] or "tep"
    return f"{stem[: MAX_NAME_LENGTH - len(ending) - 1] or 'tep'}.{ending}"


def extension_of(name: str) -> str:
    """Return the text after the last dot in lower case; empty if there is no dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


OFFICE: Final = frozenset({"docx", "xlsx"})
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_JPEG = Kind("image/jpeg", frozenset({".jpg", ".jpeg", ".jfif", ".jpe"}), "JPEG")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP = frozenset({".zip", ".docx", ".xlsx"})
# Extensions of the same kind that programs use.
SYNONYMS: Final = {"jfif": "jpg", "jpe": "jpg", "pjpeg": "jpg", "pjp": "jpg", "heif": "heic", "hif": "heic"}
KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("application/pdf", frozenset({".pdf", ".ai"}), "pdf"),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": Kind("image/png", frozenset({".png"}), "PNG"),
    "webp": Kind("image/webp", frozenset({".webp"}), "WEBP"),
    "heic": Kind("image/heic", frozenset({".heic", ".heif"}), "HEIF"),
    "docx": Kind(_WORD, _ZIP, "docx"),
    "xlsx": Kind(_SHEET, _ZIP, "xlsx"),
}
