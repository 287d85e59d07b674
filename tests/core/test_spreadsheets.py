"""CSV files for spreadsheet programs: in UTF-8 with a byte order mark, and no cell is read as a formula."""

from __future__ import annotations

import csv
import io

import pytest

from core.spreadsheets import csv_response, escape_formula


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_text_that_would_be_a_formula_is_escaped(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Cấp giấy phép - lần 2", "1.000894", "2026-11-30T08:00:00+07:00"])
def test_other_text_stays_unchanged(text: str) -> None:
    assert escape_formula(text) == text


def test_download_has_its_name_a_mark_and_every_cell() -> None:
    response = csv_response("danh-sach.csv", ("Mã", "=Tên"), iter([(1, "Đăng ký"), (None, "@x")]))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="danh-sach.csv"'
    text = response.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["Mã", "'=Tên"], ["1", "Đăng ký"], ["None", "'@x"]]
