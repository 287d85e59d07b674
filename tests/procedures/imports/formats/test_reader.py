"""Broken files: the message says what is wrong and where, nothing changes, memory use stays bounded."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from procedures.imports.formats.base import FileProblem
from procedures.imports.formats.reader import parse_file
from procedures.imports.plan import plan_import
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


def shared_strings(text):
    """A workbook whose texts are in a separate table, as written by Excel."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx([["a"]]))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
                data = data.replace(b"</Types>", part.encode())
            new.writestr(name, data)
        new.writestr("xl/sharedStrings.xml", text)
    return stream.getvalue()


STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;</t></si></sst>'


ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


LAUGHS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">{ENTITIES}]>{STRINGS.replace("&a;", "&j;")}'


FOREIGN = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{STRINGS}'


BROKEN = {
    "empty": (b"", "rỗng"),
    "blank": (b"  \n \n", "rỗng"),
    "wrong header": (b"a,b,c\n1,2,3\n", "dòng 1: không thấy dòng tiêu đề có “Mã TTHC” và “Tên TTHC”"),
    "no header at all": (b"\n".join(b"x,y" for _ in range(100)), "Mã TTHC"),
    "header without names": ("Mã TTHC,Lĩnh vực\n1.000001,Hộ tịch\n".encode(), "Tên TTHC"),
    "cp1252": (HEADER.encode() + b"1,1.000001,M\xe9t,H\n", "dòng 2: "),
    "windows-1258": (HEADER.encode() + "1,1.000001,Đất,H\n".encode("cp1258", "ignore"), "UTF-8"),
    "utf-16": ((HEADER + GOOD).encode("utf-16"), "UTF-16"),
    "utf-16 without a mark": ((HEADER + GOOD).encode("utf-16-le"), "dòng 1: "),
    "half a row": ((HEADER + GOOD + "2,1.000002").encode(), "dòng 3: dòng bị cụt: có 2 trong 4 cột"),
    "half a row behind a cell of two lines": (
        (HEADER + '1,1.000001,"Một\nthủ tục",Hộ tịch\n2,1.000002').encode(),
        "dòng 3: ",
    ),
    "open quotation mark": ((HEADER + GOOD + '2,1.000002,"Cấp giấy').encode(), "dòng 3: dấu ngoặc kép"),
    "words behind a quotation mark": ((HEADER + '1,1.000001,"Cấp" giấy,H\n').encode(), "dòng 2: "),
    "endless cell": ((HEADER + f"1,1.000001,{'x' * 40_000},H\n").encode(), "dòng 2: có ô dài hơn 32767"),
    "endless line": ((HEADER + "x" * 600_000).encode(), "dòng 2"),
    "null bytes": ((HEADER + "1,\0,a,b\n").encode(), "dòng 2"),
    "old excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls"),
    "no workbook": (b"PK\x03\x04" + b"\0" * 200, "hãy mở bằng Excel và lưu lại"),
    "workbook without header": (xlsx([["a", "b"], ["c", "d"]]), "Mã TTHC"),
    "workbook with half a part": (xlsx([["Mã TTHC", "Tên TTHC"]])[:-700], "Excel"),
    "zip bomb": (bomb(), "150 MB"),
    "entities that multiply": (shared_strings(LAUGHS), "Excel"),
    "entities that read our files": (shared_strings(FOREIGN), "Excel"),
    "json cut off": (b'[{"ma_thu_tuc": "1.000001", "ten_thu_tuc": "A"}', "bản ghi 1"),
    "json cut off inside": (b'[{"ma_thu_tuc": "1.000001"}, {"ma_thu', "bản ghi 2: đối tượng không được đóng"),
    "json with a fault": (b'[{"ma_thu_tuc": "1.000001", "ten" "A"}]', "lỗi ở gần “"),
    "json of something else": (b'[{"name": "x", "age": 3}]', "age, name"),
    "json list of numbers": (b"[1, 2, 3]", "bản ghi 1"),
    "json nested too deeply": (b'{"a":' * 100_000, "bản ghi 1"),
    "json number of 5,000 digits": (b'[{"ma_thu_tuc": ' + b"9" * 5_000 + b"}]", "quá nhiều chữ số"),
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
def test_fifty_megabytes_of_garbage_are_not_read_to_the_end(start, tmp_path):
    path = tmp_path / "rubbish"
    path.write_bytes(start + b"rubbish\xffrubbish " * (50 * 2**20 // 16))
    tracemalloc.start()

    with path.open("rb") as handle, pytest.raises(FileProblem):
        list(parse_file(handle))

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_missing_file_is_reported(tmp_path):
    with pytest.raises(CommandError, match="không có tệp này"):
        call_command("import_procedures", str(tmp_path / "khong-co.csv"))
    with pytest.raises(CommandError):
        call_command("import_procedures", str(tmp_path))


def read(text):
    return list(parse_file(io.BytesIO(text.encode() if isinstance(text, str) else text)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"core_code": "1.1"}, "core_code: “1.1” không phải"),
        ({"core_code": "1.000001.H12"}, "core_code: hãy viết là 1.000001"),
        ({"core_code": 1.000001}, "core_code: cần chữ, không phải số"),
        ({"core_code": "١.٠٠٠٠٠١"}, "core_code"),
        ({"title": ""}, "title: "),
        ({"title": ["Một"]}, "title: cần chữ, không phải danh sách"),
        ({"title": "Một\0"}, "title: có ký tự hỏng"),
        ({"title": "Một\ud800"}, "title: có ký tự hỏng"),
        ({"kind": "la"}, "kind: “la” không thuộc "),
        ({"levels": ["cap_thon"]}, "levels: “cap_thon” không thuộc "),
        ({"levels": "cap_xa"}, "levels: cần danh sách, không phải chữ"),
        ({"channels": [{"channel": "bo_cau"}]}, "bo_cau"),
        ({"channels": [{}]}, "channels[0]: thiếu channel"),
        (
            {"channels": [{"channel": "truc_tiep", "time_value": "ba"}]},
            "channels[0].time_value: cần số nguyên",
        ),
        ({"channels": [{"channel": "truc_tiep", "time_value": -1}]}, "channels.time_value: -1 không nằm"),
        ({"channels": [{"channel": "truc_tiep", "time_value": True}]}, "channels[0].time_value"),
        ({"channels": [{"channel": "truc_tiep", "fees": [{"amount": -1}]}]}, "channels.fees.amount: -1"),
        ({"channels": [{"channel": "truc_tiep", "fees": [{"amount": 10**15}]}]}, "channels.fees.amount"),
        (
            {"channels": [{"channel": "truc_tiep", "fees": [{"amount": "NaN"}]}]},
            "fees[0].amount: 'NaN' không phải là số",
        ),
        ({"channels": [{"channel": "truc_tiep", "fees": [{"amount": "x"}]}]}, "channels[0].fees[0].amount"),
        ({"level_2011": 5}, "level_2011: 5 không nằm trong khoảng 1 đến 4"),
        ({"cases": [{"documents": [{"kind": "nop"}]}]}, "cases[0].documents[0]: thiếu name"),
        ({"cases": {"documents": []}}, "cases: cần danh sách, không phải đối tượng"),
        (
            {"legal_bases": [{"number": "1", "date": "hôm qua"}]},
            "legal_bases[0].date: 'hôm qua' không phải là ngày",
        ),
        ({"colour": "green"}, "không biết khóa colour"),
        ({"flags": {"mot_cua": "có"}}, "flags.mot_cua: cần có hoặc không"),
    ],
)
def test_a_bad_record_is_refused_with_the_location_of_the_fault(change, said):
    rows = read(
        json.dumps(
            [{"core_code": "1.000001", "title": "Một", **change}, {"core_code": "1.000002", "title": "Hai"}]
        )
    )

    assert rows[0].record is None
    assert said in rows[0].reason
    assert rows[1].record is not None, "the others go on"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ma_thu_tuc": 1.000001}, "ma_thu_tuc: cần chữ, không phải số"),
        ({"ma_thu_tuc": "1.1"}, "1.1"),
        ({"ten_thu_tuc": ""}, "title"),
        ({"kenh_parsed": {}}, "kenh_parsed: cần danh sách, không phải đối tượng"),
        ({"kenh_parsed": [1]}, "kenh_parsed[0]: cần đối tượng, không phải số"),
        ({"kenh_parsed": [{"thoi_han": "3 Ngày"}]}, "hinh_thuc"),
        (
            {"kenh_parsed": [{"hinh_thuc": "Bồ câu", "thoi_han": "3 Ngày"}]},
            "“Bồ câu” không phải là hình thức nộp",
        ),
        ({"kenh_parsed": [{"hinh_thuc": "Trực tiếp", "thoi_han": 3}]}, "kenh_parsed[0].thoi_han: cần chữ"),
        ({"ket_qua_parsed": [["a"]]}, "ket_qua_parsed[0]: cần đối tượng, không phải danh sách"),
        ({"ca_mau": "x"}, "ca_mau: cần đối tượng, không phải chữ"),
        ({"trinh_tu_thuc_hien": ["Bước 1"]}, "trinh_tu_thuc_hien: cần chữ, không phải danh sách"),
    ],
)
def test_malformed_full_text_is_refused_with_its_path(change, said):
    rows = read(json.dumps([{"ma_thu_tuc": "1.000001", "ten_thu_tuc": "Một", **change}]))

    assert rows[0].record is None
    assert said in rows[0].reason


@pytest.mark.parametrize(
    "value",
    [{}, {"metadata": 1}, {"metadata": {}, "tables": []}, {"metadata": {}, "tables": {"hinh_thuc_nop": [3]}}],
)
def test_malformed_structured_record_is_refused(value):
    data = io.BytesIO(json.dumps([{"metadata": {"mã_thủ_tục": "1.000001"}} | value]).encode())

    (malformed,) = parse_file(data)
    assert malformed.record is None
    assert malformed.reason


def test_null_values_count_as_missing():
    (row,) = read(
        json.dumps(
            {
                "ma_thu_tuc": "1.000001",
                "ten_thu_tuc": "Một",
                "kenh_parsed": None,
                "ca_mau": None,
                "mo_ta": None,
            }
        )
    )

    assert (row.record.channels, row.record.summary) == ((), "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


KEYS = {
    "ma_thu_tuc": st.just("1.000001") | JSON,
    "ten_thu_tuc": st.just("Một") | JSON,
    "kenh_parsed": JSON,
    "ket_qua_parsed": JSON,
    "thanh_phan_ho_so": JSON,
    "can_cu_phap_ly": JSON,
    "trinh_tu_thuc_hien": JSON,
    "ca_mau": JSON,
}


@given(st.fixed_dictionaries({"ma_thu_tuc": KEYS.pop("ma_thu_tuc")}, optional=KEYS))
def test_any_json_is_read_or_refused_with_a_reason(data):
    try:
        rows = read(json.dumps([data]))
    except FileProblem:
        return
    (row,) = rows
    assert row.record or row.reason


def test_the_same_records_as_array_as_lines_and_with_a_byte_order_mark():
    records = [{"core_code": f"1.00000{n}", "title": "Một"} for n in range(3)]
    lines = "\n".join(map(json.dumps, records))

    for data in (json.dumps(records), lines, "\ufeff" + lines, json.dumps(records, indent=4)):
        assert [row.code for row in read(data)] == ["1.000000", "1.000001", "1.000002"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_files_of_every_spreadsheet_program_are_read(mark, end, bom, quote):
    cells = [
        ["DANH SÁCH", "", ""],
        ["STT", "Mã TTHC", "Tên TTHC"],
        ["1", "1.000001.H12", "“Cấp giấy, cấp phép; khác”"],
        ["2", "1.000002", '"Hai\ndòng"' if not quote else "Hai\ndòng"],
    ]

    def written(cell):
        return cell if '"' in cell or not (quote or set(",;") & set(cell)) else f'"{cell}"'

    lines = [mark.join(map(written, row)) for row in cells]

    one, two = read(bom + end.join(lines) + end)

    assert (one.record.local_code, one.record.title) == ("1.000001.H12", "“Cấp giấy, cấp phép; khác”")
    assert (two.row, two.record.title) == (4, "Hai dòng")


@pytest.mark.django_db
def test_rows_with_the_same_code_are_merged_and_reported(tmp_path):
    text = HEADER + "1,1.000001,CẤP GIẤY,Hộ tịch\n2,1.000002,Hai,H\n3,1.000001.H12,Cấp giấy,\n"
    plan = plan_import(parse_file(io.BytesIO(text.encode())))

    one, two = plan.report.rows
    assert plan.report.summary() == "created=2 updated=0 unchanged=0 refused=0"
    assert "dòng 4 cũng có mã này" in one.detail
    assert not two.detail
    merged = plan.changes[0].record
    assert (merged.title, merged.local_code, merged.field) == ("Cấp giấy", "1.000001.H12", "Hộ tịch")


def test_codes_stored_as_numbers_regain_their_zeros():
    one, two, three = read(
        xlsx([["Mã TTHC", "Tên TTHC"], [1.00011, "Một"], [2.000815, "Hai"], ["1.000110.H12", "Ba"]])
    )

    assert [row.code for row in (one, two, three)] == ["1.000110", "2.000815", "1.000110"]


def test_formulas_are_not_evaluated_and_links_not_opened():
    (row,) = read(
        xlsx([["Mã TTHC", "Tên TTHC"], ["1.000001", '=WEBSERVICE("http://example.com")'], ["", ""]])
    )

    assert row.record is None
    assert row.reason


def test_a_workbook_is_read_like_a_list():
    rows = read(
        xlsx([["DANH SÁCH"], ["Mã số", "Tên", "Lĩnh vực"], ["1.000001", "Một", "Hộ tịch (Bộ Tư pháp)"]])
    )

    assert (rows[0].record.field, rows[0].record.ministry) == ("Hộ tịch", "Bộ Tư pháp")
