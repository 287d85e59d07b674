"""Formats of the editors' library: active, hidden or remote content is refused; ordinary files are accepted."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.foreign_files import child
from core.foreign_files.library import check_library_file
from core.foreign_files.reasons import Refused
from tests.core.foreign_files.test_active_content import action, pdf
from tests.core.foreign_files.test_inspection import archive, image
from tests.support.word_files import word_file

MACRO, OBJECT, PART = "macro", "đối tượng nhúng", "mà văn bản thông thường không có"
OTHER_KIND, DAMAGED, LOCKED, BLOATED = "không đúng như tên", "hỏng", "mật khẩu", "lớn bất thường"
FORMULA, ENTRY, PATH = "là công thức", "Trong tệp nén có", "dẫn ra ngoài hoặc bị trùng"
OFFICE = "application/vnd.oasis.opendocument."


def check(name: str, data: bytes) -> None:
    check_library_file(io.BytesIO(data), name=name, size=len(data))


def refused(name: str, data: bytes, reason: str) -> str:
    with pytest.raises(InvalidInput, match=reason) as caught:
        check(name, data)
    return caught.value.message


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = {
    "draw": "drawing", "presentation": "presentation", "anim": "animation", "text": "text", "table": "table",
    "form": "form", "meta": "meta", "manifest": "manifest", "script": "script", "style": "style",
    "chart": "chart", "office": "office",
}  # fmt: skip
_SPACES = " ".join(f'xmlns:{prefix}="{_ODF}{name}:1.0"' for prefix, name in _NAMES.items())
_SPACES += (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xforms="http://www.w3.org/2002/xforms"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'
)


def odf_part(content: bytes) -> bytes:
    return b"<office:document-content %s>%s</office:document-content>" % (_SPACES.encode(), content)


def odf(kind: str = "text", content: bytes = b"", **parts: bytes) -> bytes:
    """Return an OpenDocument file; names of ``parts`` with ``__`` for a slash and ``_xml`` for the ending."""
    out = io.BytesIO()
    manifest = b'<a:manifest xmlns:a="' + _ODF.encode() + b'manifest:1.0"/>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", OFFICE + kind, zipfile.ZIP_STORED)
        for name, data in {
            "content.xml": odf_part(content),
            "META-INF/manifest.xml": manifest,
            **parts,
        }.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


def packed(entries: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return out.getvalue()


class TestTables:
    @pytest.mark.parametrize(
        "cell",
        [
            "=cmd|'/c calc'!A1", "=1+1", '"=1+1"', " =1+1", "\t=1+1", "\r=1+1", "＝1+1", "+cmd|'/c calc'!A1",
            "-2+3+cmd|'/c calc'!A1", "@SUM(1)*cmd|'/c'!A1", '+HYPERLINK("http://x.example")', "-WEBSERVICE (A1)",
            "\"-(1,\ncmd|'/c calc'!A1)\"", '="a"&cmd|x!y', "+'\\\\203.0.113.9\\s\\[x.xlsx]S'!A1", "-[x.xlsx]S!A1",
            "-Sheet1!A1", "+'http://203.0.113.9/x.ods'#$S.A1", "@NEW.FUNCTION($A1)", "-F(1*A1)", "-F(\"x\")",
            "-a 'b\\c'! A1", "+WEBSERVICE(A:A)", "-webservice( $A : $B )", "+WEBSERVICE(1:1)", "+WEBSERVICE(7:30)",
            "@_xlfn.WEBSERVICE(CONCAT(CHAR(104),CHAR(116)))", "+IMPORTDATA(CHAR(104))", "+WEBSERVICE(@A1)", "+F(R2)",
            "+F(2:3)", "+F(107:130)", "+F(a:b)", "+F(CHAR(104))", "+SUM(WEBSERVICE(A1#))", "-F(1*C3)", "+F(1:1 1)",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_formula_is_refused(self, cell: str, delimiter: str) -> None:
        refused("a.csv", f"Tên{delimiter}Số\r\nAn{delimiter}{cell}\r\n".encode(), FORMULA)

    def test_formula_behind_a_quotation_mark_that_only_some_programs_heed_is_refused(self) -> None:
        refused("a.csv", b'"a;=1+1\n', FORMULA)

    def test_formula_is_named_in_the_message(self) -> None:
        assert "“=1+1”" in refused("a.csv", b"a;=1+1", FORMULA)

    @pytest.mark.parametrize(
        "text",
        [
            b"ID;PWXL;N;E\r\nO;E\r\nNN;NAuto_open;ER1C1\r\n", b"\r\n id;p\r\n\r\n C;X1;EEXEC(1)\r\nE\r\n",
            b"\xef\xbb\xbfID;PX\n\n E\n", b'"ID;P"\nB;Y1;X1\n',
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["a.csv", "a.txt"])
    def test_table_that_excel_reads_as_another_format_is_refused(self, name: str, text: bytes) -> None:
        refused(name, text, OTHER_KIND)

    @pytest.mark.parametrize("text", ["sep=|\r\na|=1", "sep= \r\na", "\ufeffSEP = x\na", '"sep=:"\na'])
    def test_delimiter_of_the_file_itself_is_refused(self, text: str) -> None:
        refused("a.csv", text.encode(), "(?i)sep.*" + PART)

    def test_formula_behind_an_ordinary_delimiter_of_the_file_is_refused(self) -> None:
        refused("a.csv", b"sep=;\r\na;=1+1", FORMULA)

    @pytest.mark.parametrize(
        "text",
        [
            "Tên;Số\nAn;-12,5\nBình;+84 292 3812 345\nChi;+84(292)3812345\n", "a,-1e5,- đường bộ (xem mục 2)\n",
            "x,@uyban,-\n", '="0292",=""0292""\n', '"=""0292""";x\n',
            "ID;Phường\n1;Cà Mau\n", "a=b;a@example.vn;a|b!\n", "",
            "a;--\n", "STT;Ghi chú\n1;-Nộp qua bưu chính\n", "sep=;\r\na;-1\n", 'sep=,\na,"b"\n', "sep=\t\na\tb\n",
            '"- Công ty ""ABC""";x\n', "- Khổ giấy A4;- Mục [2] và số #5\n", "'=1+1;a\n", "-1;Xem (nếu có)!\n",
            "- Giấy (khổ A4), bản sao (2 bản) & 'ảnh'\n", "- Sáng thu (7:30 - 11:30)\n", "- Image (jpg; png)\n",
            "+ Call (0292) 3812 345\n", "- ban sao (ban chinh (goc))\n", "- theo mau (1)\n",
        ],
    )  # fmt: skip
    def test_numbers_telephones_and_texts_are_accepted(self, text: str) -> None:
        check("a.csv", b"\xef\xbb\xbf" + text.encode())
        check("a.csv", text.encode("cp1258", "replace"))

    def test_the_limit_of_cells_of_the_process_is_only_raised(self) -> None:
        before = csv.field_size_limit(100_000)
        try:
            check("a.csv", "Tên;Số\r\nAn;1\r\n".encode())
            assert csv.field_size_limit() == 100_000
        finally:
            csv.field_size_limit(before)

    @pytest.mark.parametrize("name", ["a.csv", "a.txt"])
    @pytest.mark.parametrize("data", [b"a\0b", b"\xef\xbb\xbf \n<script>"])
    def test_what_is_not_text_is_refused(self, name: str, data: bytes) -> None:
        refused(name, data, OTHER_KIND)


def _entry(name: str, mode: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        file.writestr(info, b"/etc/passwd")
    return out.getvalue()


def _locked() -> bytes:
    data = bytearray(packed({"a.txt": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _folder_with_content() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.txt", b"x")
        file.writestr("b.txt", b"MZ")
    return out.getvalue().replace(b"b.txt", b"btxt/")


class TestArchives:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (packed({"a.exe": b"MZ"}), ENTRY),
            (packed({"a.pdf.exe": pdf()}), ENTRY),
            (packed({"a.js": b"x"}), ENTRY),
            (packed({"a.html": b"x"}), ENTRY),
            (packed({"a": b"x"}), ENTRY),
            (packed({"b.zip": packed({"a.txt": b"x"})}), ENTRY),
            (packed({"b.docm": archive()}), ENTRY),
            (packed({"a.txt": b"x"}, zipfile.ZIP_BZIP2), ENTRY),
            (packed({"../a.txt": b"x"}), PATH),
            (packed({"a/../../b.txt": b"x"}), PATH),
            (packed({"/a.txt": b"x"}), PATH),
            (packed({"C:\\a.txt": b"x"}), PATH),
            (packed({"a\\b.txt": b"x"}), PATH),
            (packed({"a\u202etxt.pdf": pdf()}), PATH),
            (packed({"a.txt": b"x", "A.TXT": b"y"}), PATH),
            (packed({"caf\u00e9.txt": b"x", "cafe\u0301.txt": b"y"}), PATH),
            (packed({"a.txt": b"x", "a.txt/b.txt": b"y"}), PATH),
            (packed({"A.txt/b.txt": b"x", "a.txt": b"y"}), PATH),
            (packed({"b/a.txt": b"x", "B/c.txt": b"y"}), PATH),
            (packed({"b./a.txt": b"x"}), PATH),
            (packed({"b /a.txt": b"x"}), PATH),
            (packed({"a.txt ": b"x"}), PATH),
            (packed({"a.txt": b"x"}).replace(b"a.txt", b"a\0txt"), PATH),
            (_folder_with_content(), ENTRY),
            (_entry("a.txt", 0o120777), PATH),
            (_locked(), LOCKED),
            (packed({"a.txt": bytes(3 * 1024 * 1024).replace(b"\0", b" ")}), BLOATED),
            (packed({f"{number}.txt": b"" for number in range(2001)}), BLOATED),
            (packed({"a.txt": b"x"}) + b"x", DAMAGED),
            (b"MZ" + packed({"a.txt": b"x"}), DAMAGED),
            (packed({"a.pdf": b"MZ"}), "a.pdf"),
            (packed({"b/a.pdf": pdf(action(S="/JavaScript", JS="x"))}), "a.pdf.*chương trình"),
            (packed({"a.docx": archive({"word/vbaProject.bin": b"x"})}), MACRO),
            (packed({"a.csv": b"=1+1"}), FORMULA),
            (packed({"a.png": b"x"}), DAMAGED),
        ],
    )
    def test_what_is_not_a_document_or_leads_outside_is_refused(self, data: bytes, reason: str) -> None:
        refused("a.zip", data, reason)

    def test_message_names_the_archive_the_file_and_the_reason(self) -> None:
        message = refused("mau.zip", packed({"b/bang.csv": b"=1+1"}), FORMULA)
        assert message.startswith("“mau.zip” → “bang.csv”: ")

    def test_documents_and_pictures_are_accepted(self) -> None:
        entries = {
            "mau/": b"", "mau/đơn.pdf": pdf(), "mau/đơn.docx": archive(), "a.png": image("PNG"), "a.odt": odf(),
            "a.csv": b"a;-1", "a.doc": word_file(), "đọc.txt": b"x",
        }  # fmt: skip
        check("a.zip", packed(entries))


SAMPLES = {
    "odt": odf(content=b'<text:a xlink:href="https://example.vn"/>'),
    "csv": "Tên;Số\n\"An\";-12,5\n".encode(),
    "txt": b"x",
    "zip": packed({"a.txt": b"x", "a.csv": b"a;b"}),
    "doc": word_file('\x13 HYPERLINK "https://example.vn/" \x14x\x15'),
}  # fmt: skip


def only_refused(kind: str, data: bytes) -> None:
    try:
        child.check(io.BytesIO(data), kind, 1_000_000)
    except Refused:
        return


@pytest.mark.parametrize("kind", SAMPLES)
@given(data=st.data())
def test_no_input_breaks_a_reader(kind: str, data: Any) -> None:
    sample = SAMPLES[kind]
    only_refused(kind, data.draw(st.binary(max_size=300)))
    at = data.draw(st.integers(0, len(sample)))
    inserted = data.draw(st.binary(max_size=20) | st.sampled_from([b"\\", b'"', b"<", b"\x13"]))
    only_refused(kind, sample[:at] + inserted + sample[at + data.draw(st.integers(0, 20)) :])
    only_refused(kind, sample[:at])


@given(data=st.data())
def test_no_number_in_a_word_file_breaks_its_reader(data: Any) -> None:
    changed = bytearray(SAMPLES["doc"])
    for at in data.draw(st.lists(st.integers(0, len(changed) - 1), max_size=5)):
        changed[at] = data.draw(st.integers(0, 255))
    only_refused("doc", bytes(changed))


@given(text=st.text("+-@=!|#'\"[]()A1a $;,\\/", max_size=40))
def test_no_cell_breaks_the_reader_of_tables(text: str) -> None:
    only_refused("csv", text.encode())


@given(xml=st.text("<>/a=\"'&:of;[]#|!()", max_size=80))
def test_no_opendocument_part_breaks_its_reader(xml: str) -> None:
    only_refused("ods", odf("spreadsheet", xml.encode()))
