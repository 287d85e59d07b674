"""Channels out of a full-text record: the parsed rows give channel, time and amount, the flattened table the words."""

from __future__ import annotations

import re
from typing import Any, Final

from core.text import fold
from procedures.choices import FeeKind
from procedures.importing import words
from procedures.importing.fee_words import read_note
from procedures.parts import ChannelPart, Fee

_FEE: Final = re.compile(
    r"(?P<free>Miễn phí)|(?P<none>Không có thông tin)|(?P<amount>\d[\d.,]*)\s*(?P<unit>Việt Nam Đồng|VNĐ|Đồng|USD)"
)
_DUTY: Final = "le phi"


def channels_of(record: dict[str, Any]) -> tuple[ChannelPart, ...]:
    """Return the channels of a record with ``kenh_parsed`` and ``cach_thuc_thuc_hien``."""
    rows = record.get("kenh_parsed") or []
    texts = _row_texts([_head(row) for row in rows], str(record.get("cach_thuc_thuc_hien") or ""))
    return tuple(_channel(row, text) for row, text in zip(rows, texts, strict=True))


def _head(row: dict[str, Any]) -> str:
    return f"{row['hinh_thuc']}{row.get('thoi_han') or ''}"


def _row_texts(heads: list[str], text: str) -> list[str]:
    """Return what stands behind each of ``heads`` up to the next; nothing where the table has other rows than these."""
    ends, begins, place = [], [], 0
    for head in heads:
        begin = text.find(head, place)
        if begin < 0:
            return [""] * len(heads)
        place = begin + len(head)
        begins.append(begin)
        ends.append(place)
    return [
        text[end:begin] for end, begin in zip(ends, [*begins[1:], len(text)], strict=False)
    ]  # none of no rows


def _channel(row: dict[str, Any], text: str) -> ChannelPart:
    value, unit, note = words.time_limit(row.get("thoi_han", ""))
    fees, description = fees_of(text or str(row.get("phi_le_phi", "")))
    return ChannelPart(
        channel=words.channel(row["hinh_thuc"]),
        time_value=value,
        time_unit=unit,
        time_note="\n".join(part for part in (note, words.said_lines(description)) if part),
        fees=fees,
    )


def fees_of(text: str) -> tuple[tuple[Fee, ...], str]:
    """Read ``8,000 VNĐ(note)`` and what follows; return the fees and the description behind them."""
    fees: list[Fee] = []
    while found := _FEE.match(text):
        note, text = _bracket(text[found.end() :])
        if not found["none"]:
            fees.append(_fee(found, note))
    return tuple(fees), text


def _bracket(text: str) -> tuple[str, str]:
    """Return (inside, behind) of a bracket at the front; an unclosed one reaches to the end."""
    if not text.startswith("("):
        return "", text
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[1:place], text[place + 1 :]
    return text[1:], ""


def _fee(found: re.Match[str], beside: str) -> Fee:
    amount, note, exemption = read_note(words.amount(found["amount"] or "0"), beside)
    return Fee(
        kind=(FeeKind.DUTY if _DUTY in fold(beside) else FeeKind.CHARGE).value,
        amount=amount,
        currency="USD" if found["unit"] == "USD" else "VND",
        note=note,
        exemption=exemption,
    )
