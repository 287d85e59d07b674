"""Remove personal data from queries before they are counted (Law 91/2025/QH15, data minimisation).

People paste telephone and identity numbers, email addresses, dossier codes and names into a search field. What is left
is a question about a service. The rules err on the side of removing too much; what they miss is covered by the
second measure, that a query asked from fewer than a few networks is never stored in clear (``query_counts``).
"""

from __future__ import annotations

import re
from typing import Final

from core.text import fold, nfc
from search.language.tokenizer import codes_in

#: Longer queries are cut at a word: what follows is usually a story rather than what is sought.
MAX_LENGTH: Final = 80

_MAIL: Final = re.compile(r"\S+@\S+")
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_DATE: Final = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b")
# Telephone, identity and account numbers, grouped or not; a national procedure code is recognised before.
_LONG_NUMBER: Final = re.compile(r"\+?\d(?:[ .\-()]{0,2}\d){5,}")
# Dossier codes, number plates, lookup keys: letters and at least four digits in one token. Numbers of legal
# documents ("85/2019/TT-BTC") have a slash and stay.
_MIXED: Final = re.compile(r"(?<![\w/])(?=[\w.\-]*[^\W\d_])(?=(?:[\w.\-]*\d){4})[\w.\-]+(?![\w/])")
_PLATE: Final = re.compile(r"(?<!\w)\d{2} ?-? ?[a-z]{1,2}\d? ?[-. ] ?\d{3}\.?\d{2}(?!\w)", re.IGNORECASE)
_HOUSE: Final = re.compile(r"\b(?:số nhà|so nha)\s+\S+", re.IGNORECASE)

# Nine in ten people have one of these family names (họ). As plain words some are ambiguous ("hồ sơ", "lý lịch", "đô
# thị" without diacritics): they count only after "tên" or before a middle name, written with their diacritics.
_FAMILY: Final = (
    *("nguyễn", "trần", "lê", "phạm", "huỳnh", "hoàng", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô"),
    *(
        "dương",
        "lý",
        "đinh",
        "trương",
        "lâm",
        "mai",
        "trịnh",
        "đoàn",
        "cao",
        "tô",
        "tăng",
        "thạch",
        "danh",
        "kim",
    ),
    *(
        "quách",
        "châu",
        "tạ",
        "hà",
        "lương",
        "thái",
        "tiêu",
        "triệu",
        "văn",
        "đào",
        "sơn",
        "phùng",
        "lưu",
        "vương",
    ),
)
_FAMILY_PLAIN: Final = frozenset(
    {"nguyen", "tran", "pham", "huynh", "hoang", "phan", "dang", "bui", "truong"}
)
_MIDDLE: Final = frozenset({"văn", "thị", "van", "thi"})
_INTRODUCED_BY: Final = frozenset({"tên", "ten"})
_LINKS: Final = frozenset({"là", "la", "họ", "ho", "của", "cua", ":"})
_TITLES: Final = frozenset(
    {"ông", "bà", "anh", "chị", "cô", "chú", "em", "cháu", "con", "vợ", "chồng", "mẹ", "cha"}
)
_WORD: Final = re.compile(r"\S+")
_GIVEN_NAMES: Final = 3


def without_personal_data(text: str) -> str:
    """Return ``text`` in lower case without personal data, at most ``MAX_LENGTH`` long; empty if nothing is left.

    >>> without_personal_data("khai sinh cho con tên Trần Thị Bông, sđt 0912 345 678")
    'khai sinh cho con tên, sđt'
    """
    kept = nfc(text)
    codes = [code for code in codes_in(kept) if re.fullmatch(r"\d\.\d{6}", code)]
    if codes:
        return codes[0]
    for pattern in (_MAIL, _LINK, _DATE, _PLATE, _MIXED, _LONG_NUMBER, _HOUSE):
        kept = pattern.sub(" ", kept)
    kept = re.sub(r"\s+([,.;:])", r"\1", " ".join(_without_names(kept).lower().split()))
    return _cut(kept.strip(" ,.;:-?!\"'()"))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH + 1].rsplit(" ", 1)[0][:MAX_LENGTH]


def _without_names(text: str) -> str:
    """Remove what looks like the name of a person; punctuation after it stays."""
    words = _WORD.findall(text)
    out: list[str] = []
    at = 0
    while at < len(words):
        length = _name_length(words, at)
        if length:
            last = words[at + length - 1]
            out.append(last[len(last.rstrip(",.;:?!")) :])
            at += length
        else:
            out.append(words[at])
            at += 1
    return " ".join(filter(None, out))


def _name_length(words: list[str], at: int) -> int:
    """Return how many words from ``at`` on form a name; 0 if none."""
    word, rest = _bare(words[at]), words[at + 1 :]
    following = _bare(rest[0]) if rest else ""
    is_family = word in _FAMILY or (word in _FAMILY_PLAIN and word == fold(word))
    before = [_bare(one) for one in words[max(0, at - 2) : at]]
    introduced = bool(before) and (
        before[-1] in _INTRODUCED_BY or (before[-1] in _LINKS and before[0] in _INTRODUCED_BY)
    )
    if is_family and following in _MIDDLE:
        return 2 + _given_names(rest[1:], at_most=2)
    if is_family and (introduced or (_is_capital(words[at]) and rest and _is_capital(rest[0]))):
        return 1 + _given_names(rest, at_most=_GIVEN_NAMES)
    if _is_capital(words[at]) and before and (introduced or before[-1] in _TITLES):
        return 1 + sum(1 for _one in _capitals(rest))
    return 0


def _given_names(words: list[str], *, at_most: int) -> int:
    """Return how many of the following words belong to the name: up to a comma; only capitals after capitals."""
    number = 0
    for word in words[:at_most]:
        number += 1
        if word[-1] in ",.;:?!":
            break
    capitals = sum(1 for _one in _capitals(words[:at_most]))
    return capitals or number


def _capitals(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if not _is_capital(word):
            break
        found.append(word)
    return found


def _is_capital(word: str) -> bool:
    """Return True for ``Bông``, not for ``CCCD``."""
    return word[:1].isupper() and not (len(word) > 1 and word.isupper())


def _bare(word: str) -> str:
    return word.lower().strip(",.;:?!\"'()")
