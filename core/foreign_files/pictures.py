"""Check that pictures are complete and small enough to decode."""

from __future__ import annotations

import warnings
from typing import BinaryIO, Final

import pillow_heif
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from core.foreign_files.picture_ends import check_end
from core.foreign_files.reasons import Reason, Refused

pillow_heif.register_heif_opener()
# Graphics programs put their whole history into a PNG; the memory of this process is limited anyway.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 1024 * 1024

CHUNK: Final = 1024 * 1024
# Cameras and programs write up to a dozen; each costs as much to decode as the whole picture.
MAX_SCANS: Final = 64
_SCAN: Final = b"\xff\xda"
#: Formats in which people send still pictures only. Cameras put several pictures into JPEG and HEIF files.
STILL: Final = frozenset({"PNG", "WEBP", "AVIF"})
MAX_FRAMES: Final = 200
#: Bits of one colour value: a PNG may have 16 instead of 8, and then costs twice as much to decode.
_DEEP: Final = b"\x10"
_PNG_DEPTH_AT: Final = 24
#: What the decoder of HEIF raises for damaged files, besides the errors of Pillow.
_DECODER_ERRORS: Final = (EOFError, RuntimeError, IndexError)


def check_picture(file: BinaryIO, kind: str, max_pixels: int) -> None:
    """Refuse a picture that Pillow cannot read to its end as ``kind`` (docs/facts.md#files)."""
    if kind == "JPEG":
        _check_scans(file)
    data = file.read()
    file.seek(0)
    deep = kind == "PNG" and data[_PNG_DEPTH_AT : _PNG_DEPTH_AT + 1] == _DEEP
    max_values = max_pixels // (2 if deep else 1)
    try:
        with warnings.catch_warnings():
            # Our own limit below is stricter than the one Pillow warns about.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=[kind]) as picture:
                width, height = picture.size
                if width * height > max_pixels:
                    raise Refused(Reason.PICTURE_TOO_LARGE, width * height)
                frames = getattr(picture, "n_frames", 1)
                if frames > 1 and kind in STILL:
                    raise Refused(Reason.PICTURE_ANIMATED)
                if (
                    frames > MAX_FRAMES
                    or width * height > max_values
                    or _is_film(kind, frames, picture, max_pixels)
                ):
                    raise Refused(Reason.TOO_COMPLEX)
                picture.verify()
            # verify() checks what the file says about itself; only decoding detects that its end is missing.
            file.seek(0)
            with Image.open(file, formats=[kind]) as picture:
                picture.draft("RGB", (1, 1))
                picture.load()
        check_end(data, kind)
    except Image.DecompressionBombError as error:
        raise Refused(Reason.PICTURE_FAR_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, *_DECODER_ERRORS) as error:
        raise Refused(Reason.PICTURE_DAMAGED) from error


def _is_film(kind: str, frames: int, picture: Image.Image, max_pixels: int) -> bool:
    """Return True for a GIF whose frames together exceed the limit: the portal makes smaller versions of all frames."""
    return kind == "GIF" and frames * picture.width * picture.height > max_pixels


def _check_scans(file: BinaryIO) -> None:
    """Count the scans of a progressive JPEG: the two bytes occur in compressed data only as a marker."""
    scans, last = 0, b""
    while chunk := file.read(CHUNK):
        scans += (last + chunk).count(_SCAN)
        last = chunk[-1:]
    if scans > MAX_SCANS:
        raise Refused(Reason.TOO_COMPLEX)
    file.seek(0)
