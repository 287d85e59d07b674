"""Short texts in a known format: how each is read, and the message for any other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LAST_HOUR: Final = 24
LAST_MINUTE: Final = 59
_TIME: Final = re.compile(
    r"(?:(khoảng|lúc) )?(\d{1,2}) ?(?:giờ|h|g|:) ?(?:(\d{1,2}) ?(?:phút|ph|p)?)?", re.IGNORECASE | re.ASCII
)
# Enterprises and households: 10 digits, with 3 more for a branch; households since July 2025: the owner's identity
# number, 12 digits; earlier certificates of households: 61A8012345.
_BUSINESS_CODE: Final = re.compile(r"\d{10}(?:-?\d{3})?|\d{12}|\d{2}[A-Z]\d{7}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A format of a short text: ``read`` returns the text in its usual spelling, or None if it is something else."""

    label: str | Promise
    error: str | Promise
    read: Callable[[str], str | None]


def read_time(text: str) -> str | None:
    """Return a time of day in words; "khoảng" may precede it.

    >>> read_time("14h5"), read_time("khoảng 22 giờ"), read_time("25:70")
    ('14 giờ 05 phút', 'khoảng 22 giờ', None)
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    about, hour, minute = found.group(1), int(found.group(2)), int(found.group(3) or 0)
    if hour > LAST_HOUR or minute > LAST_MINUTE or (hour == LAST_HOUR and minute):
        return None
    words = f"{hour} giờ {minute:02d} phút" if found.group(3) else f"{hour} giờ"
    return f"{about.lower()} {words}" if about else words


def read_business_code(text: str) -> str | None:
    """Return the code of an enterprise or a business household without spaces.

    >>> read_business_code("2000 123 456"), read_business_code("61a8012345"), read_business_code("abc")
    ('2000123456', '61A8012345', None)
    """
    code = re.sub(r"[\s.]", "", text).upper()
    return code if _BUSINESS_CODE.fullmatch(code) else None


FORMATS: Final[Mapping[str, TextFormat]] = {
    "time": TextFormat(
        _("time of day"), _("“%(text)s” is not a time of day. Enter it as 14:30 or 4 giờ 30 phút."), read_time
    ),
    "business_code": TextFormat(
        _("code of an enterprise or a business household"),
        _(
            "“%(text)s” is not the code of an enterprise or a business household. It has 10, 12 or 13 digits; codes of "
            "earlier certificates look like 61A8012345."
        ),
        read_business_code,
    ),
}
