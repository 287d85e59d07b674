"""Structured records made from the official ``ChiTietTTHC_<mã>.doc`` export (``metadata``, ``content``, ``tables``)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from core.text import clean, nfc
from procedures import codes
from procedures.choices import FeeKind
from procedures.imports.formats import cell_parsers
from procedures.imports.formats.base import Shape, fit
from procedures.imports.formats.cell_parsers import parse_steps, split_fee_note
from procedures.imports.formats.flattened_tables import NUMBER
from procedures.imports.record import ProcedureRecord
from procedures.value_objects import (
    Case,
    ChannelDetails,
    Decision,
    Fee,
    LegalBasis,
    ListedBlankForm,
    RequiredDocument,
    Result,
)

KEY: Final = "metadata"
SHAPE: Final[Shape] = {
    "thu_tuc_id": str, "metadata": {"*": str}, "content": {"*": str}, "tables": {"*": [{"*": str}]},
}  # fmt: skip
_FEE: Final = re.compile(
    r"(?P<kind>Phí|Lệ phí)\s*:\s*(?P<amount>[\d.,]+)\s*(?P<unit>Đồng|USD)(?P<note>[^\n]*)", re.IGNORECASE
)
_ORIGINALS: Final = re.compile(r"Bản chính:\s*(\d+)")
_COPIES: Final = re.compile(r"Bản sao:\s*(\d+)")


def structured_record(data: dict[str, Any]) -> ProcedureRecord:
    """Return the record."""
    data = fit(data, SHAPE)
    facts = {nfc(key): value for key, value in {**data[KEY], **data.get("content", {})}.items()}
    tables = data.get("tables", {})
    field, ministry = cell_parsers.parse_field(facts.get("lĩnh_vực", ""))
    number, _note = cell_parsers.parse_decision(facts.get("số_quyết_định", ""))
    return ProcedureRecord(
        core_code=codes.core_code(str(facts.get("mã_thủ_tục") or data.get("thu_tuc_id"))),
        title=clean(facts.get("tên_thủ_tục", "")),
        summary=cell_parsers.text_or_empty(facts.get("mô_tả"))[:500],
        keywords=cell_parsers.parse_names(facts.get("từ_khóa", "")),
        field=field,
        ministry=ministry,
        levels=cell_parsers.parse_levels(facts.get("cấp_thực_hiện", "")),
        kind=cell_parsers.parse_kind(facts.get("loại_thủ_tục", "")),
        audiences=cell_parsers.parse_audiences(facts.get("đối_tượng_thực_hiện", "")),
        decision=Decision(number=number) if number else None,
        channels=tuple(_channel(row) for row in tables.get("hinh_thuc_nop", [])),
        cases=_cases(tables.get("thanh_phan_ho_so", [])),
        steps=parse_steps(facts.get("trình_tự_thực_hiện", "")),
        results=_results(facts.get("kết_quả_thực_hiện", "")),
        legal_bases=tuple(_basis(row) for row in tables.get("can_cu_phap_ly", [])),
        implementing_agencies=cell_parsers.parse_names(facts.get("cơ_quan_thực_hiện", "")),
        competent_authority=cell_parsers.text_or_empty(facts.get("cơ_quan_có_thẩm_quyền")),
        authorized_agency=cell_parsers.text_or_empty(facts.get("cơ_quan_được_ủy_quyền")),
        coordinating_agencies=cell_parsers.parse_names(facts.get("cơ_quan_phối_hợp", "")),
        reception_address=cell_parsers.lines_or_empty(facts.get("địa_chỉ_tiếp_nhận_hs")),
        requirements=cell_parsers.lines_or_empty(facts.get("yêu_cầu_điều_kiện_thực_hiện")),
    )


def _channel(row: dict[str, str]) -> ChannelDetails:
    value, unit, note = cell_parsers.parse_time_limit(row.get("thoi_han_giai_quyet", ""))
    fees = tuple(_fee(found) for found in _FEE.finditer(row.get("phi_le_phi", "")))
    said = cell_parsers.lines_or_empty(row.get("mo_ta"))
    return ChannelDetails(
        channel=cell_parsers.parse_channel(row["hinh_thuc"]),
        time_value=value,
        time_unit=unit,
        time_note="\n".join(part for part in (note, said) if part),
        fees=fees,
    )


def _fee(found: re.Match[str]) -> Fee:
    duty = found["kind"].lower() == "lệ phí"
    amount, note, exemption = split_fee_note(cell_parsers.parse_amount(found["amount"]), found["note"])
    return Fee(
        kind=(FeeKind.ADMINISTRATIVE_FEE if duty else FeeKind.SERVICE_FEE).value,
        amount=amount,
        currency="USD" if found["unit"].upper() == "USD" else "VND",
        note=note,
        exemption=exemption,
    )


def _cases(rows: list[dict[str, str]]) -> tuple[Case, ...]:
    documents = tuple(_document(row) for row in rows if clean(row.get("ten_giay_to", "")))
    return (Case(documents=documents),) if documents else ()


def _document(row: dict[str, str]) -> RequiredDocument:
    note = row.get("ghi_chu", "")
    originals, copies = _ORIGINALS.search(note), _COPIES.search(note)
    files = [clean(line) for line in row.get("so_luong", "").splitlines() if clean(line)]
    return RequiredDocument(
        name=clean(row["ten_giay_to"]),
        originals=int(originals[1]) if originals else 0,
        copies=int(copies[1]) if copies else 0,
        blank_forms=tuple(ListedBlankForm(name=name[:300]) for name in files),
    )


def _results(text: str) -> tuple[Result, ...]:
    parts = [cell_parsers.text_or_empty(part).rstrip(".;") for part in re.split(r"[\n]|;\s", text)]
    return tuple(Result(name=part) for part in parts if part)


def _basis(row: dict[str, str]) -> LegalBasis:
    written, title = clean(row.get("so_ky_hieu", "")), clean(row.get("trich_yeu", ""))
    number = NUMBER.search(written) or (NUMBER.search(title) if written.isdigit() else None)
    return LegalBasis(
        number=number[0] if number else written,
        title=title,
        date=_day(row.get("ngay_ban_hanh", "")),
        issuer=clean(row.get("co_quan_ban_hanh", "")),
    )


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(clean(text), "%d-%m-%Y").date()
    except ValueError:
        return None
