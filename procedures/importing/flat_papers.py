"""Papers out of the flattened table “Thành phần hồ sơ” of a full-text record.

The table lost its cell borders: ``Tên giấy tờMẫu đơn, tờ khaiSố lượng<paper><file><1 bản chính><paper>…``. What a
quantity ends is one paper; a file name is parted from the paper only where a word runs into it visibly. Where we are
not sure the text stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

from core.text import clean, fold
from procedures.choices import PaperKind
from procedures.importing.flat_legal import SIGNS
from procedures.importing.letters import LOWER, UPPER
from procedures.importing.words import said
from procedures.parts import Case, Paper, Template

_HEADER: Final = re.compile(r"Tên giấy tờ\s*Mẫu đơn, tờ khai\s*Số lượng")
_QUANTITY: Final = re.compile(r"(\d+) bản chính(?:,\s*(\d+) bản sao)?|(\d+) bản sao")
_FILE: Final = re.compile(r"\.(?:docx?|pdf|xlsx?|zip|rar|jpe?g|png|odt)$", re.IGNORECASE)
# Behind the sign of a decree a capital begins something else: ``58/2024/NĐ-CP`` + ``Mus132.docx``.
_SIGNED: Final = "|".join(rf"(?<=-{sign})(?=[{UPPER}])" for sign in sorted(SIGNS, key=len, reverse=True))
_GLUE: Final = re.compile(
    rf"{_SIGNED}|(?<=/\d{{4}})(?=[{UPPER}])|(?<=[{LOWER}\])”\"])(?=[{UPPER}])|(?<=[;)])(?=[{UPPER}])"
    rf"|(?<=[^\d\s][.;:,)])(?=[{UPPER}0-9])|(?<=[{LOWER})])(?=\d+[.\-_])"
)
_SHOW: Final = "xuat trinh"
# A row that begins so explains; it names no paper.
_EXPLAINS: Final = (
    "truong hop",
    "doi voi",
    "luu y",
    "ghi chu",
    "nguoi ",
    "ca nhan",
    "co quan",
    "khi ",
    "neu ",
)
_BULLET: Final = re.compile(r"^[-+*•–.\s]+")
_COMPRISES: Final = re.compile(r"[,:]?\s*(?:bao\s+)?gồm\s*:?$", re.IGNORECASE)
MAX_SHOWN_NAME: Final = 200
MAX_GLUED_QUANTITY: Final = 20
MAX_FILE_NAME: Final = 150


def papers_of(text: str) -> tuple[Case, ...]:
    """Return the cases with their papers; one note with the raw text where no table can be seen."""
    raw = said(text)
    if not raw:
        return ()
    pieces = _HEADER.split(text)
    if len(pieces) == 1:
        return (Case(papers=(Paper(name=raw, kind=PaperKind.NOTE.value, required=False),)),)
    cases, title = [], _title(pieces[0])
    for piece in pieces[1:]:
        papers, rest = _papers(piece, fold(title))
        cases.append(Case(title=title, papers=papers))
        title = _title(rest)
    return tuple(case for case in cases if case.papers or case.title)


def _title(text: str) -> str:
    return _COMPRISES.sub("", _BULLET.sub("", said(text)).rstrip(": "))


def _papers(piece: str, case: str) -> tuple[tuple[Paper, ...], str]:
    """Return the papers of one table and what stands behind the last quantity: the title of the next case."""
    papers, begin = [], 0
    for found in _QUANTITY.finditer(piece):
        text, originals = _untangle(piece[begin : found.start()], found[1] or "")
        copies = int((found[2] or found[3] or "0")[-2:])
        begin = found.end()
        if paper := _paper(text, case, originals, copies):
            papers.append(paper)
    return tuple(papers), piece[begin:]


def _untangle(text: str, digits: str) -> tuple[str, int]:
    """Part ``Mẫu số 18`` + ``1`` from ``Ảnh`` + ``10``: digits behind a space are text up to their last one."""
    if not digits:
        return text, 0
    glued = len(digits) > 1 and (text[-1:].isspace() or int(digits) > MAX_GLUED_QUANTITY)
    return (text + digits[:-1], int(digits[-1])) if glued else (text, int(digits))


def _paper(text: str, case: str, originals: int, copies: int) -> Paper | None:
    name, template = _template(_BULLET.sub("", clean(text)))
    if not name:
        return None
    kind = PaperKind.SUBMIT if originals or copies or template else _kind_without_number(fold(name), case)
    return Paper(
        name=name,
        kind=kind.value,
        originals=originals,
        copies=copies,
        required=kind is not PaperKind.NOTE,
        templates=template,
    )


def _kind_without_number(name: str, case: str) -> PaperKind:
    """Rows with 0 originals and 0 copies are papers to show, or notes (DOMAIN 1.1, row 10a)."""
    if name.startswith(_EXPLAINS):
        return PaperKind.NOTE
    shown = _SHOW in case or (_SHOW in name and len(name) < MAX_SHOWN_NAME)
    return PaperKind.SHOW if shown else PaperKind.NOTE


def _template(words: str) -> tuple[str, tuple[Template, ...]]:
    """Part the file name at the last word that visibly runs into it; leave the text alone where there is none."""
    if not _FILE.search(words):
        return words, ()
    for token in reversed(list(re.finditer(r"\S+", words))):
        glue = _GLUE.search(token[0])
        if glue:
            cut = token.start() + glue.start()
            name, file = words[:cut].strip(), words[cut:].strip()
            return (name, (Template(name=file),)) if len(file) <= MAX_FILE_NAME else (words, ())
    return words, ()
