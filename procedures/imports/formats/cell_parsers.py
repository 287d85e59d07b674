"""Read single cells of the national lists: closed lists, amounts, times, fee notes, steps."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from core.text import clean, fold
from core.worktime import TimeUnit
from procedures.choices import AudienceCode, Channel, Level, ProcedureKind, Status
from procedures.imports.formats.base import LOWER, UPPER
from procedures.value_objects import StepGroup

NO_INFORMATION: Final = frozenset(
    {"", "khong co thong tin", "khong quy dinh", "khong", "khong co", "--", "-"}
)
_LEVELS: Final = {
    "cap bo": Level.MINISTRY,
    "cap tinh": Level.PROVINCE,
    "cap huyen": Level.DISTRICT,
    "cap xa": Level.COMMUNE,
    "co quan khac": Level.OTHER,
}
_COMMITTEE: Final = r"(?:uy ban nhan dan|ubnd)"
_AGENCY_LEVELS: Final = (
    (re.compile(r"^bo (?!phan\b)|cap bo\b"), Level.MINISTRY),
    (re.compile(rf"cap tinh\b|^{_COMMITTEE} (?:cac )?tinh\b|^so\b"), Level.PROVINCE),
    (re.compile(rf"cap huyen\b|^{_COMMITTEE} (?:cac )?(?:huyen|quan)\b"), Level.DISTRICT),
    (re.compile(rf"cap xa\b|^{_COMMITTEE} (?:cac )?(?:xa|phuong|dac khu)\b"), Level.COMMUNE),
)
_CHANNELS: Final = {
    "truc tiep": Channel.COUNTER,
    "truc tuyen": Channel.ONLINE,
    "dich vu buu chinh": Channel.POST,
    "buu chinh": Channel.POST,
}
_TIME_UNITS: Final = {
    "ngay lam viec": TimeUnit.WORKING_DAY,
    "ngay": TimeUnit.DAY,
    "gio lam viec": TimeUnit.HOUR,
    "gio": TimeUnit.HOUR,
    "thang": TimeUnit.MONTH,
}
_AUDIENCES: Final = sorted(
    [(fold(choice.label), choice.value) for choice in AudienceCode]
    + [("doanh nghiep co von dau tu nuoc ngoai", AudienceCode.FOREIGN_ENTERPRISE.value)],
    key=lambda pair: -len(pair[0]),
)
_TIME: Final = re.compile(r"0*(\d{1,4}) ([a-z ]+)")
_BRACKETED: Final = re.compile(r"(?P<name>.+?)\s*\((?P<bracket>[^()]+)\)")
_MINISTRIES: Final = (
    "bo ",
    "ngan hang nha nuoc",
    "thanh tra chinh phu",
    "dan toc va ton giao",
    "van phong chinh phu",
)
_HYPHENS: Final = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
_DATED: Final = re.compile(r"(?P<number>\S+/\S+?),?\s+(?P<note>(?:ký\s+)?ngày\s.+)", re.IGNORECASE)
_DECISION: Final = re.compile(r"^(?:quyết định số|quyết định|qđ số|số)\s*", re.IGNORECASE)
_CURRENCY: Final = r"(?:việt nam đồng|vnđ|đồng|usd)"
_DATE: Final = re.compile(
    r"(?:ngày\s*)?(?:\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    rf"^(?:(?:lệ phí|phí)\s*:\s*[\d.,]*\s*{_CURRENCY}\b|[\d.,]*\s*{_CURRENCY}(?=\s*\())\s*", re.IGNORECASE
)
_GLUED: Final = re.compile(rf"(?<=[{LOWER})][.)])(?=[{UPPER}])|(?<=[{LOWER}]\))(?=[{UPPER}])")
# A sentence ends at a full stop; a dash before a capital begins an item.
_SENTENCE: Final = re.compile(rf"(?<=\.)\s+(?:-\s*)?(?=[{UPPER}])|\s+-\s+(?=[{UPPER}])")
# Not folded, because "giám hộ" (guardian) would match "giảm" (reduction).
_EXEMPT: Final = re.compile(r"(?<!\w)(?:miễn|giảm|không (?:phải )?(?:thu|nộp))(?!\w)", re.IGNORECASE)
_OPTIONAL_COPY_FEE: Final = re.compile(r"phí cấp bản sao|nếu có yêu cầu", re.IGNORECASE)
_SET_ELSEWHERE: Final = re.compile(
    r"hội đồng nhân dân|theo (?:quy định|mức thu)|mức (?:thu )?(?:lệ )?phí|quy định mức thu", re.IGNORECASE
)
_SAME_AMOUNT: Final = re.compile(r"^([\d.,]*\d)\s*(?:đồng|đ|vnđ)\s*/\s*", re.IGNORECASE)
_STEP: Final = re.compile(
    r"(?:^|(?<=[.;:\s]))[-*+\s]*(?:\(?[a-z\d]{1,2}[.)]\s*)?Bước\s+\d+\s*[:.]\s*", re.MULTILINE
)
_CASE: Final = re.compile(r"^[*\-\s]*(?:[a-zđ\d]{1,2}[).]\s*)?(Trường hợp[^.;]{5,200}):$")
_ITEM: Final = re.compile(r"^(?:[-–*•]|\(?\d{1,2}[).]|\(?[a-zđ]\))\s*")


def text_or_empty(text: object) -> str:
    """Return ``text`` on one line; empty if it only says that there is no information."""
    words = clean(str(text or ""))
    return "" if fold(words).strip(" .") in NO_INFORMATION else words


def lines_or_empty(text: object) -> str:
    """Return ``text`` with its lines; empty if it only says that there is no information."""
    kept = (clean(line) for line in str(text or "").splitlines())
    words = "\n".join(line for line in kept if line)
    return "" if fold(words).strip(" .") in NO_INFORMATION else words


def parse_levels(text: str) -> tuple[str, ...]:
    """Read ``Cấp Bộ; Cấp Tỉnh; Cấp Xã``, from the highest level down."""
    folded = fold(text)
    return tuple(level.value for word, level in _LEVELS.items() if word in folded)


def levels_of_agencies(text: str) -> tuple[str, ...]:
    """Return the levels indicated by the names of the implementing agencies: ``Ủy ban nhân dân cấp xã; Sở Tư pháp``."""
    names = [fold(name) for name in parse_names(text)]
    found = {level.value for name in names for pattern, level in _AGENCY_LEVELS if pattern.search(name)}
    return tuple(level.value for level in _LEVELS.values() if level.value in found)


def parse_audiences(text: str) -> tuple[str, ...]:
    """Read the kinds of applicants; names themselves contain commas, so the longest names are extracted first."""
    rest, found = fold(text), []
    for name, code in _AUDIENCES:
        if name in rest:
            rest = rest.replace(name, " ")
            found.append(code)
    return tuple(sorted(set(found)))


def parse_field(text: str) -> tuple[str, str]:
    """Return (field, ministry) of ``Hộ tịch (Bộ Tư pháp)``; other brackets belong to the name."""
    words = text_or_empty(text)
    found = _BRACKETED.fullmatch(words)
    if found and fold(found["bracket"]).startswith(_MINISTRIES):
        return found["name"], clean(found["bracket"])
    return words, ""


def is_date(text: str) -> bool:
    """Return True if ``text`` is nothing but a date, with or without a time."""
    return bool(_DATE.fullmatch(clean(text)))


def parse_decision(text: str) -> tuple[str, str]:
    """Return (number, note) of ``1544/QĐ-UBND (TTHC đặc thù, Sở GTVT)``; a date is not a decision number.

    The date after a number (``1544/QĐ-UBND ngày 12/6/2025``) belongs to the note; all kinds of hyphens are the same.
    """
    words = _DECISION.sub("", text_or_empty(text)).translate(_HYPHENS)
    if is_date(words):
        return "", ""
    if dated := _DATED.fullmatch(words):
        return dated["number"], dated["note"]
    found = _BRACKETED.fullmatch(words)
    return (found["name"], found["bracket"]) if found else (words, "")


def parse_status(text: str) -> str:
    """Read the column Tình trạng; empty for an unknown value."""
    folded = fold(text_or_empty(text))
    if "chua cong khai" in folded or folded.startswith("khong cong khai"):
        return Status.HIDDEN.value
    if "cong khai" in folded:
        return Status.PUBLIC.value
    if "het hieu luc" in folded:
        return Status.EXPIRED.value
    return Status.ABOLISHED.value if "bai bo" in folded else ""


def parse_kind(text: str) -> str:
    """Read Loại thủ tục."""
    folded = fold(text_or_empty(text))
    if "dac thu" in folded:
        return ProcedureKind.OWN.value
    if "khong duoc luat giao" in folded:
        return ProcedureKind.NOT_DELEGATED.value
    if "giao" in folded:
        return ProcedureKind.DELEGATED.value
    return ProcedureKind.OTHER.value if folded else ""


def parse_channel(text: str) -> str:
    """Read Hình thức nộp; ``ValueError`` for an unknown one."""
    try:
        return _CHANNELS[fold(clean(text))].value
    except KeyError:
        raise ValueError(_("“%(text)s” is not a known channel") % {"text": text[:40]}) from None


def parse_time_limit(text: str) -> tuple[int | None, str, str]:
    """Return (value, unit, note) of ``15 Ngày làm việc``. A number without a unit becomes a note."""
    words = text_or_empty(text)
    found = _TIME.fullmatch(fold(words))
    unit = _TIME_UNITS.get(found[2].strip()) if found else None
    if found and unit and int(found[1]):
        return int(found[1]), unit.value, ""
    if words.isdigit():
        return None, "", f"{int(words)} (danh mục quốc gia không ghi đơn vị thời gian)"
    return None, "", words


def parse_amount(digits: str) -> Decimal:
    """Return the number in ``4,500,000`` or ``8.000``: groups of three with either separator."""
    return Decimal(re.sub(r"[.,](?=\d{3}(?:\D|$))", "", digits).replace(",", "."))


def parse_names(text: str) -> tuple[str, ...]:
    """Read a list of agencies, separated by lines, semicolons or commas; each once."""
    parts = re.split(rf"[\n;]|,\s(?=[{UPPER}])", str(text or ""))
    return tuple(dict.fromkeys(name for part in parts if (name := text_or_empty(part).rstrip("."))))


def split_fee_note(amount: Decimal, note: str) -> tuple[Decimal | None, str, str]:
    """Return (amount, note, exemption) from an amount and its note; an amount of None is set by another document."""
    sentences = [text_or_empty(part) for part in _SENTENCE.split(_strip_label(note))]
    exempt = [part for part in sentences if part and _EXEMPT.search(part)]
    rest = [part for part in sentences if part and part not in exempt]
    words, free = _drop_repeated_amount(amount, _joined(rest)), _joined(exempt)
    if not amount and any(
        _SET_ELSEWHERE.search(part) and not _OPTIONAL_COPY_FEE.search(part) for part in rest
    ):
        return None, words, free
    return amount, words, free


def _joined(sentences: list[str]) -> str:
    """Return the sentences as one text; a single one loses its full stop, so that equal notes are equal texts."""
    return " ".join(sentences) if len(sentences) > 1 else "".join(sentences).rstrip(" .;")


def _strip_label(note: str) -> str:
    words = _LABEL.sub("", _GLUED.sub(" ", text_or_empty(note)).strip(" -")).strip(" -")
    while words.startswith("(") and _closed_at(words) in {-1, len(words) - 1}:
        words = words[1:].removesuffix(")" if _closed_at(words) > 0 else "").strip(" -")
        words = _LABEL.sub("", words).strip(" -")
    return words


def _closed_at(words: str) -> int:
    """Return the index that closes the bracket at the start, or -1 if there is none."""
    depth = 0
    for place, character in enumerate(words):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place
    return -1


def _drop_repeated_amount(amount: Decimal, note: str) -> str:
    """Turn ``70.000 đồng/giấy`` next to 70,000 into ``/giấy``: a repeated amount reads like two amounts."""
    found = _SAME_AMOUNT.match(note)
    if found and parse_amount(found[1]) == amount:
        note = f"/{note[found.end() :]}"
    return note.rstrip(".") if note.startswith("/") else note


def parse_steps(text: str) -> tuple[StepGroup, ...]:
    """Return the steps: split at each ``Bước n`` if there are any, otherwise at each line with a bullet or number."""
    if not text_or_empty(text):
        return ()
    found = list(_STEP.finditer(text))
    if found:
        return _numbered_steps(text, found)
    return _bulleted_steps(text)


def _block(text: str) -> str:
    return "\n".join(line for line in map(clean, text.splitlines()) if line)


def _numbered_steps(text: str, marks: list[re.Match[str]]) -> tuple[StepGroup, ...]:
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    items = [_block(text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
    before = _block(text[: marks[0].start()])
    return (StepGroup(items=tuple(item for item in (before, *items) if item)),)


def _bulleted_steps(text: str) -> tuple[StepGroup, ...]:
    groups: list[tuple[str, list[str]]] = [("", [])]
    for line in filter(None, map(clean, text.splitlines())):
        case = _CASE.match(line)
        if case:
            groups.append((case[1], []))
        elif _ITEM.match(line) or not groups[-1][1]:
            groups[-1][1].append(_ITEM.sub("", line))
        else:
            groups[-1][1][-1] += f"\n{line}"
    return tuple(StepGroup(case=case, items=tuple(items)) for case, items in groups if items)
