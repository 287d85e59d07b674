"""What is to be done with a document or a right: issued again, extended, changed, ended.

Titles name the act at their start ("Cấp lại Giấy phép …"); people name it in everyday words ("bị mất", "hết hạn"). Acts
are compared as classes: procedures for another act on the same thing are not what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

from search.language.phrases import find_phrases
from search.language.tokenizer import Syllable, folded_syllables, marked_syllables


class Act(StrEnum):
    """A class of acts."""

    AGAIN = "again"
    EXTEND = "extend"
    CHANGE = "change"
    END = "end"
    PAUSE = "pause"
    RESUME = "resume"
    REVOKE = "revoke"
    COPY = "copy"
    MERGE = "merge"


def _table(texts: dict[Act, str]) -> dict[Act, tuple[str, ...]]:
    return {act: tuple(text.split(", ")) for act, text in texts.items()}


#: How the titles of procedures name each act.
OFFICIAL: Final = _table(
    {
        Act.AGAIN: "cấp lại, cấp đổi, đăng ký lại, xác định lại, đổi cấp lại",
        Act.EXTEND: "gia hạn",
        Act.CHANGE: (
            "thay đổi, điều chỉnh, sửa đổi, bổ sung, cấp điều chỉnh, cấp sửa đổi, cấp bổ sung, cải chính, "
            "đính chính, hiệu đính, chỉnh sửa, sửa lỗi, cập nhật, đăng ký thay đổi, thông báo thay đổi, "
            "đề nghị thay đổi, xác định lại"
        ),
        Act.END: (
            "chấm dứt, giải thể, tự giải thể, xóa, xóa đăng ký, dừng, thôi, hủy bỏ, trả lại, đóng, "
            "đăng ký chấm dứt, đăng ký giải thể, thông báo chấm dứt, công bố đóng"
        ),
        Act.PAUSE: "tạm ngừng, tạm dừng, thông báo tạm ngừng",
        Act.RESUME: "khôi phục, phục hồi",
        Act.REVOKE: "thu hồi, đề nghị thu hồi, quyết định thu hồi",
        Act.COPY: "cấp bản sao",
        Act.MERGE: "sáp nhập, chia, tách, hợp nhất, chuyển đổi",
    }
)
#: How people name each act, in addition to the official words.
EVERYDAY: Final = _table(
    {
        Act.AGAIN: (
            "làm lại, xin lại, mất giấy, bị mất, làm mất, thất lạc, rách, cấp lần nữa, mần lại, lập lại, "
            "bị hư, hư hỏng, bị ướt"
        ),
        Act.EXTEND: "hết hạn, thêm hạn, kéo dài thời hạn, sắp hết hạn, quá hạn",
        Act.CHANGE: "sửa, đổi tên, đổi địa chỉ, dời, ghi sai, bị sai, sai tên, đổi họ, đổi thông tin",
        Act.END: "giải tán, dẹp, xóa tên, hủy, trả giấy phép, nghỉ luôn, không làm nữa, không nuôi nữa",
        Act.PAUSE: "tạm nghỉ, nghỉ tạm, đóng cửa tạm",
        Act.RESUME: "hoạt động trở lại, mở lại, hoạt động lại, tiếp tục kinh doanh",
        Act.COPY: "bản sao, trích lục, sao lục",
    }
)
# An act must begin within this many words from the start of a title.
_MAX_POSITION: Final = 3


def _by_words(
    words: Callable[[str], list[str]], *tables: dict[Act, tuple[str, ...]]
) -> dict[tuple[str, ...], set[Act]]:
    known: dict[tuple[str, ...], set[Act]] = {}
    for table in tables:
        for act, texts in table.items():
            for text in texts:
                known.setdefault(tuple(words(text)), set()).add(act)
    return known


@cache
def _asked_by() -> tuple[tuple[str, ...], dict[tuple[str, ...], set[Act]]]:
    texts = [text for table in (OFFICIAL, EVERYDAY) for some in table.values() for text in some]
    return tuple(dict.fromkeys(texts)), _by_words(folded_syllables, OFFICIAL, EVERYDAY)


@cache
def _of_titles() -> dict[tuple[str, ...], set[Act]]:
    return _by_words(marked_syllables, OFFICIAL)


def acts_asked(query: Sequence[Syllable], asks: Sequence[bool]) -> frozenset[Act]:
    """Return the acts that the words of ``query`` name, preferably those of a sentence that asks.

    One syllable without diacritics names none: "dung" is far more often "dựng" or "dùng" than "dừng".
    """
    texts, known = _asked_by()
    found = [
        (asks[start], known[tuple(word.folded for word in query[start:end])])
        for start, end in find_phrases(query, texts)
        if end - start > 1 or query[start].marked != query[start].folded
    ]
    asked = {act for is_asked, acts in found if is_asked for act in acts}
    return frozenset(asked or {act for _is_asked, acts in found for act in acts})


def acts_of_title(words: Sequence[str], start: int) -> frozenset[Act]:
    """Return the acts that a title names at its start: ``words`` in exact form, from the ``start`` that informs."""
    known, found = _of_titles(), set[Act]()
    longest = max(map(len, known))
    position, last = start, start + _MAX_POSITION
    while position < min(last, len(words)):
        for end in range(min(len(words), position + longest), position, -1):
            acts = known.get(tuple(words[position:end]))
            if acts:
                found |= acts
                position, last = end - 1, end + _MAX_POSITION - 1
                break
        position += 1
    return frozenset(found)
