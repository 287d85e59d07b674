"""Structured records made from the official ``ChiTietTTHC_<mã>.doc`` export (``metadata``, ``content``, ``tables``)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from core.text import clean, nfc
from procedures import codes
from procedures.choices import FeeKind
from procedures.importing import words
from procedures.importing.fee_words import read_note
from procedures.importing.flat_legal import NUMBER
from procedures.importing.shapes import Shape, fit
from procedures.importing.steps import steps_of
from procedures.parts import Case, ChannelPart, Decision, Fee, LegalBasis, Paper, Result, Template
from procedures.records import ProcedureRecord

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
    field, ministry = words.field(facts.get("lĩnh_vực", ""))
    number, _note = words.decision(facts.get("số_quyết_định", ""))
    return ProcedureRecord(
        core_code=codes.core_code(str(facts.get("mã_thủ_tục") or data.get("thu_tuc_id"))),
        title=clean(facts.get("tên_thủ_tục", "")),
        summary=words.said(facts.get("mô_tả"))[:500],
        keywords=words.names(facts.get("từ_khóa", "")),
        field=field,
        ministry=ministry,
        levels=words.levels(facts.get("cấp_thực_hiện", "")),
        kind=words.kind(facts.get("loại_thủ_tục", "")),
        audiences=words.audiences(facts.get("đối_tượng_thực_hiện", "")),
        decision=Decision(number=number) if number else None,
        channels=tuple(_channel(row) for row in tables.get("hinh_thuc_nop", [])),
        cases=_cases(tables.get("thanh_phan_ho_so", [])),
        steps=steps_of(facts.get("trình_tự_thực_hiện", "")),
        results=_results(facts.get("kết_quả_thực_hiện", "")),
        legal_bases=tuple(_basis(row) for row in tables.get("can_cu_phap_ly", [])),
        implementing_agencies=words.names(facts.get("cơ_quan_thực_hiện", "")),
        competent_authority=words.said(facts.get("cơ_quan_có_thẩm_quyền")),
        authorized_agency=words.said(facts.get("cơ_quan_được_ủy_quyền")),
        coordinating_agencies=words.names(facts.get("cơ_quan_phối_hợp", "")),
        reception_address=words.said_lines(facts.get("địa_chỉ_tiếp_nhận_hs")),
        requirements=words.said_lines(facts.get("yêu_cầu_điều_kiện_thực_hiện")),
    )


def _channel(row: dict[str, str]) -> ChannelPart:
    value, unit, note = words.time_limit(row.get("thoi_han_giai_quyet", ""))
    fees = tuple(_fee(found) for found in _FEE.finditer(row.get("phi_le_phi", "")))
    said = words.said_lines(row.get("mo_ta"))
    return ChannelPart(
        channel=words.channel(row["hinh_thuc"]),
        time_value=value,
        time_unit=unit,
        time_note="\n".join(part for part in (note, said) if part),
        fees=fees,
    )


def _fee(found: re.Match[str]) -> Fee:
    duty = found["kind"].lower() == "lệ phí"
    amount, note, exemption = read_note(words.amount(found["amount"]), found["note"])
    return Fee(
        kind=(FeeKind.DUTY if duty else FeeKind.CHARGE).value,
        amount=amount,
        currency="USD" if found["unit"].upper() == "USD" else "VND",
        note=note,
        exemption=exemption,
    )


def _cases(rows: list[dict[str, str]]) -> tuple[Case, ...]:
    papers = tuple(_paper(row) for row in rows if clean(row.get("ten_giay_to", "")))
    return (Case(papers=papers),) if papers else ()


def _paper(row: dict[str, str]) -> Paper:
    note = row.get("ghi_chu", "")
    originals, copies = _ORIGINALS.search(note), _COPIES.search(note)
    files = [clean(line) for line in row.get("so_luong", "").splitlines() if clean(line)]
    return Paper(
        name=clean(row["ten_giay_to"]),
        originals=int(originals[1]) if originals else 0,
        copies=int(copies[1]) if copies else 0,
        templates=tuple(Template(name=name[:300]) for name in files),
    )


def _results(text: str) -> tuple[Result, ...]:
    parts = [words.said(part).rstrip(".;") for part in re.split(r"[\n]|;\s", text)]
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
