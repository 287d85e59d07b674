"""Vietnamese text: folding, slugs, dictionary order and sentence case for every engine, form and page.

Folding is NFC → NFD → drop the combining marks → đ becomes d → lower case. It keeps the length of an NFC string
character by character, so an offset in the folded text is valid in the displayed text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import count
from typing import Final

from django.conf import settings

from core.look_alikes import with_proper_d

MAX_SLUG_LENGTH: Final = 80
#: Python refuses to parse numbers of thousands of digits, and no primary key is longer.
MAX_DIGITS: Final = 18
_D_WITH_STROKE: Final = str.maketrans(dict.fromkeys("đĐðÐɖƉ", "d"))
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[.\-/][^\W_]+)*", re.UNICODE)
# Ranks above those of all signs and digits; letters that Vietnamese does not use keep their Latin position.
_ALPHABET: Final = {
    letter: 1_000_000 + rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
}
# Huyền, hỏi, ngã, sắc, nặng.
_TONES: Final = "\u0300\u0309\u0303\u0301\u0323"
# Two digits per letter or sign, so that every database sorts keys alike, whatever its collation.
_ORDER_END: Final = "00"
_ORDER_CODES: Final = {
    sign: f"{code:02d}" for code, sign in enumerate((chr(c) for c in range(32, 65)), start=10)
} | {letter: f"{60 + rank:02d}" for rank, letter in enumerate(_ALPHABET)}
_ORDER_OTHER: Final = "55"
_SPACES: Final = re.compile(r"\s+")
# Browsers send CRLF; lists and word processors also know VT, FF, NEL and the Unicode separators.
_LINE_END: Final = re.compile("[^\\S\n\r\v\f\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x85\u2028\u2029])")
#: Pattern of characters that are not seen, among them the soft hyphen of texts copied from a web page.
INVISIBLE: Final = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
_INVISIBLE: Final = re.compile(INVISIBLE)
# Words and abbreviations of a title in capitals are distinguished by the syllable: `PHÉP` is pronounceable, `HTX` and
# `PET` are not (a syllable that ends in c, ch, p or t has a sharp or heavy tone). These look like syllables.
_ABBREVIATIONS: Final = frozenset({"EU", "AI"})
# The provinces and cities of NQ 202/2025/QH15, and what titles name abroad; other places: ``PORTAL_PLACE_NAMES``.
_PLACES: Final = (
    "Việt Nam", "Hà Nội", "Cao Bằng", "Tuyên Quang", "Điện Biên", "Lai Châu", "Sơn La", "Lào Cai", "Thái Nguyên",
    "Lạng Sơn", "Quảng Ninh", "Bắc Ninh", "Phú Thọ", "Hải Phòng", "Hưng Yên", "Ninh Bình", "Thanh Hoá", "Thanh Hóa",
    "Nghệ An", "Hà Tĩnh", "Quảng Trị", "Huế", "Đà Nẵng", "Quảng Ngãi", "Gia Lai", "Khánh Hoà", "Khánh Hòa", "Đắk Lắk",
    "Lâm Đồng", "Đồng Nai", "Hồ Chí Minh", "Tây Ninh", "Đồng Tháp", "Vĩnh Long", "An Giang", "Cần Thơ", "Cà Mau",
    "Lào", "Campuchia", "Trung Quốc", "Thái Lan", "Hoa Kỳ", "Liên hợp quốc",
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


def nfc(text: str) -> str:
    """Return `text` in Unicode NFC, the only form stored in the database, with Đ for the letters that look like it.

    >>> nfc("Ðất đai theo QÐ-UBND")
    'Đất đai theo QĐ-UBND'
    """
    return with_proper_d(unicodedata.normalize("NFC", text))


def clean(text: str) -> str:
    """Return `text` in NFC, without invisible characters and with runs of white space collapsed to one space."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", nfc(text))).strip()


def normalise_lines(text: str) -> str:
    """Return `text` in NFC with ``\\n`` as its only line end, without white space before line ends and around the text.

    >>> normalise_lines("Bước 1: nộp  \\r\\nBước 2: nhận\\r\\n")
    'Bước 1: nộp\\nBước 2: nhận'
    """
    return _LINE_END.sub("\n", nfc(text)).strip()


def clean_lines(text: str) -> str:
    """Return the lines of `text` as `clean` returns each, without empty ones.

    >>> clean_lines("1. Ảnh  mờ \\r\\n\\r\\n 2. Thiếu trang")
    '1. Ảnh mờ\\n2. Thiếu trang'
    """
    return "\n".join(filter(None, map(clean, normalise_lines(text).split("\n"))))


def nonempty_lines(text: str) -> tuple[str, ...]:
    """Return the lines of `text` without surrounding white space and without empty ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def parse_pk(text: str) -> int | None:
    """Return `text` as a primary key, None if it cannot be one. (`"²".isdigit()` is true, `int("²")` fails.)"""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn")
    lowered = (bare or " ").translate(_D_WITH_STROKE).lower()
    return lowered if len(lowered) == 1 else lowered[0]


class _Folding(dict[int, str]):
    """A translation table that caches each character, so that folding a long text is one C loop."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """Return the searchable form of ``text``: NFC, no marks, đ→d, lower case; as long as ``nfc(text)``.

    >>> fold("Đăng ký KẾT HÔN")
    'dang ky ket hon'
    """
    normal = nfc(text)
    if normal.isascii():
        return normal.lower()
    return normal.translate(_FOLDING)


def slugify(text: str, *, max_length: int = MAX_SLUG_LENGTH) -> str:
    """Return an ASCII slug of ``text``, cut at a word boundary if it is longer than ``max_length`` characters.

    >>> slugify("Cấp Giấy phép xây dựng")
    'cap-giay-phep-xay-dung'
    """
    slug = _NOT_SLUG.sub("-", fold(clean(text))).strip("-")
    if len(slug) <= max_length:
        return slug
    cut = slug[: max_length + 1]
    return cut.rsplit("-", 1)[0][:max_length].strip("-") if "-" in cut else slug[:max_length]


def unused_slug(slug: str, used: Collection[str]) -> str:
    """Return ``slug``, or the first of ``slug-2``, ``slug-3`` … that is not in ``used``.

    >>> unused_slug("ho-tich", {"ho-tich", "ho-tich-2"})
    'ho-tich-3'
    """
    candidates = (f"{slug}-{number}" if number > 1 else slug for number in count(1))
    return next(candidate for candidate in candidates if candidate not in used)


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each letter of ``text`` without its tone, and the rank of the tone (0: none)."""
    for character in nfc(text).lower():
        parts = unicodedata.normalize("NFD", character)
        letter = nfc("".join(part for part in parts if part not in _TONES))
        yield letter, max((_TONES.index(part) + 1 for part in parts if part in _TONES), default=0)


@lru_cache(2000)
def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the key of Vietnamese dictionary order: a ă â b c d đ e ê …; tones decide between equal letters only.

    >>> sorted(["Đất đai", "Văn hóa", "Cấp phép", "Công chứng", "Chứng thực"], key=sort_key)
    ['Cấp phép', 'Chứng thực', 'Công chứng', 'Đất đai', 'Văn hóa']
    """
    pairs = list(_letters(text))
    letters = tuple(_ALPHABET.get(letter, ord(letter[:1] or " ")) for letter, _tone in pairs)
    return letters, tuple(tone for _, tone in pairs)


def order_key(text: str, *, letters: int = 150) -> str:
    """Return ``sort_key`` of the first ``letters`` characters as digits: a database column in Vietnamese order.

    The order does not depend on the database: digits sort alike in every collation.

    >>> sorted(["Đất đai", "Văn hóa", "Cấp phép", "An toàn", "Ăn uống"], key=order_key)
    ['An toàn', 'Ăn uống', 'Cấp phép', 'Đất đai', 'Văn hóa']
    """
    pairs = list(_letters(text[:letters]))
    places = "".join(_ORDER_CODES.get(letter, _ORDER_OTHER) for letter, _tone in pairs)
    return f"{places}{_ORDER_END}{''.join(str(tone) for _letter, tone in pairs)}"


def tokens(text: str) -> list[str]:
    """Return the folded syllables, numbers and codes of ``text`` in order; codes keep their dots and dashes."""
    return _TOKEN.findall(fold(text))


def sentence_case(title: str) -> str:
    """Return `title` for display: upper-case text in sentence case, an initial capital, no full stop at the end.

    Names and abbreviations keep their capitals (docs/design.md#voice).

    >>> sentence_case("CẤP GIẤY PHÉP XÂY DỰNG CHO HTX TẠI CÀ MAU.")
    'Cấp giấy phép xây dựng cho HTX tại Cà Mau'
    """
    text = clean(title).rstrip(_TRAILING)
    words = _WORD.findall(text)
    upper = sum(map(_is_upper_word, words))
    most = 2 * upper > sum(len(word) > 1 for word in words)
    if len(words) > 1 and (most or (upper and text.isupper())):
        text = _with_names(_WORD.sub(lambda found: _lower_word(found[0]), text))
    else:
        text = _lower_runs(text)
    return _FIRST.sub(lambda found: found[0].upper(), text)


def _is_upper_word(word: str) -> bool:
    return len(word) > 1 and word.isupper() and word not in _ABBREVIATIONS and _is_syllable(word)


def _is_syllable(word: str) -> bool:
    bare = fold(word)
    if not _SYLLABLE.fullmatch(bare):
        return False
    return not _STOPPED.search(bare) or any(
        tone in unicodedata.normalize("NFD", word) for tone in _SHARP_OR_HEAVY
    )


def _lower_word(word: str) -> str:
    """Lower an upper-case word, and one-letter words (`Ở`, `Y`) except class letters such as `B`."""
    one = len(word) == 1 and (not word.isascii() or word == "Y")
    return word.lower() if one or _is_upper_word(word) else word


def _with_names(text: str) -> str:
    pattern, spelling = _names(tuple(settings.PORTAL_PLACE_NAMES))
    return pattern.sub(lambda found: spelling[found[0].lower()], text)


@lru_cache(maxsize=4)
def _names(places: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of all names that keep their capitals, and their spelling by lower case."""
    names = [nfc(name) for name in (*_NAMES, *places)]
    longest_first = sorted(names, key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest_first)
    return re.compile(pattern, re.IGNORECASE), {name.lower(): name for name in names}


def _lower_runs(text: str) -> str:
    """Lower runs of upper-case words in a mixed-case title, if a diacritic shows that they are not abbreviations."""
    for run in reversed(list(_RUN.finditer(text))):
        words = _WORD.findall(run[0])
        certain = any(fold(word).lower() != word.lower().replace("đ", "d") for word in words)
        if certain and all(map(_is_upper_word, words)):
            text = f"{text[: run.start()]}{_with_names(run[0].lower())}{text[run.end() :]}"
    return text
