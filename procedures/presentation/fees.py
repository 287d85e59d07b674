"""Fees and time limits in the words of citizens."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from core.display import money_text, number_text
from core.text import fold
from core.worktime.units import phrase
from procedures.parts import ChannelPart, Fee

SHORT_NOTE: Final = 60
_FREE: Final = frozenset(
    {
        "mien phi",
        "mien le phi",
        "mien thu phi",
        "mien thu le phi",
        "khong",
        "khong thu phi",
        "khong thu le phi",
    }
)
_UNIT_ENDS: Final = re.compile(r"[;,(]|\.(?:\s|$)")


def fee_text(fee: Fee) -> str:
    """Return ``7.500 đ``, ``2.000 đ/trang``, ``10 USD`` or ``Miễn phí``; a short note where there is no fixed sum."""
    if fee.amount is None:
        return fee.note if len(fee.note) <= SHORT_NOTE else _("As set by the rules")
    if not fee.amount:
        return _("Free of charge")
    amount = money_text(fee.amount) if fee.currency == "VND" else f"{number_text(fee.amount)} {fee.currency}"
    return f"{amount}{_unit(fee.note)}"


def fee_note(fee: Fee) -> str:
    """Return what else is to be said of the amount; nothing where it only says the amount again."""
    if _says_free_again(fee, fee.note):
        return ""
    if fee.amount is None:
        return "" if fee.note == fee_text(fee) else fee.note
    return fee.note.removeprefix(_unit(fee.note)).lstrip(" ;,.") if fee.amount else fee.note


def exemption_note(fee: Fee) -> str:
    """Return who pays less or nothing; nothing where it only says again that nobody pays."""
    return "" if _says_free_again(fee, fee.exemption) else fee.exemption


def _says_free_again(fee: Fee, words: str) -> bool:
    return fee.amount == 0 and fold(words).strip(" .") in _FREE


def _unit(note: str) -> str:
    """Return ``/trang`` of ``/trang; từ trang thứ 3 trở lên 1.000 đồng/trang``; nothing of any other note."""
    return _UNIT_ENDS.split(note, maxsplit=1)[0].rstrip() if note.startswith("/") else ""


def time_text(channel: ChannelPart) -> str:
    """Return ``3 ngày làm việc``, or nothing where the law gives no number."""
    return phrase(channel.time_value, channel.time_unit) if channel.time_value else ""
