"""Whatever people put between and around the rows of a list, exactly its procedures are read.

A sheet is composed of what annexes of decisions contain: titles, headers in one or two lines, column
numbers, headings, totals, gaps, repeated headers, a second table, other sheets; and cells with percentages, Boolean
values, rich text, comments and dates.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from procedures.imports.formats.reader import parse_file
from tests.procedures.files import read

HEADER = ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Cơ quan thực hiện", "Quyết định")
WIDTH = len(HEADER)
TITLES = ("PHỤ LỤC I", "DANH MỤC THỦ TỤC HÀNH CHÍNH", "(Kèm theo Quyết định số 12/QĐ-UBND)")
GROUPS = ("STT", "Thông tin về thủ tục", None, None, "Nơi giải quyết", None)
NUMBERS = ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)")
TOTALS = ("Tổng cộng", "Tổng số: 12 TTHC", "Cộng", "TỔNG CỘNG: 3 thủ tục", "Total", "Grand total: 12")
HEADINGS = ("I. LĨNH VỰC HỘ TỊCH", "Lĩnh vực đất đai", "A. Cấp tỉnh", "II. CẤP XÃ")
# A value, and how it is read in a text column.
ODD_CELLS = st.sampled_from((None, 0.25, True, False, date(2026, 3, 1), 12))


@dataclass
class Sheet:
    """The cells of a sheet, and the names of its procedures by code."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)
    comments: list[int] = field(default_factory=list)


def line(*cells: Any) -> tuple[Any, ...]:
    return (*cells, *[None] * (WIDTH - len(cells)))


@st.composite
def procedure(draw: st.DrawFn, code: str) -> tuple[tuple[Any, ...], str]:
    name = f"Thủ tục số {code[-2:]}"
    shown: Any = name
    if draw(st.booleans()):
        shown = CellRichText("Thủ tục ", TextBlock(InlineFont(b=True), f"số {code[-2:]}"))
    cells = (draw(st.sampled_from((1, "1", "1.", None))), code, shown, *(draw(ODD_CELLS) for _ in range(3)))
    return cells, name


@st.composite
def tables(draw: st.DrawFn, first: int) -> Sheet:
    """A header and the rows below it, with what may come between them."""
    sheet = Sheet()
    if draw(st.booleans()):
        sheet.rows.append(GROUPS)
    sheet.rows.append(HEADER)
    if draw(st.booleans()):
        sheet.rows.append(NUMBERS)
    for number in range(first, first + draw(st.integers(1, 3))):
        between = draw(st.lists(st.sampled_from(("heading", "total", "gap", "header")), max_size=2))
        for kind in between:
            sheet.rows.append(
                {
                    "heading": line(draw(st.sampled_from(HEADINGS))),
                    "total": line(
                        draw(st.sampled_from(TOTALS)), *[draw(st.sampled_from((None, 3, "3")))] * 2
                    ),
                    "gap": line(),
                    "header": HEADER,
                }[kind]
            )
        code = f"1.{number:06d}"
        cells, name = draw(procedure(code))
        sheet.expected[code] = name
        if draw(st.booleans()):
            sheet.comments.append(len(sheet.rows))
        sheet.rows.append(cells)
    if draw(st.booleans()):
        sheet.rows.append(line(draw(st.sampled_from(TOTALS)), None, draw(st.sampled_from((None, 3)))))
    return sheet


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Titles, one table or two tables below each other, and remarks at the end."""
    sheet = Sheet(rows=[line(title) for title in draw(st.lists(st.sampled_from(TITLES), max_size=3))])
    for part in range(draw(st.integers(1, 2))):
        table = draw(tables(1 + 10 * part))
        sheet.comments += [len(sheet.rows) + row for row in table.comments]
        sheet.rows += table.rows
        sheet.expected |= table.expected
        if draw(st.booleans()):
            sheet.rows.append(line())
    return sheet


@st.composite
def other_sheets(draw: st.DrawFn) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Sheets that are not a list: empty, a cover, statistics, a header without rows."""
    kinds = {
        "Trống": [],
        "Bìa": [("ỦY BAN NHÂN DÂN TỈNH",), ("DANH MỤC THỦ TỤC",)],
        "Thống kê": [("Lĩnh vực", "Số TTHC", "Tỷ lệ"), ("Hộ tịch", 12, 0.25)],
        "Mẫu": [HEADER],
    }
    return [
        (name, kinds[name])
        for name in draw(st.lists(st.sampled_from(sorted(kinds)), unique=True, max_size=3))
    ]


def saved(sheet: Sheet, others: list[tuple[str, list[tuple[Any, ...]]]], place: int) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in others:
        other = book.create_sheet(name)
        for row in rows:
            other.append(row)
    made = book.create_sheet("Danh mục", min(place, len(others)))
    for row in sheet.rows:
        made.append(row)
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row, start=1):
            if value == 0.25:
                made.cell(number, column).number_format = "0%"
    for row_number in sheet.comments:
        made.cell(row_number + 1, 3).comment = Comment("Đã rà soát", "Kiểm soát")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@given(sheets(), other_sheets(), st.integers(0, 3))
@settings(max_examples=60)
def test_exactly_the_procedures_of_the_list_are_read(sheet, others, place):
    rows = read(saved(sheet, others, place))

    assert not [row for row in rows if row.record is None], [(row.row, row.reason) for row in rows]
    assert {row.code: row.title for row in rows} == sheet.expected
    for row in rows:
        texts = (row.record.field, *row.record.implementing_agencies)
        assert not [text for text in texts if text in {"25%", "TRUE", "FALSE", "01/03/2026", "12"}]
        assert row.record.decision is None or row.record.decision.number == "12"


class TestDoubts:
    """What nobody sees in the sheet, or reads in it, is pointed out in the preview."""

    def test_hidden_rows_are_named(self):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Mã TTHC", "Tên TTHC", "Lĩnh vực"])
        for number in range(1, 9):
            sheet.append([f"1.00000{number}", f"Thủ tục {number}", "Hộ tịch"])
        for row in range(3, 9):
            sheet.row_dimensions[row].hidden = True
        stream = io.BytesIO()
        book.save(stream)

        first, *others = parse_file(stream)

        (warning,) = first.warnings
        assert warning.startswith("6 dòng bị ẩn trong trang tính vẫn được đọc")
        assert "(dòng 3, 4, 5, 6, 7, …)" in warning
        assert len(others) == 7
        assert not any(row.warnings for row in others)

    @pytest.mark.parametrize(
        ("title", "doubtful"),
        [
            ("Thñ tôc ®¨ng ký khai sinh", True),
            ("Thuû tuïc ñaêng kyù khai sinh", True),
            ("Đăng ký khai sinh có yếu tố nước ngoài", False),
            ("Thủ tục Ỷ Ữ ý ừ Ã õ Ê ê ơ đ Đ", False),
            ("Hợp đồng với Müller", False),
            ("Cấp phép nhà từ 500m² đến 1000m² dưới 30°C", False),
        ],
    )
    def test_old_encodings_are_pointed_out(self, title, doubtful):
        text = f"Mã TTHC,Tên TTHC,Lĩnh vực\n1.000001,{title},Hộ tịch\n"

        (row,) = parse_file(io.BytesIO(text.encode()))

        assert any("TCVN3" in warning for warning in row.warnings) is doubtful
        assert row.record is not None
