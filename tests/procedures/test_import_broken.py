"""Broken files say what and where, quickly, and change nothing."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from procedures.importing import FileProblem, parse
from procedures.models import Procedure

HEADER = "STT,Mã TTHC,Tên TTHC,Lĩnh vực\n"
GOOD = "1,1.000001,Một thủ tục,Hộ tịch\n"


def xlsx(rows):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (150 * 2**20))
    return stream.getvalue()


BROKEN = {
    "empty": (b"", "rỗng"),
    "blank": (b"  \n \n", "rỗng"),
    "wrong header": (b"a,b,c\n1,2,3\n", "Mã TTHC"),
    "no header at all": (b"\n".join(b"x,y" for _ in range(100)), "Mã TTHC"),
    "windows encoding": (HEADER.encode() + b"1,1.000001,M\xe9t,H\n", "UTF-8"),
    "utf-16": ((HEADER + GOOD).encode("utf-16"), "UTF-16"),
    "half a row": ((HEADER + GOOD + "2,1.000002").encode(), "dòng 3"),
    "open quotation mark": ((HEADER + GOOD + '2,1.000002,"Cấp giấy').encode(), "CSV"),
    "endless line": ((HEADER + "x" * 600_000).encode(), "dòng 2"),
    "null bytes": ((HEADER + "1,\0,a,b\n").encode(), "dòng"),
    "old excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls"),
    "no workbook": (b"PK\x03\x04" + b"\0" * 200, "Excel"),
    "workbook without header": (xlsx([["a", "b"], ["c", "d"]]), "Mã TTHC"),
    "zip bomb": (bomb(), "150 MB"),
    "json cut off": (b'[{"ma_thu_tuc": "1.000001", "ten_thu_tuc": "A"}', "bản ghi 1"),
    "json cut off inside": (b'[{"ma_thu_tuc": "1.000001"}, {"ma_thu', "bản ghi 2"),
    "json of something else": (b'[{"name": "x", "age": 3}]', "age, name"),
    "json list of numbers": (b"[1, 2, 3]", "bản ghi 1"),
    "json nested too deeply": (b'{"a":' * 100_000, "bản ghi 1"),
    "json in another encoding": (b'{"ma_thu_tuc": "1.000001", "ten": "\xff\xfe"}', "UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.django_db
def test_a_broken_file_says_what_is_wrong_and_changes_nothing(name, tmp_path):
    data, said = BROKEN[name]
    path = tmp_path / "tep"
    path.write_bytes(data)

    with pytest.raises(CommandError) as error:
        call_command("import_procedures", str(path), stdout=io.StringIO(), stderr=io.StringIO())

    assert said in str(error.value)
    assert not Procedure.objects.exists()


@pytest.mark.parametrize("start", [b"", b"[", b'{"ma_thu_tuc": "', (HEADER + GOOD).encode(), b"PK"])
def test_fifty_megabytes_of_rubbish_cost_little_time_and_memory(start, tmp_path):
    path = tmp_path / "rubbish"
    path.write_bytes(start + b"rubbish\xffrubbish " * (50 * 2**20 // 16))
    tracemalloc.start()
    began = time.perf_counter()

    with path.open("rb") as handle, pytest.raises(FileProblem):
        list(parse(handle))

    seconds, (_now, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 10
    assert peak < 40 * 2**20


def read(text):
    return list(parse(io.BytesIO(text.encode() if isinstance(text, str) else text)))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,,Không có mã,Hộ tịch", "không có mã"),
        ("1,1.00,Mã cụt,Hộ tịch", "1.00"),
        ("1,1.000002,,Hộ tịch", "không có tên"),
        ("1,ABC,Chữ,Hộ tịch", "ABC"),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_the_others_go_on(row, reason):
    rows = read(f"{HEADER}{row}\n{GOOD}")

    assert rows[0].row == 2
    assert reason in rows[0].reason
    assert rows[1].record.core_code == "1.000001"


def test_a_continuation_without_anything_above_is_refused():
    rows = read("Mã TTHC,Tên TTHC,Tên File\n,,a.docx\n1.000001,Một,b.docx\n")

    assert rows[0].reason
    assert [t.name for t in rows[1].record.papers()[0].templates] == ["b.docx"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"core_code": "1.1"}, "core_code"),
        ({"title": ""}, "title"),
        ({"kind": "la"}, "kind"),
        ({"levels": ["cap_thon"]}, "cap_thon"),
        ({"levels": "cap_xa"}, "levels: a list"),
        ({"channels": [{"channel": "bo_cau"}]}, "bo_cau"),
        ({"channels": [{"channel": "truc_tiep", "time_value": "ba"}]}, "channels[0].time_value"),
        ({"cases": [{"papers": [{"kind": "nop"}]}]}, "name"),
        ({"legal_bases": [{"number": "1", "date": "hôm qua"}]}, "legal_bases[0].date"),
        ({"colour": "green"}, "unknown key colour"),
        ({"flags": {"mot_cua": "có"}}, "flags.mot_cua"),
    ],
)
def test_a_bad_record_is_refused_with_the_place_of_the_fault(change, said):
    rows = read(json.dumps([{"core_code": "1.000001", "title": "Một", **change}]))

    assert rows[0].record is None
    assert said in rows[0].reason


def test_the_same_records_as_array_as_lines_and_with_a_byte_order_mark():
    records = [{"core_code": f"1.00000{n}", "title": "Một"} for n in range(3)]
    lines = "\n".join(map(json.dumps, records))

    for data in (json.dumps(records), lines, "\ufeff" + lines, json.dumps(records, indent=4)):
        assert [row.code for row in read(data)] == ["1.000000", "1.000001", "1.000002"]


def test_semicolons_of_a_vietnamese_excel_and_title_lines_are_understood():
    text = "DANH SÁCH\n;;\nSTT;Mã TTHC;Tên TTHC\n1;1.000001.H12;Cấp giấy, cấp phép\n"

    (row,) = read(text)
    assert (row.record.local_code, row.record.title) == ("1.000001.H12", "Cấp giấy, cấp phép")


def test_a_workbook_is_read_like_a_list():
    rows = read(
        xlsx([["DANH SÁCH"], ["Mã số", "Tên", "Lĩnh vực"], ["1.000001", "Một", "Hộ tịch (Bộ Tư pháp)"]])
    )

    assert (rows[0].record.field, rows[0].record.ministry) == ("Hộ tịch", "Bộ Tư pháp")
