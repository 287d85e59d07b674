"""Format dates, amounts and time limits for pages, printed forms and mails (docs/design.md#composition-3).

Numbers follow the active language: 7.500 in Vietnamese, 7,500 in English. A number and its unit are joined by
a no-break space.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from core.worktime import TIME_ZONE

NBSP: Final = "\u00a0"
KILO: Final = 1000
# Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.4: days below 10 and the months 1 and 2 take a leading zero.
LAST_ZERO_PADDED_MONTH: Final = 2
# Django writes "Thứ 6".
_WEEKDAYS: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "chủ nhật")


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(TIME_ZONE)


def date_text(value: dt.date | dt.datetime) -> str:
    """Return `27/11/2026`; a datetime is converted to the local time zone."""
    day = _local(value) if isinstance(value, dt.datetime) else value
    return f"{day:%d/%m/%Y}"


def weekday_text(day: dt.date) -> str:
    """Return `thứ Sáu` or `chủ nhật` (`Friday` in English), as written within a sentence."""
    if (get_language() or "vi").startswith("vi"):
        return _WEEKDAYS[day.weekday()]
    return date_format(day, "l")


def time_text(value: dt.datetime | dt.time) -> str:
    """Return ``17:00``."""
    clock = _local(value) if isinstance(value, dt.datetime) else value
    return f"{clock:%H:%M}"


def datetime_text(value: dt.datetime) -> str:
    """Return ``27/11/2026 17:00``."""
    return f"{date_text(value)} {time_text(value)}"


def day_in_words(moment: dt.datetime) -> str:
    """Return ``ngày 05 tháng 3 năm 2026``, as printed forms are dated, in the local time zone."""
    day = _local(moment)
    month = f"{day:%m}" if day.month <= LAST_ZERO_PADDED_MONTH else str(day.month)
    return f"ngày {day:%d} tháng {month} năm {day:%Y}"


def datetime_in_words(moment: dt.datetime) -> str:
    """Return ``17 giờ 00 phút, ngày 05 tháng 3 năm 2026``."""
    return f"{_local(moment):%H giờ %M phút}, {day_in_words(moment)}"


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
    """Return ``98,6%`` for 98.6 and ``100%`` for 100."""
    rounded = round(float(value), 1)
    return f"{number_text(rounded, decimals=0 if rounded.is_integer() else 1)}%"


def size_text(size: int) -> str:
    """Return ``24 kB`` or ``1,2 MB`` for a number of bytes, in powers of 1000."""
    if size < KILO * KILO:
        return f"{number_text(max(1, round(size / KILO)))}{NBSP}kB"
    return f"{number_text(size / KILO / KILO, decimals=1)}{NBSP}MB"


def lifetime_text(duration: dt.timedelta) -> str:
    """Return ``7 ngày``, ``2 giờ`` or ``15 phút``: in the largest unit of which ``duration`` is a whole number."""
    minutes = round(duration.total_seconds() / 60)
    hours, part_of_hour = divmod(minutes, 60)
    days, part_of_day = divmod(hours, 24)
    if part_of_hour or not hours:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if part_of_day or not days:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def due_text(due: dt.datetime, now: dt.datetime) -> str:
    """Return the time left in words: ``Quá hạn 1 ngày``, ``Hôm nay 17:00``, ``Còn 12 ngày`` (calendar days)."""
    days = (_local(due).date() - _local(now).date()).days
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
    """Return the tone for `due_text`: `bad`, `wait` or `done`."""
    if due < now:
        return "bad"
    return "wait" if _local(due).date() == _local(now).date() else "done"
