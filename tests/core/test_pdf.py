"""Papers are set from data: complete, in Vietnamese, and deaf to markup in what people typed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from core import pdf


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
        "qr": "",
        "papers": [{"name": "Tờ khai", "count": "1", "kind": "Bản chính"}],
        "terms": [["Thời gian trả kết quả", "17 giờ 00 phút, ngày 26/11/2026"]],
        "notes": [],
        "applicant": "Lê Thị Ngọc Ẩn",
        "officer": "Trần Văn Mẫu",
        "items": [{"name": "Bản án ly hôn", "note": "Bản chụp mờ"}],
        "reason": "Không thuộc thẩm quyền",
        **changes,
    }


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("template", ["mau-01", "mau-02", "mau-03"])
def test_every_paper_carries_the_national_head_the_code_and_the_people(template: str) -> None:
    text = text_of(pdf.render(template, paper()))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "UBND PHƯỜNG TÂN THÀNH",
        "H12.45-261123-0001",
        "Lê Thị Ngọc Ẩn",
    ):
        assert part in text


def test_receipt_lists_papers_and_terms() -> None:
    text = text_of(pdf.render("mau-01", paper()))
    assert "Tờ khai" in text
    assert "17 giờ 00 phút, ngày 26/11/2026" in text


def test_supplement_and_refusal_say_why() -> None:
    assert "Bản chụp mờ" in text_of(pdf.render("mau-02", paper()))
    assert "Không thuộc thẩm quyền" in text_of(pdf.render("mau-03", paper()))


@pytest.mark.parametrize(
    "attack", ["#panic()", '#read("/etc/passwd")', "*bold* _x_ $a$", '"; #let d = 1', "<label>"]
)
def test_what_a_person_typed_is_text_and_never_markup(attack: str) -> None:
    text = text_of(pdf.render("mau-01", paper(rows=[["Địa chỉ", attack]])))
    assert attack.split(" ", maxsplit=1)[0].strip('"') in text


def test_long_lists_flow_over_pages() -> None:
    papers = [{"name": f"Giấy tờ thứ {n}", "count": "1", "kind": "Bản sao"} for n in range(90)]
    reader = PdfReader(io.BytesIO(pdf.render("mau-01", paper(papers=papers))))
    assert len(reader.pages) > 1


def test_unknown_template_is_named() -> None:
    with pytest.raises(LookupError, match="mau-99"):
        pdf.render("mau-99", {})
