"""Titles of the national lists for display: sentence case instead of capitals, names and abbreviations kept (DESIGN).

What is a word and what an abbreviation is seen from the syllable: ``PHÉP`` can be spoken, ``HTX`` and ``PET`` cannot
(a syllable that ends in c, ch, p or t carries a sharp or heavy tone). The few that look like syllables are listed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.text import clean, fold

_ABBREVIATIONS: Final = frozenset({"EU", "AI"})
_PLACES: Final = (
    "Việt Nam", "Cà Mau", "Bạc Liêu", "Ngọc Hiển", "Năm Căn", "Đất Mũi", "U Minh", "Thới Bình", "Trần Văn Thời",
    "Cái Nước", "Đầm Dơi", "Phú Tân", "Giá Rai", "Hồng Dân", "Phước Long", "Vĩnh Lợi", "Đông Hải", "Hòa Bình",
    "Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Cần Thơ", "Hồ Chí Minh", "Lào", "Campuchia", "Trung Quốc", "Thái Lan",
    "Hoa Kỳ", "Liên hợp quốc",
)  # fmt: skip
_OFFICES: Final = (
    "Nhà nước", "Chính phủ", "Thủ tướng Chính phủ", "Quốc hội", "Chủ tịch nước", "Ủy ban nhân dân", "Uỷ ban nhân dân",
    "Hội đồng nhân dân", "Mặt trận Tổ quốc", "Đảng Cộng sản", "Bác Hồ", "Trung ương", "Tòa án nhân dân",
    "Viện kiểm sát nhân dân", "Ban Quản lý", "Bà mẹ Việt Nam anh hùng", "Anh hùng lực lượng vũ trang nhân dân",
)  # fmt: skip
_BRANCHES: Final = (
    "Công an", "Quốc phòng", "Nội vụ", "Tư pháp", "Tài chính", "Công Thương", "Xây dựng", "Y tế", "Ngoại giao",
    "Giáo dục và Đào tạo", "Khoa học và Công nghệ", "Nông nghiệp và Môi trường", "Dân tộc và Tôn giáo",
    "Văn hóa, Thể thao và Du lịch",
)  # fmt: skip
_NAMES: Final = (
    *_PLACES,
    *_OFFICES,
    *(f"{kind} {branch}" for kind in ("Bộ", "Sở") for branch in _BRANCHES),
)
_NAMED: Final = re.compile(
    "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(_NAMES, key=len, reverse=True)),
    re.IGNORECASE,
)
_WRITTEN: Final = {name.lower(): name for name in _NAMES}
_WORD: Final = re.compile(r"[^\W_]+")
_CAPITALS: Final = "A-ZĐ" + "".join(chr(code) for code in range(0xC0, 0x1EFA) if chr(code).isupper())
_RUN: Final = re.compile(rf"(?<!\w)[{_CAPITALS}]{{2,}}(?:\s+[{_CAPITALS}]{{2,}})+(?!\w)")
_ONSET: Final = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnpqrstvx])?"
_RHYME: Final = (
    "(?:[aeiouy]|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|oo|ua|ue|ui|uo|uu|uy|ya|ye|"
    "ieu|yeu|oai|oay|oao|oeo|uoi|uou|uay|uye|uya|uyu)"
)
_SYLLABLE: Final = re.compile(rf"{_ONSET}{_RHYME}(?:ch|ng|nh|[cmnpt])?")
_STOPPED: Final = re.compile(r"[cpt]$|ch$")
_SHARP_OR_HEAVY: Final = ("\u0301", "\u0323")
_FIRST: Final = re.compile(r"^[\W_]*[^\W_]")
_TRAILING: Final = " .,;:"


def sentence_case(title: str) -> str:
    """Return ``title`` as it is shown: what is shouted in sentence case, a capital in front, no stop at the end.

    >>> sentence_case("CẤP GIẤY PHÉP XÂY DỰNG CHO HTX TẠI CÀ MAU.")
    'Cấp giấy phép xây dựng cho HTX tại Cà Mau'
    """
    text = clean(title).rstrip(_TRAILING)
    words = _WORD.findall(text)
    shouted = sum(map(_is_shouted, words))
    most = 2 * shouted > sum(len(word) > 1 for word in words)
    if len(words) > 1 and (most or (shouted and text.isupper())):
        text = _lowered(_WORD.sub(lambda found: _calm(found[0]), text))
    else:
        text = _calm_runs(text)
    return _FIRST.sub(lambda found: found[0].upper(), text)


def _is_shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper() and word not in _ABBREVIATIONS and _is_syllable(word)


def _is_syllable(word: str) -> bool:
    bare = fold(word)
    if not _SYLLABLE.fullmatch(bare):
        return False
    return not _STOPPED.search(bare) or any(
        tone in unicodedata.normalize("NFD", word) for tone in _SHARP_OR_HEAVY
    )


def _calm(word: str) -> str:
    """Lower a shouted word, and the words of one letter that are no marks of a class (``Ở``, ``Y``; not ``B``)."""
    one = len(word) == 1 and (not word.isascii() or word == "Y")
    return word.lower() if one or _is_shouted(word) else word


def _lowered(text: str) -> str:
    return _NAMED.sub(lambda found: _WRITTEN[found[0].lower()], text)


def _calm_runs(text: str) -> str:
    """Lower shouted words in a row of an ordinary title, where a mark shows that they are no abbreviation."""
    for run in reversed(list(_RUN.finditer(text))):
        words = _WORD.findall(run[0])
        certain = any(fold(word).lower() != word.lower().replace("đ", "d") for word in words)
        if certain and all(map(_is_shouted, words)):
            text = f"{text[: run.start()]}{_lowered(run[0].lower())}{text[run.end() :]}"
    return text
