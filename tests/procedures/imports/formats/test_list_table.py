"""Tables as people lay them out: headers over several rows, headings and totals between rows, two tables on a sheet."""

from __future__ import annotations

import pytest

from procedures.imports.formats.base import FileProblem
from procedures.imports.formats.list_table import COLUMNS, header_key
from tests.procedures.files import csv_list, fill, read, workbook

HEADER = ["TT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Tên giấy tờ", "Tên File"]
ONE = [1, "1.000001", "Một thủ tục", "Hộ tịch", "Tờ khai", "a.docx"]
TWO = [2, "1.000002", "Hai thủ tục", "Đất đai", None, None]


def codes(data: bytes) -> list[str]:
    return [row.code for row in read(data)]


def facts(data: bytes) -> list[tuple[str, str, tuple[str, ...]]]:
    """Code, field and blank forms of every procedure."""
    return [
        (
            row.code,
            row.record.field,
            tuple(form.name for document in row.record.documents() for form in document.blank_forms),
        )
        for row in read(data)
        if row.record
    ]


class TestHeaderWords:
    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ("Mã TTHC", "Mã thủ tục hành chính"), ("Tên TTHC", "TÊN THỦ TỤC\nHÀNH CHÍNH"),
            ("Mã thủ tục", "Mã TTHC (*)"),
            ("QĐ công bố", "Quyết định công bố:"), ("Mẫu đơn, tờ khai", "Mẫu đơn/ tờ khai"), ("Mã  số", "ma so."),
        ],
    )  # fmt: skip
    def test_short_and_long_forms_are_the_same(self, one, two):
        assert header_key(one) == header_key(two)

    def test_no_two_columns_share_a_header(self):
        keys = [{header_key(header) for header in headers} for headers in COLUMNS.values()]

        assert sum(map(len, keys)) == len(set.union(*keys))

    @pytest.mark.parametrize("code", ["Mã thủ tục hành chính", "Mã số thủ tục hành chính", "Số hồ sơ TTHC"])
    def test_the_long_form_of_the_code_is_read(self, code):
        (row,) = read(workbook(["TT", code, "Tên thủ tục hành chính"], [1, "1.000001", "Một"]))

        assert (row.code, row.title) == ("1.000001", "Một")


class TestSeveralHeaderRows:
    TWO_LINES = (
        ["TT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Thành phần", None],
        [None, None, None, None, "Tên giấy tờ", "Tên File"],
    )

    @staticmethod
    def merge(book):
        for area in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"):
            book.active.merge_cells(area)

    @pytest.mark.parametrize("change", [None, merge.__func__])
    def test_subtitles_below(self, change):
        data = workbook(*self.TWO_LINES, ONE, [None] * 5 + ["b.docx"], TWO, change=change)

        assert facts(data) == [("1.000001", "Hộ tịch", ("a.docx", "b.docx")), ("1.000002", "Đất đai", ())]

    def test_subtitles_that_name_no_column(self):
        lines = (["Mã TTHC", "Tên TTHC", "Số lượng", None], [None, None, "bản chính", "bản sao"])

        def merge(book):
            for area in ("A1:A2", "B1:B2", "C1:D1"):
                book.active.merge_cells(area)

        assert codes(workbook(*lines, ["1.000001", "Một", 1, 0], change=merge)) == ["1.000001"]

    @pytest.mark.parametrize("merged", [True, False])
    def test_group_titles_above(self, merged):
        lines = (
            ["TT", "Thủ tục hành chính", None, "Lĩnh vực", "Mẫu đơn", None],
            [None, "Mã số", "Tên gọi", None, "Tên giấy tờ", "Tên File"],
        )

        def merge(book):
            for area in ("A1:A2", "B1:C1", "D1:D2", "E1:F1"):
                book.active.merge_cells(area)

        data = workbook(["DANH SÁCH"], *lines, ONE, TWO, change=merge if merged and not lines[0][0] else None)

        assert [row[:2] for row in facts(data)] == [("1.000001", "Hộ tịch"), ("1.000002", "Đất đai")]

    @pytest.mark.parametrize(
        "numbers", [["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"], list("ABCDEF"), [1, 2, 3, 4, 5, 6]]
    )
    def test_column_numbers_are_not_a_row(self, numbers):
        rows = read(workbook(HEADER, numbers, ONE))

        assert [(row.row, row.code) for row in rows] == [(3, "1.000001")]

    def test_a_header_repeated_on_the_next_page(self):
        assert codes(workbook(HEADER, ONE, HEADER, TWO)) == ["1.000001", "1.000002"]

    def test_title_above_does_not_widen_the_header(self):
        data = csv_list(["DANH", "", "", "", "", "", "", "Mẫu 01"], HEADER, ONE, header=["x"] * 8)

        assert codes(data) == ["1.000001"]


class TestBetweenTheRows:
    @pytest.mark.parametrize(
        "total",
        [
            ["Tổng cộng", None, "2 thủ tục"], [None, "Tổng số: 2 TTHC", None], [None, None, "Cộng"],
            ["Tổng", 2, None], [None, None, "TỔNG CỘNG (2 thủ tục)", None, 2, None], [3, "Tổng số thủ tục: 02", None],
        ],
    )  # fmt: skip
    def test_a_total_is_neither_a_row_nor_a_document(self, total):
        assert facts(workbook(HEADER, ONE, total)) == [("1.000001", "Hộ tịch", ("a.docx",))]

    @pytest.mark.parametrize("name", ["Cộng nhận", "Tổng hợp thủ tục", "Cộng đồng"])
    def test_a_name_that_begins_like_a_total_is_a_row(self, name):
        (row,) = read(workbook(HEADER, [1, "1.000001", name]))
        assert row.title == name
        (row,) = read(workbook(HEADER, [1, None, name]))
        assert row.reason == "không có mã"

    @pytest.mark.parametrize(
        "heading", [["II. LĨNH VỰC ĐẤT ĐAI"], ["II", "Lĩnh vực: Đất đai"], [None, None, "Lĩnh vực đất đai"]]
    )
    def test_a_heading_gives_the_field_of_the_rows_below(self, heading):
        rows = facts(workbook(HEADER, ONE, heading, [2, "1.000002", "Hai"], [3, "1.000003", "Ba", "Y tế"]))

        assert [row[1].lower() for row in rows] == ["hộ tịch", "đất đai", "y tế"]

    def test_a_heading_gives_the_level_of_the_rows_below(self):
        levels = [
            row.record.levels
            for row in read(
                workbook(
                    ["DANH MỤC THỦ TỤC HÀNH CHÍNH"],
                    HEADER,
                    ["A. CẤP TỈNH"],
                    ONE,
                    ["B. Thủ tục hành chính cấp xã"],
                    TWO,
                )
            )
        ]

        assert levels == [("cap_tinh",), ("cap_xa",)]

    @pytest.mark.parametrize("above", [True, False])
    def test_abolished_procedures_are_not_imported_as_public(self, above):
        title = ["DANH MỤC THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ"]
        rows = read(workbook(title, HEADER, TWO) if above else workbook(HEADER, ONE, title, HEADER, TWO))

        assert rows[-1].code == "1.000002"
        assert rows[-1].record is None
        assert "bãi bỏ" in rows[-1].reason
        assert all(row.record for row in rows[:-1])

    def test_the_part_after_them_is_imported(self):
        title, promulgated = ["I. TTHC bị bãi bỏ"], ["II. TTHC mới ban hành"]

        rows = read(workbook(HEADER, title, ONE, promulgated, TWO))

        assert [bool(row.record) for row in rows] == [False, True]

    def test_a_name_without_a_code_is_not_a_heading(self):
        rows = read(workbook(HEADER, ONE, [None, None, "Cấp giấy phép xây dựng"]))

        assert (rows[1].row, rows[1].reason) == (3, "không có mã")


class TestTwoTables:
    def test_the_second_one_below_is_read_by_its_own_header(self):
        second = (["Tên thủ tục", "Mã số", "Lĩnh vực"], ["Hai thủ tục", "1.000002", "Đất đai"])

        data = workbook(HEADER, ONE, [], ["Bảng 2"], *second)

        assert [row[:2] for row in facts(data)] == [
            ("1.000001", "Hộ tịch"),
            ("1.000002", "Đất đai"),
        ]

    def test_a_legend_below_adds_no_document(self):
        rows = read(workbook(HEADER, ONE, [], [None, None, None, None, "T: toàn trình", None]))

        assert len(rows[0].record.documents()) == 1
        assert (rows[1].row, rows[1].record) == (4, None)
        assert "dòng trống" in rows[1].reason

    def test_two_side_by_side_are_refused_with_the_reason(self):
        with pytest.raises(FileProblem, match=r"dòng 2: .*hai bảng"):
            read(workbook(["Danh sách"], [*HEADER[:3], None, *HEADER[:3]], [*ONE[:3], None, *TWO[:3]]))


class TestSheets:
    def test_a_sheet_with_a_header_but_no_procedures_is_not_the_list(self):
        def add(book):
            fill(book.create_sheet("Danh sách"), [HEADER, ONE])

        assert codes(workbook(HEADER, ["…", "Ghi mã", "Ghi tên"], change=add)) == ["1.000001"]

    def test_the_only_header_counts_even_without_rows(self):
        assert codes(workbook(HEADER)) == []

    def test_a_second_list_is_reported(self):
        def add(book):
            fill(book.create_sheet("Cấp xã"), [HEADER, TWO])
            fill(book.create_sheet("Ghi chú"), [["Mã TTHC là gì"]])

        (row,) = read(workbook(HEADER, ONE, change=add))

        assert row.code == "1.000001"
        assert [warning for warning in row.warnings if "“Cấp xã”" in warning]
        assert not [warning for warning in row.warnings if "Ghi chú" in warning]
