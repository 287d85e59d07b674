"""The table of channels: how, how long, how much; what is common to all rows is said once below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from django.utils.translation import gettext as _

from procedures.choices import Channel
from procedures.parts import ChannelPart, Fee
from procedures.presentation.fees import exemption_note, fee_note, fee_text, time_text

SHORT: Final = 140
FEW: Final = 3  # answers that a person takes in at a glance
_ORDER: Final = [Channel.ONLINE.value, Channel.COUNTER.value, Channel.POST.value]


@dataclass(frozen=True, slots=True)
class FeeLine:
    """An amount and what stands beside it. ``reduced``: the exemption stands below the table."""

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

    @property
    def shown(self) -> list[ChannelRow]:
        """The rows as the page says them: ways that take as long and cost as much stand together.

        Several rows of one way are cases or steps of it: they stay in the order of the procedure.
        """
        if len({row.label for row in self.rows}) < len(self.rows):
            return list(self.rows)
        same: dict[tuple[str, str, tuple[FeeLine, ...]], list[str]] = {}
        for row in self.rows:
            same.setdefault((row.time, row.note, row.fees), []).append(row.label)
        return [ChannelRow(_listed(labels), *said) for said, labels in same.items()]


def _listed(labels: Iterable[str]) -> str:
    first, *others = labels
    return ", ".join([first, *(f"{other[:1].lower()}{other[1:]}" for other in others)])


def channel_table(channels: tuple[ChannelPart, ...]) -> ChannelTable:
    """Return the table of ``channels``, the online way first."""
    ordered = sorted(channels, key=lambda channel: _ORDER.index(channel.channel))
    below = _said_below(ordered)
    rows = tuple(dict.fromkeys(_row(channel, below) for channel in ordered))
    return ChannelTable(
        rows=rows,
        notes=_once(channel.time_note for channel in ordered if len(channel.time_note) > SHORT),
        exemptions=below,
        time=_time_answer(rows) or (_("See below") if any(channel.time_note for channel in ordered) else ""),
        fee=_fee_answer(rows),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _said_below(channels: Iterable[ChannelPart]) -> tuple[str, ...]:
    """Return the exemptions that are long, or that several rows would repeat."""
    texts = [text for channel in channels for fee in channel.fees if (text := exemption_note(fee))]
    return _once(text for text in texts if len(text) > SHORT or texts.count(text) > 1)


def _row(channel: ChannelPart, below: tuple[str, ...]) -> ChannelRow:
    return ChannelRow(
        label=str(Channel(channel.channel).label),
        time=time_text(channel),
        note=channel.time_note if len(channel.time_note) <= SHORT else "",
        fees=tuple(_line(fee, is_below=fee.exemption in below) for fee in channel.fees),
    )


def _line(fee: Fee, *, is_below: bool) -> FeeLine:
    charged = fee.amount is None or fee.amount > 0
    return FeeLine(
        amount=fee_text(fee),
        note=fee_note(fee),
        exemption="" if is_below else exemption_note(fee),
        reduced=is_below and charged,
    )


def _time_answer(rows: Sequence[ChannelRow]) -> str:
    """Return how long it takes; several times of one channel are of cases or steps: none is the answer."""
    times = _by_channel((row.label, row.time) for row in rows if row.time)
    different = _once(chain.from_iterable(times.values()))
    if len(different) > FEW or any(len(own) > 1 for own in times.values()):
        return _("Depends on the case: see the table")
    return _either(different, _("%(answer)s, depending on how you apply"))


def _fee_answer(rows: Sequence[ChannelRow]) -> str:
    """Return what it costs, every amount of a few; with the hint that some people pay less."""
    lines = [(row.label, line) for row in rows for line in row.fees if line.amount]
    fees = _by_channel((label, line.amount) for label, line in lines)
    different = _once(chain.from_iterable(fees.values()))
    if len(different) > FEW:
        return _("Depends on the case: see the table")
    by_channel = all(len(own) == 1 for own in fees.values())
    text = (
        _("%(answer)s, depending on how you apply") if by_channel else _("%(answer)s, depending on the case")
    )
    answer = _either(different, text)
    reduced = any(
        line.exemption or line.reduced for _label, line in lines if line.amount != _("Free of charge")
    )
    return _("%(fee)s, with exemptions") % {"fee": answer.rstrip(".")} if answer and reduced else answer


def _by_channel(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for label, text in pairs:
        found.setdefault(label, {})[text] = None
    return found


def _either(answers: Sequence[str], text: str) -> str:
    """Return the one answer as it is, or all of them in ``text``."""
    if len(answers) <= 1:
        return "".join(answers)
    first, *others = answers
    return text % {
        "answer": _(" or ").join([first, *(f"{other[:1].lower()}{other[1:]}" for other in others)])
    }
