"""Formats of the editors' library: active, hidden or remote content is refused; ordinary files are accepted."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.foreign_files import child
from core.foreign_files.library import check_library_file
from core.foreign_files.reasons import Refused
from core.foreign_files.zip_files import OLE
from tests.core.foreign_files.test_active_content import ELSEWHERE, action, pdf
from tests.core.foreign_files.test_inspection import archive, image

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


def rtf(inner: bytes) -> bytes:
    return b"{\\rtf1\\ansi\\ansicpg1258\\deff0{\\fonttbl{\\f0 Arial;}}\\pard " + inner + b"\\par}"


def field(code: bytes) -> bytes:
    return rtf(b"{\\field{\\*\\fldinst " + code + b"}{\\fldrslt x}}")


def odf(kind: str = "text", content: bytes = b"<office:document-content/>", **parts: bytes) -> bytes:
    """Return an OpenDocument file; names of ``parts`` with ``__`` for a slash and ``_xml`` for the ending."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", OFFICE + kind, zipfile.ZIP_STORED)
        for name, data in {"content.xml": content, "META-INF/manifest.xml": b"<m/>", **parts}.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


def packed(entries: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return out.getvalue()


class TestRtf:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (rtf(b"{\\object\\objemb{\\*\\objdata 0105}}"), OBJECT),
            (rtf(b"{\\object\\objautlink\\objupdate}"), OBJECT),
            (rtf(b"{\\*\\OBJDATA 0105}"), OBJECT),
            (rtf(b"{\\pict\\bin4 }}}}}"), OBJECT),
            (rtf(b"{\\*\\datastore 0105000002000000d0cf11e0}"), OBJECT),
            (rtf(b"{\\*\\template http://203.0.113.9/a.dotm}"), ELSEWHERE),
            (rtf(b"{\\*\\mailmerge{\\*\\mmconnectstr x}}"), ELSEWHERE),
            (rtf(b"{\\*\\filetbl{\\file\\fid1 a.doc}}"), ELSEWHERE),
            (field(b'DDEAUTO c:\\\\windows\\\\cmd.exe "/c calc"'), ELSEWHERE),
            (field(b"{D}{DE}{\\b AUTO x y}"), ELSEWHERE),
            (field(b"\\'44DE cmd x"), ELSEWHERE),
            (field(b"\\u68?DE cmd x"), ELSEWHERE),
            (field(b"{\\*\\bkmkstart PAGE }INCLUDETEXT http://203.0.113.9/a"), ELSEWHERE),
            (field(b"INCLUDEPICTURE http://203.0.113.9/a.png"), ELSEWHERE),
            (field(b'HYPERLINK "file://203.0.113.9/s"'), ELSEWHERE),
            (field(b'HYPERLINK "fi\\u108?e://203.0.113.9/s"'), ELSEWHERE),
            (field(b"{\\field{\\*\\fldinst QUOTE 68}{\\fldrslt D}}DE cmd"), ELSEWHERE),
            (rtf(b"{\\fldinst DDE cmd x}"), ELSEWHERE),
            (rtf(b"{\\*\\fldinst DDE cmd x\\fldrslt PAGE}"), DAMAGED),
            (rtf(b"{\\sp{\\sn pibName}{\\sv http://203.0.113.9/a.png}}"), ELSEWHERE),
            (rtf(b"{\\sp{\\sn pihlShape}{\\sv {\\*\\hl{\\hlsrc \\\\\\\\203.0.113.9\\\\s}}}}"), ELSEWHERE),
            (rtf(b"{\\*\\somethingnew x}"), PART),
            (rtf(b"") + b"{\\object}", DAMAGED),
            (rtf(b"")[:-1], DAMAGED),
            (rtf(b"{" * 600 + b"}" * 600), "quá phức tạp"),
            (b"{\\rtx1 }", OTHER_KIND),
            (b"<html>", OTHER_KIND),
        ],
    )  # fmt: skip
    def test_active_or_hidden_content_is_refused(self, data: bytes, reason: str) -> None:
        refused("a.rtf", data, reason)

    @pytest.mark.parametrize(
        "data",
        [
            rtf(b"C\\'e0 Mau \\u273? \\{a\\} http://example.vn {\\*\\bkmkstart a}{\\*\\bkmkend a}"),
            rtf(b"{\\*\\generator Riched20 10.0}{\\*\\themedata 504b}{\\*\\listtable}{\\mmathPr}"),
            rtf(b"{\\*\\datastore 0105000002000000180000004d73786d6c322e534158584d4c5265616465722e362e30}"),
            rtf(b"{\\pict\\pngblip\\picw8\\pich8 89504e47\r\n0d0a}"),
            rtf(b"{\\shp{\\*\\shpinst{\\sp{\\sn wzDescription}{\\sv Logo: huy hi\\'ea}}}}"),
            field(b" PAGE "),
            field(b' TOC \\\\o "1-3" \\\\h '),
            field(b'HYPERLINK "https://example.vn/"'),
            field(b"IF {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}} = 1 a b"),
            field(b"FORMTEXT {\\*\\datafield 65}{\\*\\formfield{\\fftype0}}"),
            rtf(b"") + b"\r\n\0",
        ],
    )
    def test_ordinary_text_is_accepted(self, data: bytes) -> None:
        check("a.rtf", data)


LISTENER = b'<a><script:event-listener script:event-name="dom:load" xlink:href="%s"/></a>'


class TestOpenDocument:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (odf(Basic__Standard__Module1_xml=b"<m/>"), MACRO),
            (odf(**{"Scripts/python/a.py": b"print()"}), MACRO),
            (odf(content=b"<a><text:script script:language='JavaScript'>x</text:script></a>"), MACRO),
            (odf(content=LISTENER % b"vnd.sun.star.script:a.b?language=Basic"), MACRO),
            (odf(content=b'<a><p:event-listener presentation:action="execute"/></a>'), MACRO),
            (odf(content=b'<a><c table:macro-name="x"/></a>'), MACRO),
            (odf(content=b'<a><text:dde-connection-decl office:dde-application="cmd"/></a>'), ELSEWHERE),
            (odf(content=b'<a><office:dde-source office:dde-topic="x"/></a>'), ELSEWHERE),
            (odf("spreadsheet", b'<a><c table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c&quot;)"/></a>'), ELSEWHERE),
            (odf("spreadsheet", b'<a><c table:formula="of:=WEBSERVICE([.A1])"/></a>'), ELSEWHERE),
            (odf("spreadsheet", b"<a><c table:formula=\"of:=['file:///c:/a.ods'#$A.A1]\"/></a>"), ELSEWHERE),
            (odf("spreadsheet", b'<a><x y="of:=cmd|\'/c calc\'!A1"/></a>'), ELSEWHERE),
            (odf(content=b'<a><text:section-source xlink:href="http://x.example/a.odt"/></a>'), ELSEWHERE),
            (odf(content=b'<a><draw:image xlink:href="http://x.example/a.png"/></a>'), ELSEWHERE),
            (odf(content=b'<a><draw:object xlink:href="../b.odt"/></a>'), ELSEWHERE),
            (odf(content=b'<a><text:a xlink:href="file://203.0.113.9/s"/></a>'), ELSEWHERE),
            (odf(content=b'<a><text:a xlink:href="%2euno:Open"/></a>'), ELSEWHERE),
            (odf(content=b'<a><meta:template xlink:href="http://x.example/a.ott"/></a>'), ELSEWHERE),
            (odf(content=b"<!DOCTYPE a><a/>"), ELSEWHERE),
            (odf(content=b"<a><draw:object-ole/></a>"), OBJECT),
            (odf(content=b"<a><draw:plugin/></a>"), OBJECT),
            (odf(**{"Object 1": OLE + bytes(99)}), OBJECT),
            (odf(**{"Pictures/a.png": b"MZ" + bytes(99)}), OBJECT),
            (odf(**{"Pictures/a.svg": b'<svg onload="x"/>'}), OBJECT),
            (odf(**{"Pictures/a.bin": b"x"}), PART),
            (odf(**{"META-INF/other.xml": b"<a/>"}), PART),
            (odf(styles_xml=b"<m:encryption-data/>"), LOCKED),
            (odf(styles_xml=b"<a"), DAMAGED),
            (odf(styles_xml='<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037")), DAMAGED),
            (odf(styles_xml=b"<a>" + bytes(3 * 1024 * 1024) + b"</a>"), BLOATED),
            (odf() + b"x", DAMAGED),
            (odf("spreadsheet-template"), OTHER_KIND),
            (archive(), OTHER_KIND),
        ],
    )  # fmt: skip
    def test_active_or_remote_content_is_refused(self, data: bytes, reason: str) -> None:
        name = "a.ods" if b"opendocument.spreadsheet" in data else "a.odt"
        refused(name, data, reason)

    @pytest.mark.parametrize(
        ("ending", "kind"), [("odt", "text"), ("ods", "spreadsheet"), ("odp", "presentation")]
    )
    def test_ordinary_file_is_accepted(self, ending: str, kind: str) -> None:
        content = (
            b'<a><office:scripts/><text:a xlink:href="https://example.vn"/><draw:image xlink:href="Pictures/a.png"/>'
            b'<c table:formula="of:=SUM([.A1:.A2])"/><p:event-listener presentation:action="next-page"/>'
            b'<c table:formula="of:=HYPERLINK(&quot;https://example.vn&quot;;&quot;x&quot;)"/>'
            b'<draw:object xlink:href="./Object 1"/><draw:frame draw:name="Image (1)"/></a>'
        )
        parts = {
            "Pictures/a.png": image("PNG"), "Thumbnails/thumbnail.png": image("PNG"), "settings.xml": b"<a/>",
            "Object 1/content.xml": b"<a/>", "ObjectReplacements/Object 1": b"VCLMTF", "manifest.rdf": b"<a/>",
            "Configurations2/accelerator/current.xml": b"", "Configurations2/images/Bitmaps/": b"",
            "meta.xml": b'<a><meta:template xlink:href="../mau.ott"/></a>', "layout-cache": b"\1",
        }  # fmt: skip
        check(f"a.{ending}", odf(kind, content, **parts))


class TestTables:
    @pytest.mark.parametrize(
        "cell",
        [
            "=cmd|'/c calc'!A1", "=1+1", '"=1+1"', " =1+1", "\t=1+1", "\r=1+1", "＝1+1", "+cmd|'/c calc'!A1",
            "-2+3+cmd|'/c calc'!A1", "@SUM(1)*cmd|'/c'!A1", '+HYPERLINK("http://x.example")', "-WEBSERVICE (A1)",
            "\"-(1,\ncmd|'/c calc'!A1)\"", '="a"&cmd|x!y',
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_formula_is_refused(self, cell: str, delimiter: str) -> None:
        refused("a.csv", f"Tên{delimiter}Số\r\nAn{delimiter}{cell}\r\n".encode(), FORMULA)

    def test_formula_is_named_in_the_message(self) -> None:
        assert "“=1+1”" in refused("a.csv", b"a;=1+1", FORMULA)

    def test_table_that_excel_reads_as_another_format_is_refused(self) -> None:
        refused("a.csv", b"ID;PWXL;N;E\r\nO;E\r\nNN;NAuto_open;ER1C1\r\n", OTHER_KIND)

    @pytest.mark.parametrize(
        "text",
        [
            "Tên;Số\nAn;-12,5\nBình;+84 292 3812 345\nChi;+84(292)3812345\n", "a,-1e5,- đường bộ (xem mục 2)\n",
            "x,@uyban,-\n", '="0292",=""0292""\n', "ID;Phường\n1;Cà Mau\n", "a=b;a@example.vn;a|b!\n", "",
            "a;--\n", "STT;Ghi chú\n1;-Nộp qua bưu chính\n",
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
            (_entry("a.txt", 0o120777), PATH),
            (_locked(), LOCKED),
            (packed({"a.txt": bytes(3 * 1024 * 1024).replace(b"\0", b" ")}), BLOATED),
            (packed({f"{number}.txt": b"" for number in range(2001)}), BLOATED),
            (packed({"a.txt": b"x"}) + b"x", DAMAGED),
            (b"MZ" + packed({"a.txt": b"x"}), DAMAGED),
            (packed({"a.pdf": b"MZ"}), "a.pdf"),
            (packed({"b/a.pdf": pdf(action(S="/JavaScript", JS="x"))}), "a.pdf.*chương trình"),
            (packed({"a.docx": archive({"word/vbaProject.bin": b"x"})}), MACRO),
            (packed({"a.rtf": rtf(b"{\\object}")}), OBJECT),
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
            "mau/": b"", "mau/đơn.pdf": pdf(), "mau/đơn.docx": archive(), "mau/đơn.rtf": rtf(b"x"),
            "a.png": image("PNG"), "a.odt": odf(), "a.csv": b"a;-1", "a.doc": OLE + bytes(600), "đọc.txt": b"x",
        }  # fmt: skip
        check("a.zip", packed(entries))


def old_office(*names: str) -> bytes:
    entries = b""
    for name in names:
        text = (name + "\0").encode("utf-16-le")
        entries += text.ljust(64, b"\0") + struct.pack("<H", len(text)) + bytes(62)
    return OLE + bytes(504) + entries


class TestOldOffice:
    @pytest.mark.parametrize(
        ("names", "reason"),
        [
            (["Root Entry", "Macros", "VBA"], MACRO),
            (["_VBA_PROJECT_CUR"], MACRO),
            (["\x01Ole10Native"], OBJECT),
            (["EncryptedPackage"], LOCKED),
        ],
    )
    def test_macros_objects_and_passwords_are_refused(self, names: list[str], reason: str) -> None:
        for name in ("a.doc", "a.xls", "a.ppt"):
            refused(name, old_office(*names), reason)

    def test_ordinary_file_is_accepted(self) -> None:
        check("a.doc", old_office("Root Entry", "WordDocument", "ObjectPool", "\x05SummaryInformation"))
        refused("a.doc", archive(), OTHER_KIND)


SAMPLES = {
    "rtf": field(b'HYPERLINK "https://example.vn/"'),
    "odt": odf(content=b'<a><text:a xlink:href="https://example.vn"/></a>'),
    "csv": "Tên;Số\n\"An\";-12,5\n".encode(),
    "txt": b"x",
    "zip": packed({"a.txt": b"x", "a.csv": b"a;b", "a.rtf": rtf(b"x")}),
    "old office": old_office("Root Entry", "WordDocument"),
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
    inserted = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"{", b"}", b"\\u", b"\\", b'"', b"<", b"\\*"])
    )
    only_refused(kind, sample[:at] + inserted + sample[at + data.draw(st.integers(0, 20)) :])
    only_refused(kind, sample[:at])


@given(text=st.text("\\{}*u1 abfieldnst'\"-", max_size=80))
def test_no_rtf_breaks_its_reader(text: str) -> None:
    only_refused("rtf", b"{\\rtf1 " + text.encode() + b"}")


@given(xml=st.text("<>/a=\"'&:of;[]#|!()", max_size=80))
def test_no_opendocument_part_breaks_its_reader(xml: str) -> None:
    only_refused("ods", odf("spreadsheet", b"<a>" + xml.encode() + b"</a>"))
