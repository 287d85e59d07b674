"""Check pictures: complete, and small enough to decode."""

from __future__ import annotations

import warnings
from typing import BinaryIO, Final

import pillow_heif
from PIL import Image, UnidentifiedImageError

from core.foreign_files.reasons import Reason, Refused

pillow_heif.register_heif_opener()

CHUNK: Final = 1024 * 1024
# Cameras and programs write up to a dozen; each costs as much to decode as the whole picture.
MAX_SCANS: Final = 64
_SCAN: Final = b"\xff\xda"


def check_picture(file: BinaryIO, kind: str, max_pixels: int) -> None:
    """Refuse a picture that Pillow does not read as ``kind`` to its end (docs/facts.md#files)."""
    if kind == "JPEG":
        _check_scans(file)
    try:
        with warnings.catch_warnings():
            # Our own limit below is stricter than the one Pillow warns about.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=[kind]) as picture:
                width, height = picture.size
                if width * height > max_pixels:
                    raise Refused(Reason.PICTURE_TOO_LARGE, width * height)
                picture.verify()
            # verify() checks what the file says of itself; only decoding finds that its end is missing.
            file.seek(0)
            with Image.open(file, formats=[kind]) as picture:
                picture.draft("RGB", (1, 1))
                picture.load()
    except Image.DecompressionBombError as error:
        raise Refused(Reason.PICTURE_FAR_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused(Reason.PICTURE_DAMAGED) from error


def _check_scans(file: BinaryIO) -> None:
    """Count the scans of a progressive JPEG: the two bytes occur in compressed data only as a marker."""
    scans, last = 0, b""
    while chunk := file.read(CHUNK):
        scans += (last + chunk).count(_SCAN)
        last = chunk[-1:]
    if scans > MAX_SCANS:
        raise Refused(Reason.TOO_COMPLEX)
    file.seek(0)
