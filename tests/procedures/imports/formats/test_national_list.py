"""The accepted headers, and the rows below them."""

from __future__ import annotations

import io
import re
from collections import deque
from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from procedures.imports.formats.base import FileProblem
from procedures.imports.formats.list_table import COLUMNS, REQUIRED, is_header
from procedures.imports.formats.reader import parse_file
from tests.paths import ROOT
from tests.procedures.files import read, workbook

HEADER = "STT,Mã TTHC,Tên TTHC,Lĩnh vực\n"
GOOD = "1,1.000001,Một thủ tục,Hộ tịch\n"
DOCUMENTED = {
    name: tuple(headers.split("; "))
    for name, headers in re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", (ROOT / "docs/features/import.md").read_text(), re.MULTILINE
    )
}


def test_the_guide_lists_the_accepted_headers():
    assert DOCUMENTED == COLUMNS


def test_no_header_belongs_to_two_columns():
    headers = [header for headers in COLUMNS.values() for header in headers]
    assert len(headers) == len(set(headers))


@pytest.mark.parametrize("code", COLUMNS["code"])
@pytest.mark.parametrize("title", COLUMNS["title"])
def test_code_and_title_are_found_under_any_accepted_header(code, title):
    assert REQUIRED == ("code", "title")
    assert is_header(["STT", code.upper(), f" {title} "])
    assert not is_header(["STT", code])


def test_reading_stops_after_fifty_thousand_rows():
    endless = io.BytesIO((HEADER + "1,1.000001,Một,H\n" * 60_000).encode())

    read_rows = count()
    with pytest.raises(FileProblem, match="50000"):
        deque(map(lambda _row, _n: None, parse_file(endless), read_rows), maxlen=0)
    assert next(read_rows) <= 50_001


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,,Không có mã,Hộ tịch", "không có mã"),
        ("1,1.00,Mã cụt,Hộ tịch", "1.00"),
        ("1,1.000002,,Hộ tịch", "không có tên"),
        ("1,ABC,Chữ,Hộ tịch", "ABC"),
    ],
)
def test_bad_row_is_refused_with_its_number_and_others_are_read(row, reason):
    rows = read(f"{HEADER}{row}\n{GOOD}")

    assert rows[0].row == 2
    assert reason in rows[0].reason
    assert rows[1].record.core_code == "1.000001"


def test_a_continuation_without_anything_above_is_refused():
    rows = read("Mã TTHC,Tên TTHC,Tên File\n,,a.docx\n1.000001,Một,b.docx\n")

    assert rows[0].reason
    assert [t.name for t in rows[1].record.documents()[0].blank_forms] == ["b.docx"]


LIST = ["Mã TTHC", "Tên TTHC", "Lĩnh vực", "QĐ công bố", "Tên giấy tờ", "Tên File"]


class TestMergedCells:
    """A cell merged across several rows counts for each of them."""

    ROWS = (["1.000001", "Một", "Hộ tịch", "1/QĐ-UBND", "Tờ khai", "a.docx"],
            ["1.000002", "Hai", None, None, None, None], ["1.000003", "Ba", None, None, None, None])  # fmt: skip

    def rows(self, *areas):
        def merge(book):
            for area in areas:
                book.active.merge_cells(area)

        return read(workbook(LIST, *self.ROWS, change=merge))

    def test_facts_are_those_of_the_first_row(self):
        rows = self.rows("C2:C3", "D2:D4")

        assert [row.record.field for row in rows] == ["Hộ tịch", "Hộ tịch", ""]
        assert [row.record.decision.number for row in rows] == ["1/QĐ-UBND"] * 3
        assert [row.warnings for row in rows] == [(), (), ()]

    def test_a_document_merged_over_procedures_belongs_to_each(self):
        assert [len(row.record.documents()) for row in self.rows("E2:F4")] == [1, 1, 1]

    def test_a_document_merged_over_its_blank_forms_stays_one(self):
        def merge(book):
            for area in ("A2:A4", "B2:B4", "E2:E3"):
                book.active.merge_cells(area)

        rows = [self.ROWS[0], [None] * 5 + ["b.docx"], [None] * 4 + ["Giấy tờ khác", "c.docx"]]
        (row,) = read(workbook(LIST, *rows, change=merge))

        forms = [[form.name for form in document.blank_forms] for document in row.record.documents()]
        assert forms == [["a.docx", "b.docx"], ["c.docx"]]

    def test_a_name_merged_over_two_codes_is_the_name_of_both(self):
        rows = read(
            workbook(
                LIST,
                self.ROWS[0],
                ["1.000002", None, "Y tế"],
                change=lambda book: book.active.merge_cells("B2:B3"),
            )
        )

        assert [(row.code, row.title) for row in rows] == [("1.000001", "Một"), ("1.000002", "Một")]

    def test_a_cell_merged_sideways_fills_nothing(self):
        assert [row.record.decision for row in read(
            workbook(LIST, ["1.000001", "Một", "Hộ tịch", None], change=lambda book: book.active.merge_cells("C2:D2"))
        )] == [None]  # fmt: skip

    def test_a_merge_over_the_whole_sheet_is_read_in_order(self):
        rows = [[f"1.{number:06d}", f"Thủ tục {number}", None] for number in range(1, 400)]
        rows[0][2], rows[200][2] = "Hộ tịch", "Đất đai"

        def merge(book):
            book.active.merge_cells("C202:C400")
            book.active.merge_cells("C2:C201")

        fields = [row.record.field for row in read(workbook(LIST[:3], *rows, change=merge))]

        assert fields == ["Hộ tịch"] * 200 + ["Đất đai"] * 199


class TestCellsThatAreNotText:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (datetime(2024, 3, 5), "ngày 05/03/2024"), (date(2024, 3, 5), "ngày 05/03/2024"),
            (datetime(2024, 3, 5, 8, 30), "ngày 05/03/2024 08:30"), (time(8, 30), "08:30"), (True, "TRUE"),
            (timedelta(hours=30), "giờ"),
        ],
    )  # fmt: skip
    def test_it_is_left_out_of_a_text_with_a_warning(self, value, shown):
        (row,) = read(workbook(LIST, ["1.000001", "Một", value, value, value, None]))

        assert (row.record.field, row.record.decision, row.record.cases) == ("", None, ())
        assert len(row.warnings) == 3
        assert shown in row.warnings[0]
        assert [warning.split("”")[0] for warning in row.warnings] == [
            "ô “QĐ công bố",
            "ô “Lĩnh vực",
            "ô “Tên giấy tờ",
        ]

    @pytest.mark.parametrize("value", [datetime(2025, 7, 1), True, 0.5, 12, time(8, 30)])
    def test_it_is_not_a_name(self, value):
        (row,) = read(workbook(LIST, ["1.000001", value, "Hộ tịch"]))

        assert row.record is None
        assert "“Tên TTHC”" in row.reason

    @pytest.mark.parametrize("name", ["2025-07-01", "123", "…"])
    def test_a_name_has_letters(self, name):
        (row,) = read(workbook(LIST, ["1.000001", name]))

        assert row.reason == "tên không có chữ nào"

    @pytest.mark.parametrize(
        ("value", "number_format", "shown"), [(0.5, "0%", "50%"), (0.125, "0.0%", "12.5%"), (1, "0%", "100%")]
    )
    def test_a_percentage_is_reported_as_displayed(self, value, number_format, shown):
        def as_percentage(book):
            book.active["C2"].number_format = number_format

        (row,) = read(workbook(LIST, ["1.000001", "Một", value], change=as_percentage))

        assert row.record.field == ""
        assert shown in row.warnings[0]

    def test_a_number_may_be_a_decision_number(self):
        (row,) = read(workbook(LIST, ["1.000001", "Một", None, 1544]))

        assert (row.record.decision.number, row.warnings) == ("1544", ())

    @pytest.mark.parametrize(
        "text", ["05/03/2024", "2024-03-05 00:00:00", "ngày 5/3/2024", "Quyết định 05-03-2024"]
    )
    def test_a_date_written_as_text_is_not_a_decision_number(self, text):
        (row,) = read(f"Mã TTHC,Tên TTHC,QĐ công bố\n1.000001,Một,{text}\n")

        assert row.record.decision is None
        assert "ngày" in row.warnings[0] or "quyết định" in row.warnings[0].lower()

    def test_a_warning_about_a_continuation_row_is_kept(self):
        (row,) = read(workbook(LIST, ["1.000001", "Một"], [None, None, None, None, True, "b.docx"]))

        assert [document.name for document in row.record.documents()] == ["b.docx"]
        assert "“Tên giấy tờ”" in row.warnings[0]


class TestEscapes:
    @pytest.mark.parametrize(
        ("cell", "title"),
        [
            ("Thủ tục một_x000D_\nhai", "Thủ tục một hai"), ("Một_x000d__x000A_hai", "Một hai"),
            ("Một_x0009_hai", "Một hai"), ("Mẫu_x005F_x000D_", "Mẫu_x000D_"), ("Một_x0007_", "Một"),
            ("Một_xD83D__xDE00_", "Một😀"), ("Một_xD83D_", "Một"), ("a_xoay_b", "a_xoay_b"),
        ],
    )  # fmt: skip
    def test_escapes_of_the_format_are_read(self, cell, title):
        (row,) = read(workbook(LIST, ["1.000001", cell, cell]))

        assert (row.title, row.record.field) == (title, title)

    def test_escaped_line_ends_copied_into_a_csv_file_are_read(self):
        (row,) = read("Mã TTHC,Tên TTHC\n1.000001,Thủ tục một_x000D_ hai_x0041_\n")

        assert row.title == "Thủ tục một haiA"

    def test_rich_text_is_read_as_its_text(self):
        def write(book):
            book.active["B2"] = CellRichText("Cấp ", TextBlock(InlineFont(b=True), "giấy"), " phép")

        assert read(workbook(LIST, ["1.000001", None], change=write))[0].title == "Cấp giấy phép"


SCALARS = (
    st.none()
    | st.booleans()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
    | st.integers(-9, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates(date(1990, 1, 1), date(2090, 1, 1))
    | st.sampled_from(
        ["1.000001", "1.000002.H12", "Mã TTHC", "Tên TTHC", "Tổng cộng", "(1)", "Lĩnh vực hộ tịch"]
    )
)


@settings(max_examples=60)
@given(
    st.lists(st.lists(SCALARS, min_size=6, max_size=6), max_size=8),
    st.lists(st.tuples(*[st.integers(1, 6)] * 4), max_size=3),
)
def test_whatever_a_sheet_contains_each_row_is_a_record_or_refused_with_a_reason(rows, areas):
    def merge(book):
        for top, left, height, width in areas:
            book.active.merge_cells(
                start_row=top, start_column=left, end_row=top + height, end_column=left + width
            )

    rows = [
        [None if isinstance(cell, str) and cell.startswith("=") else cell for cell in row] for row in rows
    ]
    try:
        found = read(workbook(LIST, *rows, change=merge))
    except FileProblem:
        return
    assert all((row.record is None) == bool(row.reason) for row in found)
    assert all(any(map(str.isalpha, row.record.title)) for row in found if row.record)
