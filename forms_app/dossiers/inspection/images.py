"""Pictures: whole, of the kind they claim, and small enough to open (FACTS: Pillow raises only at 900 Mpx)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import BinaryIO

import pillow_heif
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.display import number_text
from core.errors import InvalidInput

pillow_heif.register_heif_opener()
MEGAPIXEL = 1_000_000


def check(kind: str) -> Callable[[BinaryIO], None]:
    """Return a check for pictures that Pillow calls ``kind``."""

    def check_picture(file: BinaryIO) -> None:
        try:
            with warnings.catch_warnings():
                # Our own limit below is stricter than the one Pillow warns about.
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                with Image.open(file, formats=[kind]) as picture:
                    _check_size(*picture.size)
                    picture.verify()
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            ValueError,
            Image.DecompressionBombError,
        ) as error:
            raise InvalidInput(_("The picture is damaged or incomplete. Take or save it again.")) from error

    return check_picture


def _check_size(width: int, height: int) -> None:
    if width * height > settings.IMAGE_MAX_PIXELS:
        facts = {
            "size": number_text(width * height // MEGAPIXEL),
            "most": number_text(settings.IMAGE_MAX_PIXELS // MEGAPIXEL),
        }
        raise InvalidInput(_("The picture has %(size)s megapixels; at most %(most)s can be opened.") % facts)
