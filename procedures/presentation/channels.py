"""The table of channels: how, how long, how much; what is common to all rows is said once below it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from procedures.choices import Channel
from procedures.parts import ChannelPart, Fee
from procedures.presentation.fees import fee_note, fee_text, time_text

SHORT: Final = 140
_ORDER: Final = [Channel.ONLINE.value, Channel.COUNTER.value, Channel.POST.value]


@dataclass(frozen=True, slots=True)
class FeeLine:
    """An amount and what stands beside it. ``reduced``: the exemption is long and stands below the table."""

    amount: str
    note: str = ""
    exemption: str = ""
    reduced: bool = False


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


def channel_table(channels: tuple[ChannelPart, ...]) -> ChannelTable:
    """Return the table of ``channels``, the online way first."""
    ordered = sorted(channels, key=lambda channel: _ORDER.index(channel.channel))
    rows = tuple(dict.fromkeys(_row(channel) for channel in ordered))
    return ChannelTable(
        rows=rows,
        notes=_once(channel.time_note for channel in ordered if len(channel.time_note) > SHORT),
        exemptions=_once(
            fee.exemption for channel in ordered for fee in channel.fees if len(fee.exemption) > SHORT
        ),
        time=_answer([row.time for row in rows if row.time]),
        fee=_fee_answer(rows),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _row(channel: ChannelPart) -> ChannelRow:
    return ChannelRow(
        label=str(Channel(channel.channel).label),
        time=time_text(channel),
        note=channel.time_note if len(channel.time_note) <= SHORT else "",
        fees=tuple(_line(fee) for fee in channel.fees),
    )


def _line(fee: Fee) -> FeeLine:
    long = len(fee.exemption) > SHORT
    charged = fee.amount is None or fee.amount > 0
    return FeeLine(
        amount=fee_text(fee),
        note=fee_note(fee),
        exemption="" if long else fee.exemption,
        reduced=long and charged,
    )


def _answer(texts: list[str]) -> str:
    """Return the one answer, or the first with the hint that it depends on the channel."""
    different = list(dict.fromkeys(texts))
    if len(different) <= 1:
        return different[0] if different else ""
    return _("%(answer)s, depending on how you apply") % {"answer": different[0]}


def _fee_answer(rows: tuple[ChannelRow, ...]) -> str:
    lines = [line for row in rows for line in row.fees if line.amount and len(line.amount) <= SHORT]
    answer = _answer([line.amount for line in lines])
    reduced = any(line.exemption or line.reduced for line in lines if line.amount != _("Free of charge"))
    return _("%(fee)s, with exemptions") % {"fee": answer} if answer and reduced else answer
