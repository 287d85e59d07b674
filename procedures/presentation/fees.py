"""Fees and time limits in the words of citizens."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.display import money_text, number_text
from core.worktime.units import phrase
from procedures.parts import ChannelPart, Fee


def fee_text(fee: Fee) -> str:
    """Return ``7.500 đ``, ``2.000 đ/trang``, ``10 USD`` or ``Miễn phí``; the note where there is no fixed sum."""
    if fee.amount is None:
        return fee.note
    if not fee.amount:
        return _("Free of charge")
    amount = money_text(fee.amount) if fee.currency == "VND" else f"{number_text(fee.amount)} {fee.currency}"
    return f"{amount}{fee.note}" if fee.note.startswith("/") else amount


def fee_note(fee: Fee) -> str:
    """Return what else is to be said of the amount."""
    return "" if fee.amount is None or fee.note.startswith("/") or fee.note == fee_text(fee) else fee.note


def time_text(channel: ChannelPart) -> str:
    """Return ``3 ngày làm việc``, or nothing where the law gives no number."""
    return phrase(channel.time_value, channel.time_unit) if channel.time_value else ""
