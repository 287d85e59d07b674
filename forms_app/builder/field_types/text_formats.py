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
NOON: Final = 12
MIN_ACCOUNT_DIGITS: Final = 6
_TIME: Final = re.compile(
    r"(?:(?P<about>khoảng|lúc|chừng|tầm) )?(?P<hour>\d{1,2}) ?(?:giờ|h|g|[:.](?=\d)) ?"
    r"(?:(?P<minute>\d{1,2}) ?(?:phút|ph|p)?|(?P<half>rưỡi))?(?: ?(?P<part>sáng|trưa|chiều|tối|đêm|khuya))?",
    re.IGNORECASE,
)
_MIDNIGHT: Final = re.compile(r"(?:(?P<about>khoảng|lúc|chừng|tầm) )?(?:nửa đêm|12 giờ đêm)", re.IGNORECASE)
#: Hours (of a clock with twelve) that are after noon in a part of the day; all others are before it, 12 at night is 0.
_AFTER_NOON: Final = {
    "sáng": range(0), "trưa": range(1, 4), "chiều": range(1, 8), "tối": range(5, 12), "đêm": range(8, 12),
    "khuya": range(9, 12),
}  # fmt: skip
#: Hours that nobody would call by that part of the day, so that the text is probably a slip.
_PARTS: Final = {
    "sáng": range(1, 12), "trưa": range(10, 15), "chiều": range(12, 20), "tối": range(17, 24),
    "đêm": (*range(20, 24), *range(5)), "khuya": (*range(21, 24), *range(5)),
}  # fmt: skip
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
    """Return a time of day by the 24-hour clock in words; "khoảng" may precede it, a part of the day follow it.

    >>> read_time("14h5"), read_time("khoảng 22 giờ"), read_time("25:70")
    ('14 giờ 05 phút', 'khoảng 22 giờ', None)
    >>> read_time("2 giờ rưỡi chiều"), read_time("2 giờ sáng"), read_time("2 giờ 30 phút tối")
    ('14 giờ 30 phút', '2 giờ', None)
    """
    if midnight := _MIDNIGHT.fullmatch(text):
        return _in_words(midnight["about"], 0, None)
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    minute = 30 if found["half"] else int(found["minute"]) if found["minute"] else None
    hour = _hour(int(found["hour"]), (found["part"] or "").lower())
    if hour is None or (minute or 0) > LAST_MINUTE or (hour == LAST_HOUR and minute):
        return None
    return _in_words(found["about"], hour, minute)


def _hour(hour: int, part: str) -> int | None:
    """Return ``hour`` of the 24-hour clock, None if there is none such in that part of the day."""
    if not part:
        return hour if hour <= LAST_HOUR else None
    if hour in _AFTER_NOON[part]:
        hour += NOON
    elif hour == NOON and part in {"đêm", "khuya"}:
        hour = 0
    return hour if hour in _PARTS[part] else None


def _in_words(about: str | None, hour: int, minute: int | None) -> str:
    words = f"{hour} giờ" if minute is None else f"{hour} giờ {minute:02d} phút"
    return f"{about.lower()} {words}" if about else words


def read_digits(text: str) -> str | None:
    """Return a code of four digits without spaces, like that of a trade at the fourth level.

    >>> read_digits("47 11"), read_digits("abcd")
    ('4711', None)
    """
    code = re.sub(r"[\s.]", "", text)
    return code if re.fullmatch(r"\d{4}", code, re.ASCII) else None


def read_document_number(text: str) -> str | None:
    """Return ``text`` if it has a digit: "không có" is not the number of a document.

    >>> read_document_number("Số 12/2026"), read_document_number("không có")
    ('Số 12/2026', None)
    """
    return text if any(letter in "0123456789" for letter in text) else None


def read_bank_account(text: str) -> str | None:
    """Return ``text`` if it has the digits of an account: "không có tài khoản" is none.

    >>> read_bank_account("0123 456 789, Agribank"), read_bank_account("không có tài khoản")
    ('0123 456 789, Agribank', None)
    """
    return text if sum(letter in "0123456789" for letter in text) >= MIN_ACCOUNT_DIGITS else None


def read_business_code(text: str) -> str | None:
    """Return the code of an enterprise or a business household without spaces.

    >>> read_business_code("2000 123 456"), read_business_code("61a8012345"), read_business_code("abc")
    ('2000123456', '61A8012345', None)
    """
    code = re.sub(r"[\s.]", "", text).upper()
    return code if _BUSINESS_CODE.fullmatch(code) else None


FORMATS: Final[Mapping[str, TextFormat]] = {
    "time": TextFormat(
        _("time of day"),
        _(
            "“%(text)s” is not a time of day. Enter it by the 24-hour clock as 14:30, or as 2 giờ 30 phút chiều."
        ),
        read_time,
    ),
    "business_code": TextFormat(
        _("code of an enterprise or a business household"),
        _(
            "“%(text)s” is not the code of an enterprise or a business household. It has 10, 12 or 13 digits; codes of "
            "earlier certificates look like 61A8012345."
        ),
        read_business_code,
    ),
    "four_digits": TextFormat(
        _("code of four digits"), _("“%(text)s” is not a code of four digits. Enter it as 4711."), read_digits
    ),
    "document_number": TextFormat(
        _("number of a document"),
        _("“%(text)s” has no digits. Enter the number on the document; leave this empty if there is none."),
        read_document_number,
    ),
    "bank_account": TextFormat(
        _("account and bank"),
        _(
            "“%(text)s” has no account number. Enter the number and the bank; without an account, choose another "
            "way of payment."
        ),
        read_bank_account,
    ),
}
