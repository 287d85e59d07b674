"""Read the tables of a full-text record whose cell borders were lost: channels, legal bases, required documents."""

from __future__ import annotations

import re
from typing import Any, Final

from core.text import clean, fold
from procedures.choices import DocumentKind, FeeKind
from procedures.imports.formats import cell_parsers
from procedures.imports.formats.base import LOWER, UPPER
from procedures.imports.formats.cell_parsers import split_fee_note, text_or_empty
from procedures.value_objects import Case, ChannelDetails, Fee, LegalBasis, ListedBlankForm, RequiredDocument

_FEE: Final = re.compile(
    r"(?P<free>Miễn phí)|(?P<none>Không có thông tin)|(?P<amount>\d[\d.,]*)\s*(?P<unit>Việt Nam Đồng|VNĐ|Đồng|USD)"
)
_DUTY: Final = "le phi"


def parse_channels(record: dict[str, Any]) -> tuple[ChannelDetails, ...]:
    """Return the channels of a record with ``kenh_parsed`` and ``cach_thuc_thuc_hien``."""
    rows = record.get("kenh_parsed") or []
    texts = _row_texts([_head(row) for row in rows], str(record.get("cach_thuc_thuc_hien") or ""))
    return tuple(_channel(row, text) for row, text in zip(rows, texts, strict=True))


def _head(row: dict[str, Any]) -> str:
    return f"{row['hinh_thuc']}{row.get('thoi_han') or ''}"


def _row_texts(heads: list[str], text: str) -> list[str]:
    """Return the text after each of ``heads`` up to the next; empty texts if the table has other rows."""
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
    ]  # zip of no rows is empty


def _channel(row: dict[str, Any], text: str) -> ChannelDetails:
    value, unit, note = cell_parsers.parse_time_limit(row.get("thoi_han", ""))
    fees, description = parse_fees(text or str(row.get("phi_le_phi", "")))
    return ChannelDetails(
        channel=cell_parsers.parse_channel(row["hinh_thuc"]),
        time_value=value,
        time_unit=unit,
        time_note="\n".join(part for part in (note, cell_parsers.lines_or_empty(description)) if part),
        fees=fees,
    )


def parse_fees(text: str) -> tuple[tuple[Fee, ...], str]:
    """Read ``8,000 VNĐ(note)`` and what follows; return the fees and the description after them."""
    fees: list[Fee] = []
    while found := _FEE.match(text):
        note, text = _bracket(text[found.end() :])
        if not found["none"]:
            fees.append(_fee(found, note))
    return tuple(fees), text


def _bracket(text: str) -> tuple[str, str]:
    """Return (inside, rest) of a bracket at the start; an unclosed one reaches to the end."""
    if not text.startswith("("):
        return "", text
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[1:place], text[place + 1 :]
    return text[1:], ""


def _fee(found: re.Match[str], beside: str) -> Fee:
    amount, note, exemption = split_fee_note(cell_parsers.parse_amount(found["amount"] or "0"), beside)
    return Fee(
        kind=(FeeKind.ADMINISTRATIVE_FEE if _DUTY in fold(beside) else FeeKind.SERVICE_FEE).value,
        amount=amount,
        currency="USD" if found["unit"] == "USD" else "VND",
        note=note,
        exemption=exemption,
    )


_LEGAL_HEADER: Final = re.compile(r"^Tên văn bản pháp lý\s*Mã văn bản")
_WORD: Final = rf"(?:(?:UBTV)?QH\d{{2}}|TTg|(?:[A-ZĐ](?![{LOWER}]))+)"
_NUMBER_TEXT: Final = rf"\d{{1,4}}(?:\.\d+)?/\d{{4}}/{_WORD}(?:-{_WORD})*"
# Where the next title begins with a lower-case letter, the last letter of a ministry's abbreviation looks like its
# first.
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


def parse_legal_bases(text: str) -> tuple[LegalBasis, ...]:
    """Return the legal documents; a code ends an entry where the title runs into it without a space."""
    rest = _DATE_THEN_NUMBER.sub(_MARK, text_or_empty(_LEGAL_HEADER.sub("", text_or_empty(text))))
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


_HEADER: Final = re.compile(r"Tên giấy tờ\s*Mẫu đơn, tờ khai\s*Số lượng")
_QUANTITY: Final = re.compile(r"(\d+) bản chính(?:,\s*(\d+) bản sao)?|(\d+) bản sao")
_FILE: Final = re.compile(r"\.(?:docx?|pdf|xlsx?|zip|rar|jpe?g|png|odt)$", re.IGNORECASE)
# After the abbreviation of a decree, a capital begins the file name: ``58/2024/NĐ-CP`` + ``Mus132.docx``.
_SIGNED: Final = "|".join(rf"(?<=-{sign})(?=[{UPPER}])" for sign in sorted(SIGNS, key=len, reverse=True))
_GLUE: Final = re.compile(
    rf"{_SIGNED}|(?<=/\d{{4}})(?=[{UPPER}])|(?<=[{LOWER}\])”\"])(?=[{UPPER}])|(?<=[;)])(?=[{UPPER}])"
    rf"|(?<=[^\d\s][.;:,)])(?=[{UPPER}0-9])|(?<=[{LOWER})])(?=\d+[.\-_])"
)
_SHOW: Final = "xuat trinh"
# A row that begins like this is a note, not a document.
_NOTE_PREFIXES: Final = (
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


def parse_required_documents(text: str) -> tuple[Case, ...]:
    """Return the cases with their documents; one note with the raw text if there is no table."""
    raw = text_or_empty(text)
    if not raw:
        return ()
    pieces = _HEADER.split(text)
    if len(pieces) == 1:
        return (Case(documents=(RequiredDocument(name=raw, kind=DocumentKind.NOTE.value, required=False),)),)
    cases, title = [], _title(pieces[0])
    for piece in pieces[1:]:
        documents, rest = _documents(piece, fold(title))
        cases.append(Case(title=title, documents=documents))
        title = _title(rest)
    return tuple(case for case in cases if case.documents or case.title)


def _title(text: str) -> str:
    return _COMPRISES.sub("", _BULLET.sub("", text_or_empty(text)).rstrip(": "))


def _documents(piece: str, case: str) -> tuple[tuple[RequiredDocument, ...], str]:
    """Return the documents of one table and the text after the last quantity: the title of the next case."""
    documents, begin = [], 0
    for found in _QUANTITY.finditer(piece):
        text, originals = _split_quantity(piece[begin : found.start()], found[1] or "")
        copies = int((found[2] or found[3] or "0")[-2:])
        begin = found.end()
        if document := _document(text, case, originals, copies):
            documents.append(document)
    return tuple(documents), piece[begin:]


def _split_quantity(text: str, digits: str) -> tuple[str, int]:
    """Split text and quantity: ``Mẫu số 18`` + ``1``, ``Ảnh`` + ``10``; after a space only the last digit counts."""
    if not digits:
        return text, 0
    glued = len(digits) > 1 and (text[-1:].isspace() or int(digits) > MAX_GLUED_QUANTITY)
    return (text + digits[:-1], int(digits[-1])) if glued else (text, int(digits))


def _document(text: str, case: str, originals: int, copies: int) -> RequiredDocument | None:
    name, blank_form = _blank_form(_BULLET.sub("", clean(text)))
    if not name:
        return None
    kind = (
        DocumentKind.SUBMIT if originals or copies or blank_form else _kind_without_number(fold(name), case)
    )
    return RequiredDocument(
        name=name,
        kind=kind.value,
        originals=originals,
        copies=copies,
        required=kind is not DocumentKind.NOTE,
        blank_forms=blank_form,
    )


def _kind_without_number(name: str, case: str) -> DocumentKind:
    """Tell a document to present from a note, both without quantities (docs/domain.md#procedure-fields, row 10a)."""
    if name.startswith(_NOTE_PREFIXES):
        return DocumentKind.NOTE
    shown = _SHOW in case or (_SHOW in name and len(name) < MAX_SHOWN_NAME)
    return DocumentKind.SHOW if shown else DocumentKind.NOTE


def _blank_form(words: str) -> tuple[str, tuple[ListedBlankForm, ...]]:
    """Split off the file name at the last word that visibly runs into it; else return the text unchanged."""
    if not _FILE.search(words):
        return words, ()
    for token in reversed(list(re.finditer(r"\S+", words))):
        glue = _GLUE.search(token[0])
        if glue:
            cut = token.start() + glue.start()
            name, file = words[:cut].strip(), words[cut:].strip()
            return (name, (ListedBlankForm(name=file),)) if len(file) <= MAX_FILE_NAME else (words, ())
    return words, ()
