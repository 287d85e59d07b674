"""Check uploaded files by content: name, type, macros, archives, size. No database and no storage here."""

from __future__ import annotations

import os
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import pillow_heif
import puremagic
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.display import number_text, size_text
from core.errors import InvalidInput
from core.text import clean
from forms_app.dossiers import active_content

pillow_heif.register_heif_opener()

HEAD: Final = 8192
PDF_TAIL: Final = 4096
MEGAPIXEL: Final = 1_000_000
MAX_NAME_LENGTH: Final = 120
# An office file is a zip archive, which can unpack to many times its size.
MAX_ENTRIES: Final = 2000
MAX_UNPACKED_BYTES: Final = 100 * 1024 * 1024
MAX_RATIO: Final = 100
RATIO_CHECK_FROM_BYTES: Final = 1024 * 1024
CHUNK: Final = 64 * 1024
ENCRYPTED: Final = 0x1
_SEPARATORS: Final = re.compile(r"[\\/]+")
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;]')


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a question: extensions without the dot, bytes per file."""

    extensions: Sequence[str]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """An accepted file: the name to show and the content type to serve it with."""

    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of file: its content type, the extensions puremagic may report, the check of its content."""

    content_type: str
    magic: frozenset[str]
    check: Callable[[BinaryIO], None]


def _limit_text(most: int) -> str:
    """Return the limit in the words of the question: whole megabytes where it is some."""
    megabytes, rest = divmod(most, 1024 * 1024)
    return size_text(most) if rest else f"{number_text(megabytes)}\N{NO-BREAK SPACE}MB"


def inspect(file: BinaryIO, *, name: str, size: int, limits: Limits) -> Inspected:
    """Return the name and content type of ``file``; raise ``InvalidInput`` if it is not accepted."""
    shown = clean_name(name)
    extension = SYNONYMS.get(extension_of(shown), extension_of(shown))
    if extension not in limits.extensions or extension not in KINDS:
        # JPG and JPEG always come together, and people know the one name.
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
    if actual is None:
        message = _(
            "“%(name)s” does not contain a %(kind)s file. Save it again as %(kind)s or upload a photo."
        )
        raise InvalidInput(message % {"name": shown, "kind": extension.upper()})
    kind = KINDS[actual]
    _check_content(file, shown, kind)
    if kind is not KINDS.get(extension_of(shown)):
        shown = f"{shown.rpartition('.')[0]}.{actual}"
    return Inspected(shown, kind.content_type)


def _actual_extension(head: bytes, extension: str, limits: Limits) -> str | None:
    """Return the accepted extension that fits the content, if possible that of the name; None if none fits.

    Phones and mail programs often name a picture wrongly, such as a JPEG ``IMG_0001.HEIC``.
    """
    if _looks_like(head, KINDS[extension]):
        return extension
    others = (other for other in limits.extensions if other in KINDS)
    return next((other for other in others if _looks_like(head, KINDS[other])), None)


def _check_content(file: BinaryIO, shown: str, kind: Kind) -> None:
    if kind.magic is not _ZIP and zipfile.is_zipfile(file):
        # Read from its end it is an archive: such files are made to deceive.
        raise InvalidInput(
            _("Another file is hidden in “%(name)s”. Save it again as a PDF.") % {"name": shown}
        )
    file.seek(0)
    try:
        kind.check(file)
    except InvalidInput as error:
        raise InvalidInput(f"“{shown}”: {error.message}") from error
    finally:
        file.seek(0)


def _looks_like(head: bytes, kind: Kind) -> bool:
    if kind.content_type == "image/heic":
        # Phones use many brands (mif1, heix …), of which puremagic knows a few.
        return bool(pillow_heif.is_supported(head))
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


def _check_pdf(file: BinaryIO) -> None:
    """Reject a file that only contains a PDF somewhere (a polyglot) or was cut off."""
    if not file.read(5) == b"%PDF-":
        raise InvalidInput(_("The file does not start like a PDF. Save it again as a PDF."))
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - PDF_TAIL))
    if b"%%EOF" not in file.read():
        raise InvalidInput(_("The PDF is incomplete. Save it or upload it again."))
    active_content.check_pdf(file)


def _picture(kind: str) -> Callable[[BinaryIO], None]:
    """Return a check for pictures that Pillow calls ``kind``: complete and small enough (docs/facts.md#files)."""

    def check_picture(file: BinaryIO) -> None:
        try:
            with warnings.catch_warnings():
                # Our own limit below is stricter than the one Pillow warns about.
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                with Image.open(file, formats=[kind]) as picture:
                    _check_pixels(*picture.size)
                    picture.verify()
                # verify() checks what the file says of itself; only decoding finds that its end is missing.
                file.seek(0)
                with Image.open(file, formats=[kind]) as picture:
                    picture.draft("RGB", (1, 1))
                    picture.load()
        except Image.DecompressionBombError as error:
            most = {"most": number_text(settings.IMAGE_MAX_PIXELS // MEGAPIXEL)}
            raise InvalidInput(
                _("The picture is far too large. The limit is %(most)s megapixels.") % most
            ) from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise InvalidInput(
                _("The picture is damaged or incomplete. Take it or save it again.")
            ) from error

    return check_picture


def _check_pixels(width: int, height: int) -> None:
    if width * height > settings.IMAGE_MAX_PIXELS:
        facts = {
            "size": number_text(width * height // MEGAPIXEL),
            "most": number_text(settings.IMAGE_MAX_PIXELS // MEGAPIXEL),
        }
        raise InvalidInput(_("The picture has %(size)s megapixels. The limit is %(most)s.") % facts)


def _office_file(main_part: str) -> Callable[[BinaryIO], None]:
    """Return a check for office files whose main part is ``main_part``."""

    def check_archive(file: BinaryIO) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _check_directory(entries, main_part)
                _check_unpacked(archive, entries)
                active_content.check_office_file(archive)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            OverflowError,
            RuntimeError,
            ValueError,
        ) as error:
            raise InvalidInput(_("The file is damaged. Save it again or as a PDF.")) from error

    return check_archive


def _check_directory(entries: list[zipfile.ZipInfo], main_part: str) -> None:
    names = {entry.filename for entry in entries}
    if not {"[Content_Types].xml", main_part} <= names:
        raise InvalidInput(_("The file type does not match the file name. Save it again or as a PDF."))
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise InvalidInput(_("The file is protected by a password. Save it without a password."))
    declared, packed = (
        sum(entry.file_size for entry in entries),
        sum(entry.compress_size for entry in entries),
    )
    bloated = declared > RATIO_CHECK_FROM_BYTES and declared > MAX_RATIO * max(packed, 1)
    if len(entries) > MAX_ENTRIES or declared > MAX_UNPACKED_BYTES or bloated:
        raise InvalidInput(_("The file is unusually large when unpacked. Save it again as a PDF."))


def _check_unpacked(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack without storing and count the bytes: the sizes in the directory can be false."""
    left = MAX_UNPACKED_BYTES
    for entry in entries:
        with archive.open(entry) as stream:
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise InvalidInput(
                        _("The file is unusually large when unpacked. Save it again as a PDF.")
                    )


_JPEG = Kind("image/jpeg", frozenset({".jpg", ".jpeg", ".jfif", ".jpe"}), _picture("JPEG"))
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP = frozenset({".zip", ".docx", ".xlsx"})
# Endings of the same kind, which programs use.
SYNONYMS: Final = {"jfif": "jpg", "jpe": "jpg", "pjpeg": "jpg", "pjp": "jpg", "heif": "heic", "hif": "heic"}
KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("application/pdf", frozenset({".pdf", ".ai"}), _check_pdf),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": Kind("image/png", frozenset({".png"}), _picture("PNG")),
    "webp": Kind("image/webp", frozenset({".webp"}), _picture("WEBP")),
    "heic": Kind("image/heic", frozenset({".heic", ".heif"}), _picture("HEIF")),
    "docx": Kind(_WORD, _ZIP, _office_file("word/document.xml")),
    "xlsx": Kind(_SHEET, _ZIP, _office_file("xl/workbook.xml")),
}
