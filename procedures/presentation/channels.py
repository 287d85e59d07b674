"""Fees and processing times as shown to citizens, and the table of channels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from django.utils.translation import gettext as _

from core.display import money_text, number_text
from core.text import fold
from core.worktime import duration_text
from procedures.choices import Channel
from procedures.value_objects import ChannelDetails, Fee

MAX_FEE_NOTE_LENGTH: Final = 60
MAX_INLINE_LENGTH: Final = 140  # of notes and exemptions inside the table
MAX_LISTED_ANSWERS: Final = 3
_ORDER: Final = [Channel.ONLINE.value, Channel.COUNTER.value, Channel.POST.value]
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
    """Return ``7.500 đ``, ``2.000 đ/trang``, ``10 USD`` or ``Miễn phí``; a short note if there is no fixed amount."""
    if fee.amount is None:
        return fee.note if len(fee.note) <= MAX_FEE_NOTE_LENGTH else _("As set by regulation")
    if not fee.amount:
        return _("Free of charge")
    amount = money_text(fee.amount) if fee.currency == "VND" else f"{number_text(fee.amount)} {fee.currency}"
    return f"{amount}{_unit(fee.note)}"


def fee_note(fee: Fee) -> str:
    """Return the note next to the amount; empty if it only repeats the amount."""
    if _repeats_free(fee, fee.note):
        return ""
    if fee.amount is None:
        return "" if fee.note == fee_text(fee) else fee.note
    return fee.note.removeprefix(_unit(fee.note)).lstrip(" ;,.") if fee.amount else fee.note


def exemption_note(fee: Fee) -> str:
    """Return the groups that pay less or nothing; empty if the procedure is free for all."""
    return "" if _repeats_free(fee, fee.exemption) else fee.exemption


def _repeats_free(fee: Fee, words: str) -> bool:
    return fee.amount == 0 and fold(words).strip(" .") in _FREE


def _unit(note: str) -> str:
    """Return ``/trang`` of ``/trang; từ trang thứ 3 trở lên 1.000 đồng/trang``; empty for any other note."""
    return _UNIT_ENDS.split(note, maxsplit=1)[0].rstrip() if note.startswith("/") else ""


def processing_time_text(channel: ChannelDetails) -> str:
    """Return ``3 ngày làm việc``; empty if the law gives no number."""
    return duration_text(channel.time_value, channel.time_unit) if channel.time_value else ""


@dataclass(frozen=True, slots=True)
class FeeLine:
    """An amount with its note and exemption. ``exemption_below``: its exemption is shown below the table."""

    amount: str
    note: str = ""
    exemption: str = ""
    exemption_below: bool = False


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One row of the table."""

    label: str
    time: str
    note: str
    fees: tuple[FeeLine, ...]


@dataclass(frozen=True, slots=True)
class ChannelTable:
    """The table, the long notes and exemptions below it, and the short answers of the action card."""

    rows: tuple[ChannelRow, ...]
    notes: tuple[str, ...]
    exemptions: tuple[str, ...]
    time: str
    fee: str

    @property
    def merged_rows(self) -> list[ChannelRow]:
        """The rows of the table; channels with equal time and fees share a row.

        Several rows of one channel are its cases or steps, so they keep the order of the procedure.
        """
        if len({row.label for row in self.rows}) < len(self.rows):
            return list(self.rows)
        same: dict[tuple[str, str, tuple[FeeLine, ...]], list[str]] = {}
        for row in self.rows:
            same.setdefault((row.time, row.note, row.fees), []).append(row.label)
        return [ChannelRow(_listed(labels), *cells) for cells, labels in same.items()]


def _listed(labels: Iterable[str]) -> str:
    first, *others = labels
    return ", ".join([first, *(f"{other[:1].lower()}{other[1:]}" for other in others)])


def channel_table(channels: tuple[ChannelDetails, ...]) -> ChannelTable:
    """Return the table of ``channels``, the online channel first."""
    ordered = sorted(channels, key=lambda channel: _ORDER.index(channel.channel))
    below = _exemptions_below(ordered)
    rows = tuple(dict.fromkeys(_row(channel, below) for channel in ordered))
    fees = [fee for channel in ordered for fee in channel.fees]
    return ChannelTable(
        rows=rows,
        notes=_unique(channel.time_note for channel in ordered if len(channel.time_note) > MAX_INLINE_LENGTH),
        exemptions=below,
        time=_time_answer(rows) or (_("See below") if any(channel.time_note for channel in ordered) else ""),
        fee=_fee_answer(rows, is_conditional=any(_is_free_with_conditions(fee) for fee in fees)),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _exemptions_below(channels: Iterable[ChannelDetails]) -> tuple[str, ...]:
    """Return the exemptions to show below the table: long ones and repeated ones."""
    texts = [text for channel in channels for fee in channel.fees if (text := exemption_note(fee))]
    return _unique(text for text in texts if len(text) > MAX_INLINE_LENGTH or texts.count(text) > 1)


def _row(channel: ChannelDetails, below: tuple[str, ...]) -> ChannelRow:
    return ChannelRow(
        label=str(Channel(channel.channel).label),
        time=processing_time_text(channel),
        note=channel.time_note if len(channel.time_note) <= MAX_INLINE_LENGTH else "",
        fees=tuple(_line(fee, is_below=fee.exemption in below) for fee in channel.fees),
    )


def _line(fee: Fee, *, is_below: bool) -> FeeLine:
    charged = fee.amount is None or fee.amount > 0
    return FeeLine(
        amount=fee_text(fee),
        note=fee_note(fee),
        exemption="" if is_below else exemption_note(fee),
        exemption_below=is_below and charged,
    )


def _time_answer(rows: Sequence[ChannelRow]) -> str:
    """Return the processing time; if a channel has several (for cases or steps), refer to the table."""
    times = _by_channel((row.label, row.time) for row in rows if row.time)
    different = _unique(chain.from_iterable(times.values()))
    if len(different) > MAX_LISTED_ANSWERS or any(len(own) > 1 for own in times.values()):
        return _("Depends on the case: see the table")
    return _either(different, _("%(answer)s, depending on how you apply"))


def _is_free_with_conditions(fee: Fee) -> bool:
    """Return True if a fee of zero is not the whole story: "Extra copies are charged separately"."""
    return fee.amount == 0 and bool(fee_note(fee) or exemption_note(fee))


def _fee_answer(rows: Sequence[ChannelRow], *, is_conditional: bool) -> str:
    """Return the fee, or a few different fees, with a hint about exemptions and the conditions of what is free."""
    lines = [(row.label, line) for row in rows for line in row.fees if line.amount]
    fees = _by_channel((label, line.amount) for label, line in lines)
    different = _unique(chain.from_iterable(fees.values()))
    if len(different) > MAX_LISTED_ANSWERS:
        return _("Depends on the case: see the table")
    by_channel = all(len(own) == 1 for own in fees.values())
    text = (
        _("%(answer)s, depending on how you apply") if by_channel else _("%(answer)s, depending on the case")
    )
    answer = _either(different, text)
    if is_conditional and answer == _("Free of charge"):
        return _("%(fee)s, see the notes") % {"fee": answer}
    has_exemptions = any(
        line.exemption or line.exemption_below for _label, line in lines if line.amount != _("Free of charge")
    )
    return (
        _("%(fee)s, with exemptions") % {"fee": answer.rstrip(".")} if answer and has_exemptions else answer
    )


def _by_channel(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for label, text in pairs:
        found.setdefault(label, {})[text] = None
    return found


def _either(answers: Sequence[str], text: str) -> str:
    """Return a single answer unchanged; join several and insert them into ``text``."""
    if len(answers) <= 1:
        return "".join(answers)
    first, *others = _without_common_unit(answers)
    last = f"{others[-1][:1].lower()}{others[-1][1:]}"
    middle = [f"{other[:1].lower()}{other[1:]}" for other in others[:-1]]
    return text % {"answer": _(" or ").join([", ".join([first, *middle]), last])}


def _without_common_unit(answers: Sequence[str]) -> list[str]:
    """Return numbers of one unit with the unit only after the last: ``17``, ``20``, ``30 ngày làm việc``.

    >>> _without_common_unit(["17 ngày làm việc", "20 ngày làm việc"]), _without_common_unit(["1 ngày", "Miễn phí"])
    (['17', '20 ngày làm việc'], ['1 ngày', 'Miễn phí'])
    """
    numbers, units = zip(*(answer.partition(" ")[::2] for answer in answers), strict=True)
    if len(set(units)) == 1 and units[0] and all(number.isdigit() for number in numbers):
        return [*numbers[:-1], answers[-1]]
    return list(answers)
