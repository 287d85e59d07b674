"""Printed forms contain all data, in Vietnamese, and treat input as text."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from core import pdf
from forms_app.dossiers.printed_forms import TEMPLATES


def paper(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "subtitle": "",
        "code": "H12.45-261123-0001",
        "agency": "UBND phường Tân Thành",
        "parent": "UBND tỉnh Cà Mau",
        "number": "12/TNHS",
        "form": "Mẫu số 01",
        "place": "Tân Thành",
        "day": "ngày 23 tháng 11 năm 2026",
        "rows": [["Tiếp nhận hồ sơ của", "Lê Thị Ngọc Ẩn"]],
        "qr": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>',
        "documents": [{"name": "Tờ khai", "count": "1", "kind": "Bản chính"}],
        "terms": [["Thời gian trả kết quả", "17 giờ 00 phút, ngày 26/11/2026"]],
        "notes": [],
        "applicant": "Lê Thị Ngọc Ẩn",
        "officer": "Trần Văn Mẫu",
        "items": [{"name": "Bản án ly hôn", "note": "Bản chụp mờ"}],
        "reason": "Không thuộc thẩm quyền",
        "signed": True,
        "slip": None,
        **changes,
    }


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("template", ["mau-01", "mau-02", "mau-03"])
def test_every_printed_form_has_the_national_heading_code_and_names(template: str) -> None:
    text = text_of(pdf.render(TEMPLATES / f"{template}.typ", paper()))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "UBND PHƯỜNG TÂN THÀNH",
        "H12.45-261123-0001",
        "Lê Thị Ngọc Ẩn",
    ):
        assert part in text


def test_receipt_lists_documents_and_due_date() -> None:
    text = text_of(pdf.render(TEMPLATES / "mau-01.typ", paper()))
    assert "Tờ khai" in text
    assert "17 giờ 00 phút, ngày 26/11/2026" in text


def test_supplement_and_decline_forms_state_the_reason() -> None:
    assert "Bản chụp mờ" in text_of(pdf.render(TEMPLATES / "mau-02.typ", paper()))
    assert "Không thuộc thẩm quyền" in text_of(pdf.render(TEMPLATES / "mau-03.typ", paper()))


@pytest.mark.parametrize(
    "attack", ["#panic()", '#read("/etc/passwd")', "*bold* _x_ $a$", '"; #let d = 1', "<label>"]
)
def test_input_is_text_and_never_markup(attack: str) -> None:
    text = text_of(pdf.render(TEMPLATES / "mau-01.typ", paper(rows=[["Địa chỉ", attack]])))
    assert attack.split(" ", maxsplit=1)[0].strip('"') in text


def test_long_lists_continue_on_the_next_page() -> None:
    papers = [{"name": f"Giấy tờ thứ {n}", "count": "1", "kind": "Bản sao"} for n in range(90)]
    reader = PdfReader(io.BytesIO(pdf.render(TEMPLATES / "mau-01.typ", paper(documents=papers))))
    assert len(reader.pages) > 1


def test_unknown_template_raises_lookup_error() -> None:
    with pytest.raises(LookupError, match="mau-99"):
        pdf.render(TEMPLATES / "mau-99.typ", {})
