"""The words of the national lists and what they mean in our codes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from core.text import clean, fold
from core.worktime.units import TimeUnit
from procedures.choices import AudienceCode, Channel, Level, ProcedureKind, Status
from procedures.importing.letters import UPPER

NOTHING: Final = frozenset({"", "khong co thong tin", "khong quy dinh", "khong", "khong co", "--", "-"})
_LEVELS: Final = {
    "cap bo": Level.MINISTRY,
    "cap tinh": Level.PROVINCE,
    "cap huyen": Level.DISTRICT,
    "cap xa": Level.COMMUNE,
    "co quan khac": Level.OTHER,
}
_CHANNELS: Final = {
    "truc tiep": Channel.COUNTER,
    "truc tuyen": Channel.ONLINE,
    "dich vu buu chinh": Channel.POST,
    "buu chinh": Channel.POST,
}
_UNITS: Final = {
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
_DECISION: Final = re.compile(r"^(?:quyết định số|quyết định|qđ số|số)\s*", re.IGNORECASE)


def said(text: object) -> str:
    """Return ``text`` on one line, or nothing where the list says that it knows nothing."""
    words = clean(str(text or ""))
    return "" if fold(words).strip(" .") in NOTHING else words


def said_lines(text: object) -> str:
    """Return ``text`` with its lines kept, or nothing where the list says that it knows nothing."""
    kept = (clean(line) for line in str(text or "").splitlines())
    words = "\n".join(line for line in kept if line)
    return "" if fold(words).strip(" .") in NOTHING else words


def levels(text: str) -> tuple[str, ...]:
    """Read ``Cấp Bộ; Cấp Tỉnh; Cấp Xã``, from the highest level down."""
    folded = fold(text)
    return tuple(level.value for word, level in _LEVELS.items() if word in folded)


def audiences(text: str) -> tuple[str, ...]:
    """Read the kinds of applicants; names contain commas themselves, so the longest names are taken out first."""
    rest, found = fold(text), []
    for name, code in _AUDIENCES:
        if name in rest:
            rest = rest.replace(name, " ")
            found.append(code)
    return tuple(sorted(set(found)))


def field(text: str) -> tuple[str, str]:
    """Return (field, ministry) of ``Hộ tịch (Bộ Tư pháp)``; other brackets belong to the name."""
    words = said(text)
    found = _BRACKETED.fullmatch(words)
    if found and fold(found["bracket"]).startswith(_MINISTRIES):
        return found["name"], clean(found["bracket"])
    return words, ""


def decision(text: str) -> tuple[str, str]:
    """Return (number, note) of ``1544/QĐ-UBND (TTHC đặc thù, Sở GTVT)``."""
    words = _DECISION.sub("", said(text))
    found = _BRACKETED.fullmatch(words)
    return (found["name"], found["bracket"]) if found else (words, "")


def status(text: str) -> str:
    """Read the column Tình trạng; nothing where it says nothing that we know."""
    folded = fold(said(text))
    if "chua cong khai" in folded or folded.startswith("khong cong khai"):
        return Status.HIDDEN.value
    if "cong khai" in folded:
        return Status.PUBLIC.value
    if "het hieu luc" in folded:
        return Status.EXPIRED.value
    return Status.ABOLISHED.value if "bai bo" in folded else ""


def kind(text: str) -> str:
    """Read Loại thủ tục."""
    folded = fold(said(text))
    if "dac thu" in folded:
        return ProcedureKind.OWN.value
    if "khong duoc luat giao" in folded:
        return ProcedureKind.NOT_DELEGATED.value
    if "giao" in folded:
        return ProcedureKind.DELEGATED.value
    return ProcedureKind.OTHER.value if folded else ""


def channel(text: str) -> str:
    """Read Hình thức nộp; ``ValueError`` for an unknown one."""
    try:
        return _CHANNELS[fold(clean(text))].value
    except KeyError:
        raise ValueError(_("“%(text)s” is no known way to hand in") % {"text": text[:40]}) from None


def time_limit(text: str) -> tuple[int | None, str, str]:
    """Return (value, unit, note) of ``15 Ngày làm việc``. A number without a unit is kept as words: we do not guess."""
    words = said(text)
    found = _TIME.fullmatch(fold(words))
    unit = _UNITS.get(found[2].strip()) if found else None
    if found and unit and int(found[1]):
        return int(found[1]), unit.value, ""
    if words.isdigit():
        return None, "", f"{int(words)} (danh mục quốc gia không ghi đơn vị thời gian)"
    return None, "", words


def amount(digits: str) -> Decimal:
    """Return the number in ``4,500,000`` or ``8.000``: groups of three, whichever mark parts them."""
    return Decimal(re.sub(r"[.,](?=\d{3}(?:\D|$))", "", digits).replace(",", "."))


def names(text: str) -> tuple[str, ...]:
    """Read a list of agencies, parted by lines, semicolons or commas; each once."""
    parts = re.split(rf"[\n;]|,\s(?=[{UPPER}])", str(text or ""))
    return tuple(dict.fromkeys(name for part in parts if (name := said(part).rstrip("."))))
