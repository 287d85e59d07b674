"""Full-text records as saved from the national portal (``ma_thu_tuc``, ``ten_thu_tuc`` …)."""

from __future__ import annotations

import re
from typing import Any, Final

from core.text import clean, fold
from procedures import codes
from procedures.filing_links import NATIONAL_PORTAL
from procedures.imports.formats import cell_parsers
from procedures.imports.formats.base import Shape, fit
from procedures.imports.formats.cell_parsers import parse_steps
from procedures.imports.formats.flattened_tables import (
    parse_channels,
    parse_legal_bases,
    parse_required_documents,
)
from procedures.imports.record import ProcedureRecord
from procedures.value_objects import Decision, Result

KEY = "ma_thu_tuc"
_UNREAD = "Mã:"
#: As of 2026 (docs/domain.md#submission-channels): the identifier is the national portal's own.
_NATIONAL_URL: Final = re.compile(
    rf"{re.escape(NATIONAL_PORTAL)}/thu-tuc-hanh-chinh/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
)
_ROWS: Final[Shape] = [{"*": str}]
SHAPE: Final[Shape] = {"*": str, "kenh_parsed": _ROWS, "ket_qua_parsed": _ROWS, "ca_mau": {"*": str}}


def fulltext_record(data: dict[str, Any]) -> ProcedureRecord:
    """Return the record; code and decision of the province (``ca_mau``) take precedence over the national ones."""
    data = fit(data, SHAPE)
    local = data.get("ca_mau") or {}
    core = codes.core_code(str(data[KEY]))
    field, ministry = cell_parsers.parse_field(local.get("linh_vuc") or data.get("linh_vuc", ""))
    return ProcedureRecord(
        core_code=core,
        local_code=_local_code(local.get("ma_tthc_dia_phuong", "")),
        title=_title(str(data.get("ten_thu_tuc") or ""), str(local.get("ten") or "")),
        summary=_summary(data.get("mo_ta", "")),
        keywords=cell_parsers.parse_names(data.get("tu_khoa", "")),
        field=field,
        ministry=ministry,
        levels=cell_parsers.parse_levels(str(data.get("cap_thuc_hien") or "")),
        kind=cell_parsers.parse_kind(data.get("loai_thu_tuc", "")),
        audiences=cell_parsers.parse_audiences(str(data.get("doi_tuong_thuc_hien") or "")),
        decision=_decision(data, local),
        channels=parse_channels(data),
        cases=parse_required_documents(str(data.get("thanh_phan_ho_so") or "")),
        steps=parse_steps(str(data.get("trinh_tu_thuc_hien") or "")),
        results=tuple(_results(data.get("ket_qua_parsed") or [])),
        legal_bases=parse_legal_bases(str(data.get("can_cu_phap_ly") or "")),
        implementing_agencies=cell_parsers.parse_names(data.get("co_quan_thuc_hien", "")),
        competent_authority=cell_parsers.text_or_empty(data.get("co_quan_co_tham_quyen")),
        authorized_agency=cell_parsers.text_or_empty(data.get("co_quan_duoc_uy_quyen")),
        coordinating_agencies=cell_parsers.parse_names(data.get("co_quan_phoi_hop", "")),
        reception_address=cell_parsers.lines_or_empty(data.get("dia_chi_tiep_nhan")),
        requirements=cell_parsers.lines_or_empty(data.get("yeu_cau_dieu_kien")),
        related_codes=_related(str(data.get("thu_tuc_lien_quan") or ""), core),
        status=cell_parsers.parse_status(local.get("tinh_trang", "")),
        national_url=_national_url(data.get("detail_url", "")),
    )


def _national_url(text: Any) -> str:
    """Return the address of the procedure on the national portal; empty for any other address."""
    address = cell_parsers.text_or_empty(text).strip()
    return address if _NATIONAL_URL.fullmatch(address) else ""


def _local_code(text: str) -> str:
    try:
        return codes.split(text)[1]
    except ValueError:
        return ""


def _title(national: str, local: str) -> str:
    """Return the local name unless it is just the national one in capitals."""
    name, own = clean(national), clean(local)
    return own if own and (fold(own) != fold(name) or not own.isupper()) else name


def _summary(text: str) -> str:
    return cell_parsers.text_or_empty(text)[:500]


def _decision(data: dict[str, Any], local: dict[str, Any]) -> Decision | None:
    number, _note = cell_parsers.parse_decision(local.get("qd_cong_bo", ""))
    if number:
        return Decision(number=number)
    number, _note = cell_parsers.parse_decision(data.get("so_quyet_dinh", ""))
    return Decision(number=number) if number else None


def _results(rows: list[dict[str, str]]) -> list[Result]:
    found = []
    for row in rows:
        name, _mark, code = str(row.get("ten") or "").partition(_UNREAD)
        if cell_parsers.text_or_empty(name):
            found.append(
                Result(name=cell_parsers.text_or_empty(name), code=clean(row.get("ma") or code)[:30])
            )
    return found


def _related(text: str, own: str) -> tuple[str, ...]:
    found = codes.find_all(text)
    return tuple(code for code in found if code != own)
