"""How dates, amounts and time limits are written: in pages, papers and mails alike (DESIGN, rule 3).

Numbers follow the language that is active: 7.500 in Vietnamese, 7,500 in English. A number and its unit are joined by
a no-break space.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, ngettext

NBSP: Final = "\u00a0"
HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
KILO: Final = 1000
# Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.4: a nought stands before days to 9 and before months 1 and 2.
LAST_MONTH_WITH_NOUGHT: Final = 2


def _here(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(HERE)


def date_text(value: dt.date | dt.datetime) -> str:
    """Return ``27/11/2026``; a moment is dated where the province is."""
    day = _here(value) if isinstance(value, dt.datetime) else value
    return f"{day:%d/%m/%Y}"


def time_text(value: dt.datetime | dt.time) -> str:
    """Return ``17:00``."""
    clock = _here(value) if isinstance(value, dt.datetime) else value
    return f"{clock:%H:%M}"


def moment_text(value: dt.datetime) -> str:
    """Return ``27/11/2026 17:00``."""
    return f"{date_text(value)} {time_text(value)}"


def day_in_words(moment: dt.datetime) -> str:
    """Return ``ngày 05 tháng 3 năm 2026``, as papers are dated where the province is."""
    day = _here(moment)
    month = f"{day:%m}" if day.month <= LAST_MONTH_WITH_NOUGHT else str(day.month)
    return f"ngày {day:%d} tháng {month} năm {day:%Y}"


def clock_in_words(moment: dt.datetime) -> str:
    """Return ``17 giờ 00 phút, ngày 05 tháng 3 năm 2026``."""
    return f"{_here(moment):%H giờ %M phút}, {day_in_words(moment)}"


def number_text(value: float | Decimal, *, decimals: int = 0) -> str:
    """Return ``18.402`` or ``98,6`` (``18,402`` and ``98.6`` in English)."""
    text = f"{value:,.{decimals}f}"
    if (get_language() or "vi").startswith("vi"):
        text = text.translate(str.maketrans(",.", ".,"))
    return text


def money_text(value: float | Decimal) -> str:
    """Return ``7.500 đ``."""
    return f"{number_text(value)}{NBSP}đ"


def percent_text(value: float | Decimal) -> str:
    """Return ``98,6 %`` for 98.6."""
    return f"{number_text(value, decimals=1)}{NBSP}%"


def size_text(size: int) -> str:
    """Return ``24 kB`` or ``1,2 MB`` for a number of bytes, in powers of 1000."""
    if size < KILO * KILO:
        return f"{number_text(max(1, round(size / KILO)))}{NBSP}kB"
    return f"{number_text(size / KILO / KILO, decimals=1)}{NBSP}MB"


def due_text(due: dt.datetime, now: dt.datetime) -> str:
    """Return the time left in words: ``Quá hạn 1 ngày``, ``Hôm nay 17:00``, ``Còn 12 ngày`` (calendar days)."""
    days = (_here(due).date() - _here(now).date()).days
    if days == 0:
        clock = time_text(due)
        return (
            gettext("Overdue since %(time)s") % {"time": clock}
            if due < now
            else (gettext("Today %(time)s") % {"time": clock})
        )
    if days < 0:
        return ngettext("Overdue by %(days)d day", "Overdue by %(days)d days", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def due_tone(due: dt.datetime, now: dt.datetime) -> str:
    """Return the tone of the state that belongs to :func:`due_text`: ``bad``, ``wait`` or ``done``."""
    if due < now:
        return "bad"
    return "wait" if _here(due).date() == _here(now).date() else "done"
