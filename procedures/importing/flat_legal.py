"""Legal bases out of the flattened table “Căn cứ pháp lý”: ``<title><number><title><number>…`` without borders."""

from __future__ import annotations

import re
from typing import Final

from core.text import clean
from procedures.importing.letters import LOWER
from procedures.importing.words import said
from procedures.parts import LegalBasis

_HEADER: Final = re.compile(r"^Tên văn bản pháp lý\s*Mã văn bản")
_WORD: Final = rf"(?:(?:UBTV)?QH\d{{2}}|TTg|(?:[A-ZĐ](?![{LOWER}]))+)"
_NUMBER_TEXT: Final = rf"\d{{1,4}}(?:\.\d+)?/\d{{4}}/{_WORD}(?:-{_WORD})*"
# Where the next title begins with a small letter the last letter of a ministry's sign looks like its first one.
SIGNS: Final = frozenset(
    {
        "CP",
        "BTP",
        "BTC",
        "BYT",
        "BXD",
        "BCT",
        "BNV",
        "BCA",
        "BQP",
        "BKHCN",
        "BNNMT",
        "BTTTT",
        "BTNMT",
        "BGDĐT",
    }
)
_DATE_THEN_NUMBER: Final = re.compile(r"(?<=[/\- ](?:19|20)\d{2})(?=\d{1,3}/\d{4}/)")
_MARK: Final = "\ue000"  # no letter, no space
_KIND: Final = r"(?:Nghị định|Thông tư liên tịch|Thông tư|Quyết định|Nghị quyết|Bộ luật|Luật|Pháp lệnh)"
NUMBER: Final = re.compile(_NUMBER_TEXT)
_CODE: Final = re.compile(rf"(?:{_KIND}\s+(?:số\s+)?)?({_NUMBER_TEXT})")
_BARE_KIND: Final = re.compile(rf"{_KIND}(?:\s+số)?")


def legal_bases_of(text: str) -> tuple[LegalBasis, ...]:
    """Return the legal documents; a code ends an entry where the title runs into it without a space."""
    rest = _DATE_THEN_NUMBER.sub(_MARK, said(_HEADER.sub("", said(text))))
    found, begin = [], 0
    for code in _CODE.finditer(rest):
        start = code.start()
        if start <= begin or rest[start - 1].isspace() or rest[start - 1] == "(":
            continue
        number, end = _whole_sign(rest, code)
        found.append(_basis(rest[begin:start], number))
        begin = end
    if rest[begin:].strip():
        found.append(_basis(rest[begin:], ""))
    return tuple(dict.fromkeys(found))


def _whole_sign(text: str, code: re.Match[str]) -> tuple[str, int]:
    end = code.end()
    longer = text[code.start(1) : end + 1]
    return (longer, end + 1) if longer.rsplit("-", 1)[-1] in SIGNS else (code[1], end)


def _basis(title: str, number: str) -> LegalBasis:
    words = clean(title.replace(_MARK, " ")).strip(" ;,")
    named = NUMBER.search(words)
    if not number and named:
        number = named[0]
    bare = words == number or _BARE_KIND.fullmatch(words.removesuffix(number).strip())
    return LegalBasis(number=number, title="" if number and bare else words)
