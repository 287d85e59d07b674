"""What stands beside an amount in the national lists: the unit, how the sum is found, who need not pay.

The national list writes "free" (or 0) wherever it holds no number. Where the words beside it say that the province sets
the sum, the procedure is not free: the amount is then unknown (None) and the words say how it is found.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from procedures.importing.letters import LOWER, UPPER
from procedures.importing.words import amount as number
from procedures.importing.words import said

_CURRENCY: Final = r"(?:việt nam đồng|vnđ|đồng|usd)"
_LABEL: Final = re.compile(
    rf"^(?:(?:lệ phí|phí)\s*:\s*[\d.,]*\s*{_CURRENCY}\b|[\d.,]*\s*{_CURRENCY}(?=\s*\())\s*", re.IGNORECASE
)
_GLUED: Final = re.compile(rf"(?<=[{LOWER})][.)])(?=[{UPPER}])|(?<=[{LOWER}]\))(?=[{UPPER}])")
# A sentence ends at a full stop; a dash before a capital begins an item.
_SENTENCE: Final = re.compile(rf"(?<=\.)\s+(?:-\s*)?(?=[{UPPER}])|\s+-\s+(?=[{UPPER}])")
# Never folded: "giám hộ" (guardian) is no "giảm" (reduction).
_EXEMPT: Final = re.compile(r"(?<!\w)(?:miễn|giảm|không (?:phải )?(?:thu|nộp))(?!\w)", re.IGNORECASE)
_EXTRA: Final = re.compile(r"phí cấp bản sao|nếu có yêu cầu", re.IGNORECASE)
_SET_ELSEWHERE: Final = re.compile(
    r"hội đồng nhân dân|theo (?:quy định|mức thu)|mức (?:thu )?(?:lệ )?phí|quy định mức thu", re.IGNORECASE
)
_SAME_AMOUNT: Final = re.compile(r"^([\d.,]*\d)\s*(?:đồng|đ|vnđ)\s*/\s*", re.IGNORECASE)


def read_note(amount: Decimal, note: str) -> tuple[Decimal | None, str, str]:
    """Return (amount, note, exemption) of an amount and the words beside it; amount None: it is set elsewhere."""
    sentences = [said(part) for part in _SENTENCE.split(_tidy(note))]
    exempt = [part for part in sentences if part and _EXEMPT.search(part)]
    rest = [part for part in sentences if part and part not in exempt]
    words, free = _unit(amount, _joined(rest)), _joined(exempt)
    if not amount and any(_SET_ELSEWHERE.search(part) and not _EXTRA.search(part) for part in rest):
        return None, words, free
    return amount, words, free


def _joined(sentences: list[str]) -> str:
    """Return the sentences in a row; a single one needs no full stop, and with it would be a different text."""
    return " ".join(sentences) if len(sentences) > 1 else "".join(sentences).rstrip(" .;")


def _tidy(note: str) -> str:
    words = _LABEL.sub("", _GLUED.sub(" ", said(note)).strip(" -")).strip(" -")
    while words.startswith("(") and _closed_at(words) in {-1, len(words) - 1}:
        words = words[1:].removesuffix(")" if _closed_at(words) > 0 else "").strip(" -")
        words = _LABEL.sub("", words).strip(" -")
    return words


def _closed_at(words: str) -> int:
    """Return where the bracket at the front is closed, -1 where it is not."""
    depth = 0
    for place, character in enumerate(words):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place
    return -1


def _unit(amount: Decimal, note: str) -> str:
    """Turn ``70.000 đồng/giấy`` beside 70,000 into ``/giấy``: the amount said twice reads like two amounts."""
    found = _SAME_AMOUNT.match(note)
    if found and number(found[1]) == amount:
        note = f"/{note[found.end() :]}"
    return note.rstrip(".") if note.startswith("/") else note
