"""Active parts of documents: refused with a reason; ordinary documents are accepted; no input breaks the reader."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, PngImagePlugin

from core.errors import InvalidInput
from tests.core.foreign_files.test_inspection import archive, image, inspect_bytes

ELSEWHERE = "tệp khác hoặc địa chỉ"
ACTIVE_PDF = "chương trình, mã lệnh hoặc tệp khác"
RELATION = '<Relationship Id="r1" Type="{type}" Target="{target}"{mode}/>'
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def pdf(change: Any = None, **options: Any) -> bytes:
    """Return a PDF of one page, with ``change`` made to it."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    if change:
        change(document)
    document.save(out, **options)
    return out.getvalue()


def action(**values: Any) -> Any:
    """Return a change that opens the document with an action."""
    return lambda document: document.Root.__setitem__("/OpenAction", Dictionary(**values))


def _attach(document: pikepdf.Pdf) -> None:
    document.attachments["a.exe"] = pikepdf.AttachedFileSpec(document, b"MZ", filename="a.exe")


def _annotate(document: pikepdf.Pdf) -> None:
    inner = Dictionary(A=Dictionary(S=Name.Launch, F=String("cmd.exe")), Subtype=Name.Link)
    document.pages[0].Annots = Array([document.make_indirect(inner)])


def _xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(b"<script>app.alert(1)</script>"))


def _stream_elsewhere(document: pikepdf.Pdf) -> None:
    document.pages[0].Contents = document.make_stream(b"", F=String("http://x.example/a"))


def _script_by_name(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), Dictionary(S=Name.JavaScript)]))
    )


def _three_dimensions(document: pikepdf.Pdf) -> None:
    script = document.make_stream(b"runtime.x")
    model = document.make_stream(b"", Type=Name("/3D"), Subtype=Name.U3D, OnInstantiate=script)
    document.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name("/3D"), **{"3DD": model})])


def _base_address(document: pikepdf.Pdf) -> None:
    document.Root.URI = Dictionary(Base=String("file://203.0.113.9/s/"))


def _link(document: pikepdf.Pdf, address: str = "https://example.vn") -> None:
    link = Dictionary(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String(address)))
    document.pages[0].Annots = Array([document.make_indirect(link)])


def _encoded_share(document: pikepdf.Pdf) -> None:
    _link(document, "%5C%5C203.0.113.9%5Cs")


def _page_opens_address(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://example.vn")))


def _empty_names(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(
        EmbeddedFiles=Dictionary(Names=Array([])), JavaScript=Dictionary(Names=Array([]))
    )


@pytest.mark.parametrize(
    "change",
    [
        _three_dimensions,
        _base_address,
        _encoded_share,
        _page_opens_address,
        action(S=Name.URI, URI=String("https://example.vn")),
        action(S=Name.GoTo, Next=Dictionary(S=Name.URI, URI=String("https://example.vn"))),
        action(S=Name.JavaScript, JS=String("app.alert(1)")),
        action(S=Name.Launch, F=String("calc.exe")),
        action(S=Name.SubmitForm),
        action(S=Name.Sound),
        action(S=Name.Movie),
        action(S=Name.GoTo3DView),
        action(S=Name.URI, Next=Array([Dictionary(S=Name.GoToE)])),
        action(S=Name.GoToR, F=String("\\\\host\\share\\a.pdf")),
        action(S=Name.URI, URI=String("file://host/share")),
        action(S=Name.URI, URI=String("\\\\host\\share")),
        _xfa,
        _stream_elsewhere,
        _annotate,
        _attach,
        _script_by_name,
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_active_pdf_is_refused_even_in_packed_objects(change: Any, packed: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    with pytest.raises(InvalidInput, match=ACTIVE_PDF):
        inspect_bytes("don.pdf", pdf(change, object_stream_mode=mode))


def test_active_part_of_a_damaged_pdf_is_found_in_its_text() -> None:
    for name in (b"/JavaScript", b"/J#61vaScript", b"/Launch"):
        with pytest.raises(InvalidInput, match=ACTIVE_PDF):
            inspect_bytes("don.pdf", b"%PDF-1.4 rubbish << /S " + name + b" >> %%EOF")


def _unknown_lock() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n2 0 obj<</Filter/Foo/V 1>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 2 0 R/ID[<00><00>]>>\n%%EOF\n"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n<html><p>x</p></html>\n%%EOF\n",
        b"%PDF-1.4\n" + bytes(range(256)) * 90 + b"\n%%EOF\n",
        b"%PDF-1.5\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n0\n%%EOF\n",
        _unknown_lock(),
    ],
    ids=["html", "bytes", "no trailer", "unknown lock"],
)
def test_pdf_that_cannot_be_read_is_damaged(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="bị hỏng"):
        inspect_bytes("don.pdf", data)


@pytest.mark.parametrize(
    "tail",
    [b"MZ\x90", b"\x7fELF\x02", b"#!/bin/sh", b"x" * 2000, b"\nxMZ\x90", b"7z\xbc\xaf", b"<html>", b"x"],
)
def test_file_after_the_end_of_a_pdf_is_refused(tail: bytes) -> None:
    with pytest.raises(InvalidInput, match="phía sau"):
        inspect_bytes("don.pdf", pdf() + tail)


def test_locked_pdf_is_refused_and_one_with_an_owner_password_is_not() -> None:
    with pytest.raises(InvalidInput, match="mật khẩu"):
        inspect_bytes("don.pdf", pdf(encryption=pikepdf.Encryption(user="mo", owner="chu")))
    assert (
        inspect_bytes("don.pdf", pdf(encryption=pikepdf.Encryption(user="", owner="chu"))).name == "don.pdf"
    )


@pytest.mark.parametrize(
    ("change", "before", "behind"),
    [
        (None, b"", b"\r\n\0\0"),
        (_link, b"", b""),
        (action(S=Name.GoTo), b"", b"\n"),
        (_empty_names, b"", b""),
        (None, b"\r\n", b""),
        (None, b"", bytes(9000)),
    ],
)
def test_ordinary_pdf_is_accepted(change: Any, before: bytes, behind: bytes) -> None:
    assert inspect_bytes("don.pdf", before + pdf(change) + behind).content_type == "application/pdf"


def test_png_with_a_long_text_is_accepted() -> None:
    out, text = io.BytesIO(), PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "x" * 3_000_000, zip=True)
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=text)
    assert inspect_bytes("anh.png", out.getvalue()).name == "anh.png"


def rels(kind: str, target: str, *, external: bool = True) -> bytes:
    mode = ' TargetMode="External"' if external else ""
    return f"<Relationships>{RELATION.format(type=TYPE + kind, target=target, mode=mode)}</Relationships>".encode()


def remote(kind: str, text: bytes, instead: bytes) -> bytes:
    """Return a reference to another address with ``text`` replaced."""
    written = rels(kind, "http://x.example/a")
    assert text in written
    return written.replace(text, instead)


MACRO_SHEET = b'<Types><Override ContentType="application/vnd.ms-excel.macro&#115;heet+xml"/></Types>'


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"word/_rels/settings.xml.rels": rels("attachedTemplate", "http://x.example/a.dotm")}, ELSEWHERE),
        ({"word/_rels/document.xml.rels": rels("image", "http://x.example/a.png")}, ELSEWHERE),
        ({"word/_rels/document.xml.rels": rels("vbaProject", "a.dat", external=False)}, "macro"),
        ({"[Content_Types].xml": b'<Types><Override ContentType="application/vnd.ms-office.vbaProject"/></Types>'},
         "macro"),
        ({"word/payload.exe": b"MZ"}, "macro"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "đối tượng nhúng"),
        ({"word/activeX/activeX1.xml": b"<x/>"}, "đối tượng nhúng"),
        # The same, written so that an XML reader understands it but a text search does not.
        ({"word/_rels/settings.xml.rels": remote("attachedTemplate", b"External", b"&#69;xternal")},
         ELSEWHERE),
        ({"word/_rels/settings.xml.rels": remote("attachedTemplate", b"/a", b"/?a>b")}, ELSEWHERE),
        ({"word/_rels/document.xml.rels": rels("image", "\\\\host\\share\\a.png", external=False)}, ELSEWHERE),
        ({"word/_rels/document.xml.rels": rels("hyperlink", "file://host/share")}, ELSEWHERE),
        ({"word/_rels/document.xml.rels": rels("aFChunk", "a.htm", external=False)}, "đối tượng nhúng"),
        ({"word/_rels/document.xml.rels": rels("ole&#79;bject", "a.dat", external=False)}, "đối tượng nhúng"),
        ({"word/document.xml": b"<a><b:altChunk/></a>"}, "đối tượng nhúng"),
        ({"word/document.xml": b"<w:instrText><![CDATA[DDE]]>AUTO c:\\cmd.exe</w:instrText>"}, ELSEWHERE),
        ({"word/document.xml": b"<w:instrText a='>'>&#68;DEAUTO c:\\cmd.exe</w:instrText>"}, ELSEWHERE),
        ({"word/document.xml": b"<w:fldSimple w:instr='&#x44;DE a b'/>"}, ELSEWHERE),
        ({"word/document.xml": b"<w:instrText>INCLUDEPICTURE &quot;http://x/a.png&quot;</w:instrText>"}, ELSEWHERE),
        ({"word/document.xml": (
            b'<p><w:fldChar w:fldCharType="begin"/><w:fldChar w:fldCharType="begin"/><w:instrText>QUOTE 68 68 69'
            b'</w:instrText><w:fldChar w:fldCharType="end"/><w:instrText> a b</w:instrText></p>')}, ELSEWHERE),
        ({"word/document.xml": (
            b'<p><w:fldChar w:fldCharType="begin"/><mc:AlternateContent><mc:Choice><w:instrText>PAGE </w:instrText>'
            b'</mc:Choice></mc:AlternateContent><w:instrText>LINK a b</w:instrText></p>')}, ELSEWHERE),
        ({"word/document.xml": b"<a><v:imagedata src='http://x.example/a.png'/></a>"}, ELSEWHERE),
        ({"word/_rels/document.xml.rels": remote("image", b" Type=", b' x:Type="/hyperlink" Type=')},
         ELSEWHERE),
        ({"word/data.xml": b"  <a><ddeLink/></a>"}, ELSEWHERE),
        ({"word/media/image1.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, "đối tượng nhúng"),
        ({"word/media/image1.png": archive()}, "đối tượng nhúng"),
        ({"word/embeddings/a.xlsx": archive({"xl/a.xml": b"<ddeLink/>"}, main="xl/workbook.xml")}, ELSEWHERE),
        ({"xl/worksheets/sheet1.xml": b"<c><f>_xlfn.WEBSERVICE(A1)</f></c>"}, ELSEWHERE),
        ({"xl/worksheets/sheet1.xml": b"<c><f>cmd|&apos;/c calc&apos;!A0</f></c>"}, ELSEWHERE),
        ({"xl/connections.xml": b"<connections><connection><webPr/></connection></connections>"}, ELSEWHERE),
        ({"[Content_Types].xml": MACRO_SHEET}, "macro"),
        ({"word/styles.xml": b"<a><b></a>"}, "hỏng"),
        ({"word/styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, ELSEWHERE),
        ({"word/styles.xml": '<!DOCTYPE a><a/>'.encode("utf-16")}, ELSEWHERE),
        ({"word/document.xml": b"<w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText>"}, ELSEWHERE),
        ({"word/document.xml": b"<w:p><w:instrText>D</w:instrText><w:instrText>DE a b</w:instrText></w:p>"}, ELSEWHERE),
        ({"word/document.xml": b'<w:fldSimple w:instr="DDE a b"/>'}, ELSEWHERE),
        ({"xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd"/></externalLink>'},
         ELSEWHERE),
    ],
)  # fmt: skip
def test_office_file_with_an_active_part_is_refused_with_its_reason(
    parts: dict[str, bytes], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        inspect_bytes("don.docx", archive(parts))


@pytest.mark.parametrize(
    "parts",
    [
        {"word/_rels/document.xml.rels": rels("hyperlink", "https://dichvucong.gov.vn")},
        {"word/_rels/document.xml.rels": rels("image", "media/image1.png", external=False)},
        {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": archive(main="xl/workbook.xml")},
        {
            "word/document.xml": (
                b'<w:p><w:fldChar w:fldCharType="begin"/><w:instrText> IF </w:instrText>'
                b'<w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText>'
                b'<w:fldChar w:fldCharType="end"/><w:instrText> = 1 "a/link" </w:instrText>'
                b'<w:fldChar w:fldCharType="separate"/><w:t>x</w:t><w:fldChar w:fldCharType="end"/></w:p>'
            )
        },
        {"xl/drawings/vmlDrawing1.vml": b"<xml><div>a<br>b</div></xml>"},
        {"xl/worksheets/sheet1.xml": b'<c><f>SUM(A1:A2)&amp;"a|b"</f></c>'},
        {
            "word/document.xml": b'<w:fldSimple w:instr="HYPERLINK \\l &quot;_Toc1&quot; \\o &quot;ghi: x&quot;"/>'
        },
        {"word/document.xml": b'<w:fldSimple w:instr="HYPERLINK &quot;https://example.vn&quot;"/>'},
        {
            "word/document.xml": (
                b'<p><w:fldChar w:fldCharType="begin"/><w:instrText> HYPERLINK \\l "_Toc1" </w:instrText>'
                b'<w:fldChar w:fldCharType="separate"/><w:fldChar w:fldCharType="begin"/>'
                b"<w:instrText> PAGEREF _Toc1 \\h "
                b'</w:instrText><w:fldChar w:fldCharType="end"/><w:fldChar w:fldCharType="end"/></p>'
            )
        },
        {"ppt/slides/slide1.xml": b'<p><a:hlinkMouseOver action="ppaction://hlinksldjump"/></p>'},
        {"word/media/image1.emf": b"\x01\x00\x00\x00"},
        {"xl/printerSettings/printerSettings1.bin": b"\x00\x01"},
        {"word/document.xml": b"<w:p><w:instrText>PAGE</w:instrText><w:t>DDE is a word here</w:t></w:p>"},
        {"word/printerSettings/printerSettings1.bin": b"x"},
    ],
)
def test_ordinary_office_file_is_accepted(parts: dict[str, bytes]) -> None:
    assert inspect_bytes("don.docx", archive(parts)).name == "don.docx"


SEEDS = {
    "don.pdf": pdf(action(S=Name.URI), object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "don.docx": archive({"word/_rels/document.xml.rels": rels("hyperlink", "https://example.vn")}),
    "anh.jpg": image("JPEG"),
    "anh.heic": image("HEIF"),
}


@given(
    name=st.sampled_from(sorted(SEEDS)),
    at=st.integers(0, 5000),
    length=st.integers(0, 40),
    bytes_put=st.binary(max_size=40),
)
def test_changed_bytes_are_accepted_or_refused_with_a_message(
    name: str, at: int, length: int, bytes_put: bytes
) -> None:
    data = SEEDS[name]
    start = at % len(data)
    with suppress(InvalidInput):
        inspect_bytes(name, data[:start] + bytes_put + data[start + length :])
