"""Hostile and unusual workbooks and CSV files."""

from __future__ import annotations

import codecs
import io
import random
import re
import unicodedata
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl.comments import Comment

from core.models import OutboxMessage
from procedures.imports.apply import import_records
from procedures.imports.formats.base import FileProblem
from procedures.models import (
    BlankForm,
    Field,
    ImportedFacts,
    Procedure,
    ProcedureVersion,
    PublicationDecision,
)
from tests.procedures.files import (
    HEADER,
    ROW,
    archive,
    csv_list,
    fill,
    read,
    with_changed_part,
    with_part,
    workbook,
)  # fmt: skip

GOOD = csv_list(ROW)


TEXT = GOOD.decode()


RUBBISH = random.Random(7).randbytes(200_000)


WHOLE_FILE: dict[str, tuple[bytes, str]] = {
    # encodings
    "utf-16 with a mark, little end first": (TEXT.encode("utf-16"), "dòng 1: tệp dùng bảng mã UTF-16"),
    "utf-16 with a mark, big end first": (
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        "dòng 1: tệp dùng bảng mã UTF-16",
    ),
    "utf-16 without a mark, little end first": (TEXT.encode("utf-16-le"), "dòng 1: tệp dùng bảng mã UTF-16"),
    "utf-16 without a mark, big end first": (TEXT.encode("utf-16-be"), "dòng 1: tệp dùng bảng mã UTF-16"),
    "utf-32": (TEXT.encode("utf-32"), "UTF-16"),
    "windows-1258 in the header": (TEXT.encode("cp1258", "ignore"), "dòng 1: tệp không dùng bảng mã UTF-8 (byte"),
    "windows-1258 below a plain header": (
        b"STT,Ma TTHC,Ten TTHC\n1,1.000001,A\n" + "2,1.000002,Câ\u0301p".encode("cp1258"),
        "dòng 3: tệp không dùng bảng mã UTF-8",
    ),
    "windows-1252": (b"Ma TTHC,Ten TTHC\n1.000001,caf\xe9\n", "dòng 2: tệp không dùng bảng mã UTF-8 (byte 0xe9)"),
    "json in utf-16": ('[{"core_code": "1.000001", "title": "Một"}]'.encode("utf-16"), "UTF-16"),
    "half a letter at the very end": ("Mã TTHC,Tên TTHC\n1.000001,Mộ".encode()[:-1], "dòng 2: "),
    # other files with the name of a list
    "a pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "đây là tệp PDF"),
    "a web page": (b"<html><table><tr><td>M\xc3\xa3 TTHC</td></tr></table></html>", "đây là trang web hoặc tệp XML"),
    "a web page behind a mark": (codecs.BOM_UTF8 + b"  <!DOCTYPE html><html></html>", "đây là trang web"),
    "excel's old xml": (b'<?xml version="1.0"?><?mso-application x="Excel.Sheet"?><Workbook/>', "lại dạng .xlsx"),
    "a text document": (b"{\\rtf1\\ansi M\\'e3}", "đây là tệp văn bản"),
    "a gzip": (b"\x1f\x8b\x08" + RUBBISH[:100], "đây là tệp nén"),
    "a rar": (b"Rar!\x1a\x07\x01\x00" + RUBBISH[:100], "đây là tệp nén"),
    "a seven-zip": (b"7z\xbc\xaf\x27\x1c" + RUBBISH[:100], "đây là tệp nén"),
    "a word document": (archive(word__document_xml=b"<w/>"), "không đọc được tệp Excel"),
    "an open document": (archive(mimetype=b"application/vnd.oasis.opendocument"), "không đọc được tệp Excel"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + RUBBISH[:500], "tệp Excel cũ .xls"),
    "an image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + RUBBISH[:200], "dòng 1: "),
    "noise": (RUBBISH, "dòng 1: "),
    "noise behind a good list": (GOOD + RUBBISH, "dòng 3: "),
    "noise that says it is a workbook": (b"PK\x03\x04" + RUBBISH, "không đọc được tệp Excel"),
    "a workbook cut in the middle": (workbook(HEADER, ROW)[:3000], "không đọc được tệp Excel"),
    # table layouts
    "a row with a cell too many": (
        csv_list(ROW, [2, "1.000002", "Cấp, cấp lại", "Hộ tịch", "Công khai"]),
        "dòng 3: có 6 cột trong khi dòng tiêu đề có 5 cột",
    ),
    "half a row": (csv_list(ROW) + "2,1.000002,Cấp".encode(), "dòng 3: dòng bị cụt: có 3 trong 5 cột"),
    "half a row in the middle": (csv_list(ROW, [2, "1.000002"], ROW), "dòng 3: dòng bị cụt: có 2 trong 5 cột"),
    "the lines of an old mac": (TEXT.replace("\n", "\r").encode(), "dấu xuống dòng theo kiểu máy Mac"),
    "a header too far down": (b"x,y\n" * 20 + GOOD, "trong 20 dòng đầu"),
    "no header but data": (csv_list(ROW, header=["1", "1.000009", "Hai", "a", "b"]), "dòng 1: không thấy dòng tiêu đề"),
    "a sheet without a list": (workbook(["Hướng dẫn nhập"], ["Bước 1"]), "“Hướng dẫn nhập”"),
    # JSON
    "json behind the end of the list": (b'[{"core_code": "1.000001", "title": "A"}] [{}]', "còn nội dung sau dấu"),
    "two lists in a row": (b'[{"core_code": "1.000001", "title": "A"}]\n[]', "bản ghi 1: còn nội dung"),
    "json with comments": (b'// list\n[{"core_code": "1.000001"}]', "dòng 1: không thấy dòng tiêu đề"),
    "an object of nothing": (b"{}", "bản ghi 1: không phải bản ghi thủ tục"),
    "json with single marks": (b"[{'core_code': '1.000001'}]", "bản ghi 1: không đọc được đối tượng JSON"),
    "the second object is none": (b'[{"core_code": "1.000001", "title": "A"}, 5]', "bản ghi 2: "),
    "a record of something else in the middle": (
        b'{"core_code": "1.000001", "title": "A"}\n{"id": 1, "name": "x"}',
        "bản ghi 2: không phải bản ghi thủ tục (các khóa: id, name)",
    ),
}  # fmt: skip


KEPT = (Procedure, ProcedureVersion, Field, BlankForm, PublicationDecision, ImportedFacts, OutboxMessage)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in KEPT}


def run(data: bytes, tmp_path: Any, **options: Any) -> list[str]:
    path, out = tmp_path / "danh-sach", io.StringIO()
    path.write_bytes(data)
    call_command("import_procedures", str(path), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue().splitlines()


@pytest.mark.django_db
@pytest.mark.parametrize("name", WHOLE_FILE)
def test_broken_file_is_reported_with_the_location_and_changes_nothing(name, tmp_path):
    data, said = WHOLE_FILE[name]
    before = counts()

    with pytest.raises(CommandError) as problem:
        run(data, tmp_path)

    assert said in str(problem.value)
    assert str(problem.value).startswith("danh-sach: ")
    assert counts() == before


@pytest.mark.parametrize("name", WHOLE_FILE)
def test_dry_run_reports_the_same(name, tmp_path):
    """The database is not queried before the file has been read to the end."""
    data, said = WHOLE_FILE[name]

    with pytest.raises(FileProblem) as problem:
        read(data)

    assert said in problem.value.message


class TestWorkbooks:
    """What people do to a workbook."""

    def test_merged_titles_and_merged_codes(self):
        def merge(book):
            book.active.merge_cells("A1:E1")
            book.active.merge_cells("B3:B4")

        rows = read(
            workbook(["DANH SÁCH THỦ TỤC"], HEADER, ROW, [None] * 5, [2, "1.000002", *ROW[2:]], change=merge)
        )

        assert [(row.row, row.code) for row in rows] == [(3, "1.000001"), (5, "1.000002")]

    def test_merged_code_is_missing_in_the_second_row(self):
        rows = read(
            workbook(
                HEADER, ROW, [2, None, "Thủ tục khác", "", ""], change=lambda b: b.active.merge_cells("B2:B3")
            )
        )

        assert (rows[1].row, rows[1].reason) == (3, "không có mã")

    def test_merged_headings(self):
        rows = read(
            workbook(["STT", "Mã TTHC", None, "Tên TTHC"], ROW[:2] + [None] + ROW[2:3],
                     change=lambda book: book.active.merge_cells("B1:C1"))
        )  # fmt: skip

        assert (rows[0].code, rows[0].title) == ("1.000001", "Cấp giấy phép")

    def test_a_hidden_sheet_is_not_the_list(self):
        def hide(book):
            secret = book.create_sheet("Ẩn", 0)
            fill(secret, [HEADER, [1, "1.000009", "Bản nháp", "", ""]])
            secret.sheet_state = "hidden"
            book.active = 1

        assert [row.code for row in read(workbook(HEADER, ROW, change=hide))] == ["1.000001"]

    def test_a_very_hidden_sheet_is_not_the_list_either(self):
        def hide(book):
            secret = book.create_sheet("Ẩn", 0)
            fill(secret, [HEADER, [1, "1.000009", "Bản nháp", "", ""]])
            secret.sheet_state = "veryHidden"
            book.active = 1

        assert [row.code for row in read(workbook(HEADER, ROW, change=hide))] == ["1.000001"]

    def test_list_may_be_on_the_second_sheet(self):
        def add(book):
            fill(book.create_sheet("Danh sách"), [HEADER, ROW])

        assert [row.code for row in read(workbook(["Hướng dẫn"], ["Bước 1: …"], change=add))] == ["1.000001"]

    def test_first_of_two_lists_is_read(self):
        def add(book):
            fill(book.create_sheet("Cũ"), [HEADER, [1, "1.000009", "Cũ", "", ""]])

        assert [row.code for row in read(workbook(HEADER, ROW, change=add))] == ["1.000001"]

    def test_rows_hidden_by_a_filter_are_read(self):
        def hide(book):
            book.active.row_dimensions[3].hidden = True
            book.active.column_dimensions["D"].hidden = True
            book.active.auto_filter.ref = "A1:E3"

        rows = read(workbook(HEADER, ROW, [2, "1.000002", *ROW[2:]], change=hide))

        assert [row.record.field for row in rows] == ["Hộ tịch", "Hộ tịch"]

    def test_macros_are_ignored(self):
        data = with_part(workbook(HEADER, ROW), "xl/vbaProject.bin", b"Sub AutoOpen()" * 100)

        assert [row.code for row in read(data)] == ["1.000001"]

    def test_comments_and_links_are_ignored(self):
        def write(book):
            book.active["C2"].comment = Comment("Xoá dòng này", "Ai đó")
            book.active["C2"].hyperlink = "http://example.com/"

        assert read(workbook(HEADER, ROW, change=write))[0].title == "Cấp giấy phép"

    def test_formula_without_stored_result_is_an_empty_cell(self):
        (row,) = read(workbook(HEADER, [1, "1.000001", '=CONCATENATE("Cấp"," giấy")', "", ""]))

        assert (row.code, row.reason) == ("1.000001", "không có tên")

    @pytest.mark.parametrize("stated", ["A1", "A1:E1", "A1:E2"])
    def test_all_rows_are_read_whatever_range_the_sheet_states(self, stated):
        rows = [[number, f"1.00000{number}", f"Cấp giấy {number}", "", ""] for number in (1, 2, 3)]
        sheet = "xl/worksheets/sheet1.xml"
        data = with_changed_part(
            workbook(HEADER, *rows),
            sheet,
            lambda text: re.sub('<dimension ref="[^"]+"', f'<dimension ref="{stated}"', text),
        )
        assert [row.code for row in read(data)] == ["1.000001", "1.000002", "1.000003"]

    @pytest.mark.parametrize(
        "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
    )
    def test_part_that_is_not_xml_is_reported(self, part):
        data = with_changed_part(workbook(HEADER, ROW), part, lambda text: text[: len(text) // 2])
        with pytest.raises(FileProblem, match="Excel"):
            read(data)

    def test_failed_formula_in_a_text_is_left_out_with_a_warning(self):
        (row,) = read(workbook(HEADER, [1, "1.000001", "Cấp giấy", "#N/A", ""]))
        assert (row.record.field, row.reason) == ("", "")
        assert any("công thức" in warning for warning in row.warnings)

    @pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"])
    def test_excel_error_is_not_a_name(self, error):
        (row,) = read(workbook(HEADER, [1, "1.000001", error, error, error]))

        assert row.reason == "không có tên"

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (1.00011, "1.000110"),
            (2.000815, "2.000815"),
            (1.0017, "1.001700"),
            (1.001, "1.001000"),
            ("1.001193.000.00.00.H12", "1.001193"),
            (" 1.001193.h12 ", "1.001193"),
            ("1.001193\n", "1.001193"),
            ("1.001 193", "1.001193"),
        ],
    )
    def test_codes_as_excel_keeps_them(self, cell, code):
        (row,) = read(workbook(HEADER, [1, cell, "Một", "", ""]))

        assert (row.code, row.reason) == (code, "")

    @pytest.mark.parametrize(
        "cell",
        [1.1, 1.01, 1, 1001193, "1,001193", "01.001193", "1.001193.00.00.H12", "1.001193-H12", "Mã 1.001193",
         "1.001193.H12; 1.001194", "1.00119３", True, date(2025, 1, 1)],
    )  # fmt: skip
    def test_invalid_code_is_reported_with_its_row(self, cell):
        rows = read(workbook(HEADER, [1, cell, "Một", "", ""], ROW))

        assert rows[0].row == 2
        assert "không phải là mã thủ tục" in rows[0].reason
        assert rows[1].record is not None, "the others go on"

    def test_cells_beyond_the_column_limit_are_ignored(self):
        (row,) = read(workbook(HEADER, [*ROW, *["ghi chú"] * 300]))

        assert row.record is not None

    def test_ten_thousand_empty_rows_at_the_end(self):
        assert len(read(workbook(HEADER, ROW, *[[None] * 5] * 10_000))) == 1


class TestTexts:
    """Text and numbers in cells."""

    def test_nfd_is_read_as_nfc(self):
        (row,) = read(unicodedata.normalize("NFD", TEXT))

        assert row.title == unicodedata.normalize("NFC", "Cấp giấy phép")
        assert row.record.field == unicodedata.normalize("NFC", "Hộ tịch")
        assert row.record.status == "cong_khai"

    @pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u200b", "\ufeff", "\u202a", "\t  "])
    def test_invisible_characters_are_removed_from_words_and_codes(self, space):
        cells = [1, f"{space}1.000001{space}", f"Cấp{space} giấy", "Hộ tịch", "Công khai"]
        (row,) = read(workbook([f"{space}{name}{space}" for name in HEADER], cells))

        assert (row.code, row.title) == ("1.000001", "Cấp giấy")

    @pytest.mark.parametrize(
        "name",
        ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "{{ 7*7 }}", "'; DROP TABLE--", "Cấp <b>giấy</b>"],
    )
    def test_formula_like_text_stays_text(self, name):
        (row,) = read(workbook(HEADER, [1, "1.000001", name.replace("=", "\u200b="), "", ""]))

        assert row.title == name

    @pytest.mark.parametrize("name", ["\u200b", "\u00a0\u00a0", "\ufeff"])
    def test_invisible_name_is_refused(self, name):
        assert read(workbook(HEADER, [1, "1.000001", name, "", ""]))[0].reason == "không có tên"
        assert "không có tên" in read([{"core_code": "1.000001", "title": name}])[0].reason

    def test_line_breaks_in_a_name_become_spaces_in_the_catalogue(self, db):
        import_records([{"core_code": "1.000001", "title": "Cấp\n giấy \tphép"}])

        assert Procedure.objects.get().title == "Cấp giấy phép"

    @pytest.mark.parametrize("amount", ["0.001", "12.345", 0.005])
    def test_amount_with_three_decimals_is_refused(self, amount):
        channel = {"channel": "truc_tiep", "fees": [{"amount": amount}]}
        (row,) = read([{"core_code": "1.000001", "title": "Một", "channels": [channel]}])

        assert row.reason == "channels.fees.amount: không quá hai chữ số thập phân"

    @pytest.mark.parametrize("amount", ["0.50", 1.25, "1E+3", 8000])
    def test_an_amount_of_money_is_read(self, amount):
        channel = {"channel": "truc_tiep", "fees": [{"amount": amount}]}

        assert read([{"core_code": "1.000001", "title": "Một", "channels": [channel]}])[0].reason == ""


@pytest.mark.django_db
class TestOneCode:
    """One procedure under several codes in one file."""

    STYLES = ("1.000001", "1.000001.H12", "1.000001.000.00.00.H12")

    def test_all_styles_are_one_procedure(self, tmp_path):
        rows = [[place, code, f"Thủ tục {place}", "", ""] for place, code in enumerate(self.STYLES)]

        lines = run(csv_list(*rows), tmp_path)

        assert lines[-1] == "created=1 updated=0 unchanged=0 refused=0"
        assert "dòng 3, 4 cũng có mã này" in lines[0]
        assert Procedure.objects.get().code == "1.000001.000.00.00.H12"

    def test_a_later_bare_code_does_not_drop_the_local_one(self, tmp_path):
        run(csv_list([1, "1.000001.H12", "Một", "", ""], [2, "1.000001", "Một", "", ""]), tmp_path)

        assert Procedure.objects.get().code == "1.000001.H12"

    def test_order_of_code_styles_does_not_matter(self, tmp_path):
        data = csv_list(*[[place, code, "Một", "", ""] for place, code in enumerate(self.STYLES)])
        run(data, tmp_path)

        assert run(data, tmp_path)[-1] == "created=0 updated=0 unchanged=1 refused=0"

    def test_capitals_and_sentence_case_of_one_name(self, tmp_path):
        run(
            csv_list([1, "1.000001", "CẤP GIẤY PHÉP", "", ""], [2, "1.000001", "Cấp giấy phép", "", ""]),
            tmp_path,
        )

        assert Procedure.objects.get().title == "Cấp giấy phép"

    def test_a_good_row_and_a_bad_row_of_one_code(self, tmp_path):
        lines = run(csv_list([1, "1.000001", "Một", "", ""], [2, "1.000001", "", "", ""]), tmp_path)

        assert lines[-1] == "created=1 updated=0 unchanged=0 refused=1"
        assert lines[1] == "refused\tdòng 3\t1.000001\t (không có tên)"
