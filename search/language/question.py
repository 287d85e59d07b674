"""What a question asks for, as opposed to the circumstances that it describes along the way.

People write "Vợ tôi sinh bé gái ngày 12/3. Hai vợ chồng cưới năm 2021. Tôi muốn làm khai sinh thì cần gì?": the last
sentence asks, the others describe. A text is cut into sentences, and before words that start a request ("cho hỏi");
sentences that ask are recognised by such words, and by question words. Words of the others are weighted
by ``CIRCUMSTANCE_FACTOR``. Dates, amounts, ages and relatives ("vợ tôi") are circumstances wherever they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from search.language.acts import Act, acts_asked
from search.language.aspects import ASPECT_FACTOR, Aspect, find_aspects
from search.language.phrases import find_phrases
from search.language.tokenizer import Syllable

#: How much a word in a sentence that only describes counts, compared with one in a sentence that asks.
CIRCUMSTANCE_FACTOR: Final = 0.25
#: How much a word in a date, an amount or a relation counts.
DETAIL_FACTOR: Final = 0.5
# Shorter texts only name what is sought.
MIN_LENGTH: Final = 20


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


_SENTENCE_END: Final = re.compile(r"[.!?;\n](?=\s|$)")
#: A request starts before one of these, even if no full stop was typed or dictated.
_STARTS: Final = _listed(
    "cho hỏi, cho tôi hỏi, cho em hỏi, cho tui hỏi, xin hỏi, xin cho hỏi, bây giờ, giờ tôi, giờ tui, giờ em, "
    "giờ muốn, nay tôi muốn, nay muốn, nay em muốn, tôi muốn, tui muốn, em muốn, nhờ xã"
)
_REQUESTS: Final = _listed(
    "muốn, xin, cho hỏi, xin hỏi, hỏi, nhờ, thủ tục, hồ sơ, làm sao, thế nào, ra sao, ở đâu, nộp, đăng ký, "
    "được không, phải không, cần gì, giấy gì, giấy tờ gì, gồm, những gì, cần những, bao lâu, mấy ngày, "
    "bao nhiêu, lệ phí, làm đơn, làm giấy, hướng dẫn, ở xã nào, ai ký, gửi đâu, nộp gì, thì sao, sao, "
    "tại đâu, điều kiện, thời hạn"
)
_UNITS: Final = frozenset(
    _listed(
        "ngay, thang, nam, gio, phut, tieng, tuoi, trieu, ngan, nghin, dong, ti, ty, met, vuong, ha, hec, cong, "
        "mau, km, cay, so, phan, tan, lit, khoi, ho, nguoi, may, ban, lan, nhan, bua, hom, mung, thu, quy, hai, "
        "ba"
    )
)
_RELATIVES: Final = _listed(
    "vợ chồng, vợ, chồng, ông xã, bà xã, con trai, con gái, con, cháu nội, cháu ngoại, cháu, ba má, cha mẹ, "
    "bố mẹ, ba, má, cha, mẹ, bố, tía, ông nội, ông ngoại, bà nội, bà ngoại, ông, bà, anh trai, em trai, "
    "chị gái, em gái, anh, chị, chú, bác, cậu, dì, cô, nhà"
)
_OWNERS: Final = _listed("tôi, tui, em, mình, của tôi, của tui, của em")


def sentences(text: str, query: Sequence[Syllable]) -> list[range]:
    """Return the positions of the words of each sentence of ``text``, in order."""
    breaks = {0, len(query)}
    for match in _SENTENCE_END.finditer(text):
        breaks.add(next((n for n, word in enumerate(query) if word.start >= match.end()), len(query)))
    end = 0
    for start, next_end in find_phrases(query, _STARTS):
        if start >= end:
            breaks.add(start)
            end = next_end
    return [range(start, end) for start, end in pairwise(sorted(breaks)) if end > start]


def asking(text: str, query: Sequence[Syllable]) -> list[bool]:
    """Return for each word True if it is in a sentence that asks; if none is recognised as asking, all are."""
    parts = sentences(text, query)
    requests = find_phrases(query, _REQUESTS)
    marks = [sum(start in part for start, _end in requests) for part in parts]
    for number, part in enumerate(parts):
        end = query[part[-1]].end
        marks[number] += text[end : end + 2].strip().startswith("?")
    best = max(marks, default=0)
    asks = [best == 0 or (mark > 0 and mark >= best - 1) for mark in marks]
    return [ask for part, ask in zip(parts, asks, strict=True) for _word in part]


def details(query: Sequence[Syllable]) -> frozenset[int]:
    """Return the positions of dates, amounts, ages and relatives."""
    found: set[int] = set()
    for position, word in enumerate(query):
        if word.folded.isdigit():
            found.add(position)
            found.update(
                near
                for near in (position - 1, position + 1)
                if 0 <= near < len(query) and query[near].folded in _UNITS
            )
    found.update(_related(query))
    return frozenset(found)


def _related(query: Sequence[Syllable]) -> Iterable[int]:
    owners = dict(find_phrases(query, _OWNERS))
    for start, end in find_phrases(query, _RELATIVES):
        if end in owners:
            yield from range(start, owners[end])


def factors(text: str, query: Sequence[Syllable]) -> list[float]:
    """Return for each word of ``query``, the words of ``text``, the share (0..1) of its weight with which it counts."""
    if len(query) < MIN_LENGTH:
        return [1.0] * len(query)
    asks, minor = asking(text, query), details(query)
    return [
        (1.0 if ask else CIRCUMSTANCE_FACTOR) * (DETAIL_FACTOR if position in minor else 1.0)
        for position, ask in enumerate(asks)
    ]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for; ``factors`` are the shares (0..1) of the weights of its words, in order."""

    factors: tuple[float, ...]
    acts: frozenset[Act]
    aspects: tuple[Aspect, ...]


def read_intent(text: str, query: Sequence[Syllable]) -> Intent:
    """Return the intent of ``query``, the words of ``text`` (NFC)."""
    aspects, positions = find_aspects(query)
    counted = tuple(
        factor * (ASPECT_FACTOR if position in positions else 1.0)
        for position, factor in enumerate(factors(text, query))
    )
    return Intent(counted, acts_asked(query, asking(text, query)), aspects)
