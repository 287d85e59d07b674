"""OpenDocument files: what acts or loads is refused by lists of what is ordinary; ordinary files are accepted."""

from __future__ import annotations

import pytest

from core.foreign_files.zip_files import OLE
from tests.core.foreign_files.test_active_content import ELSEWHERE
from tests.core.foreign_files.test_inspection import archive, image
from tests.core.foreign_files.test_library_formats import (
    BLOATED,
    DAMAGED,
    LOCKED,
    MACRO,
    OBJECT,
    OTHER_KIND,
    PART,
    PATH,
    check,
    odf,
    odf_part,
    refused,
)

LISTENER = b'<script:event-listener script:event-name="dom:load" xlink:href="%s"/>'


def cell(formula: bytes) -> bytes:
    return b'<table:table-cell table:formula="' + formula + b'"/>'


class TestOpenDocument:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (odf(Basic__Standard__Module1_xml=odf_part(b"")), MACRO),
            (odf(**{"Scripts/python/a.py": b"print()"}), MACRO),
            (odf(content=b"<text:script script:language='JavaScript'>x</text:script>"), MACRO),
            (odf(content=LISTENER % b"vnd.sun.star.script:a.b?language=Basic"), MACRO),
            (odf(content=b'<presentation:event-listener presentation:action="execute"/>'), MACRO),
            (odf(content=b"<presentation:event-listener/>"), MACRO),
            (odf(content=b'<text:p table:macro-name="x"/>'), MACRO),
            (odf(content=b'<text:execute-macro text:name="Standard.M.x"/>'), MACRO),
            (odf(content=b'<anim:command anim:command="custom!macro"/>'), MACRO),
            (odf(content=b'<text:dde-connection-decl office:dde-application="cmd"/>'), ELSEWHERE),
            (odf(content=b'<office:dde-source office:dde-topic="x"/>'), ELSEWHERE),
            (odf(content=b'<xforms:model schema="x.xsd"/>'), ELSEWHERE),
            (odf(content=b'<xforms:load resource="x"/>'), ELSEWHERE),
            (odf(content=b'<text:database-display text:database-name="x"/>'), ELSEWHERE),
            (odf(content=b'<calcext:data-mapping xlink:href="x"/>'), ELSEWHERE),
            (odf(content=b'<form:form form:datasource="x"/>'), ELSEWHERE),
            (odf(content=b'<form:button form:button-type="url"/>'), ELSEWHERE),
            (odf(content=b'<field:fieldmark field:type="vnd.oasis.opendocument.field.UNHANDLED"/>'), ELSEWHERE),
            (odf(content=b'<text:bibliography-mark text:url="file://203.0.113.9/s"/>'), ELSEWHERE),
            (odf(content=b'<text:section-source xlink:href="x.odt"/>'), ELSEWHERE),
            (odf(content=b'<draw:image xlink:href="http://x.example/a.png"/>'), ELSEWHERE),
            (odf(content=b'<draw:object xlink:href="../b.odt"/>'), ELSEWHERE),
            (odf(content=b'<text:p text:style-name="http://x.example/a"/>'), ELSEWHERE),
            (odf(content=b'<text:p xml:base="http://x.example/"/>'), ELSEWHERE),
            (odf(content=b'<text:a xlink:href="file://203.0.113.9/s"/>'), ELSEWHERE),
            (odf(content=b'<text:a xlink:href="%2euno:Open"/>'), ELSEWHERE),
            (odf(content=b'<meta:template xlink:href="http://x.example/a.ott"/>'), ELSEWHERE),
            (odf(styles_xml=b"<!DOCTYPE a><a/>"), ELSEWHERE),
            (odf(content=b"<draw:object-ole/>"), OBJECT),
            (odf(content=b"<draw:plugin/>"), OBJECT),
            (odf(content=b"<text:unknown/>"), PART),
            (odf(content=b'<text:p xmlns:text="http://x.example/"/>'), PART),
            (odf(**{"Object 1": OLE + bytes(99)}), OBJECT),
            (odf(**{"ObjectReplacements/Object 1": b" MZ" + bytes(99)}), PART),
            (odf(**{"Pictures/a.png": b"MZ" + bytes(99)}), OBJECT),
            (odf(**{"Pictures/a.png": b"x"}), PART),
            (odf(**{"Pictures/a.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>'}), OBJECT),
            (odf(**{"Pictures/a.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'}), OBJECT),
            (
                odf(**{"Pictures/a.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><use href="//x.vn/a"/></svg>'}),
                ELSEWHERE,
            ),
            (odf(**{"Pictures/a.bin": b"\x89PNG"}), PART),
            (odf(**{"META-INF/other.xml": odf_part(b"")}), PART),
            (odf(**{"META-INF/documentsignatures.xml": odf_part(b"")}), PART),
            (odf(**{"Configurations2/toolbar/a.xml": odf_part(b"")}), PART),
            (odf(**{"Configurations2/accelerator/current.xml": odf_part(b"")}), PART),
            (odf(**{"Styles.xml": odf_part(b""), "styles.xml": odf_part(b"")}), PATH),
            (odf(content=b"<manifest:encryption-data/>"), LOCKED),
            (odf(styles_xml=b"<a"), DAMAGED),
            (odf(styles_xml='<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037")), DAMAGED),
            (odf(styles_xml=b"<a>" + bytes(3 * 1024 * 1024) + b"</a>"), BLOATED),
            (odf() + b"x", DAMAGED),
            (odf("spreadsheet-template"), OTHER_KIND),
            (archive(), OTHER_KIND),
        ],
    )  # fmt: skip
    def test_active_or_remote_content_is_refused(self, data: bytes, reason: str) -> None:
        refused("a.odt", data, reason)

    @pytest.mark.parametrize(
        "formula",
        [
            b"of:=DDE(&quot;cmd&quot;;&quot;/c&quot;;1)", b"of:=WEBSERVICE([.A1])",
            b"of:=COM.MICROSOFT.WEBSERVICE([.A1])", b"of:=['file:///c:/a.ods'#$A.A1]", b"of:=[http://203.0.113.9/x.ods#$S.A1]",
            b"of:=[&quot;http://203.0.113.9/x.ods&quot;#$S.A1]", b"of:=['http://203.0.113.9/x.ods' #$S.A1]",
            b"oooc:=[http://203.0.113.9/x.ods#S.A1]", b"msoxl:='\\\\203.0.113.9\\s\\[x.xlsx]S'!A1",
            b"of:=cmd|'/c calc'!A1", b"of:=HYPERLINK([.A1])",
        ],
    )  # fmt: skip
    def test_formula_that_reads_from_elsewhere_is_refused(self, formula: bytes) -> None:
        refused("a.ods", odf("spreadsheet", cell(formula)), ELSEWHERE)
        refused("a.ods", odf("spreadsheet", b'<text:p text:style-name="' + formula + b'"/>'), ELSEWHERE)

    def test_formula_with_a_function_that_is_not_listed_is_refused(self) -> None:
        refused("a.ods", odf("spreadsheet", cell(b"of:=INDIRECT([.A1])")), "INDIRECT.*" + PART)

    @pytest.mark.parametrize(
        ("ending", "kind"), [("odt", "text"), ("ods", "spreadsheet"), ("odp", "presentation")]
    )
    def test_ordinary_file_is_accepted(self, ending: str, kind: str) -> None:
        content = (
            b'<office:scripts/><office:master-styles><style:master-page/></office:master-styles>'
            b'<text:a xlink:href="https://example.vn"/><draw:image xlink:href="Pictures/a.png"/>'
            b'<presentation:event-listener presentation:action="next-page"/><text:a xlink:href="mailto:a@example.vn"/>'
            b'<draw:object xlink:href="./Object%201"/><draw:frame draw:name="http://x (1)" draw:style-name="a"/>'
            b'<table:table-cell office:string-value="=1|2 file://x"/><text:bibliography-mark text:url="https://x.vn"/>'
            b'<chart:chart chart:class="chart:bar"/><form:button form:control-implementation="ooo:com.sun.star.A"/>'
            b'<draw:equation draw:formula="if(?f1, sin($0 *pi/180), -1)"/><text:p text:condition="ooow:a EQ 1"/>'
            b'<field:fieldmark field:type="vnd.oasis.opendocument.field.FORMTEXT"/>'
            b'<style:map style:condition="value()&gt;=0"/>'
            b'<text:p a:transformation="http://docs.oasis-open.org/office/1.2/xslt/odf2rdf.xsl" xmlns:a="b"/>'
            b'<table:content-validation table:condition="of:cell-content-is-in-list(&quot;a/b&quot;;&quot;b&quot;)"/>'
            + cell(b"of:=SUM([.A1:.A2])") + cell(b"of:=HYPERLINK(&quot;https://example.vn&quot;;&quot;x&quot;)")
            + cell(b"of:=IFERROR(VLOOKUP([.A1];[$'T\xc3\xaan 1'.A1:.B2];2;0);#N/A)")
            + cell(b"of:=COM.MICROSOFT.CONCAT([.A1])") + cell(b"of:=[.A1]+[$#REF!.B2]")
        )  # fmt: skip
        rdf = b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:type r:resource="http://docs.x"/></r:RDF>'
        parts = {
            "Pictures/a.png": image("PNG"), "Thumbnails/thumbnail.png": image("PNG"), "settings.xml": odf_part(b""),
            "Object 1/content.xml": odf_part(b""), "ObjectReplacements/Object 1": b"VCLMTF", "manifest.rdf": rdf,
            "Configurations2/accelerator/current.xml": b"", "Configurations2/images/Bitmaps/": b"",
            "meta.xml": odf_part(b'<meta:template xlink:href="../mau.ott"/>'), "layout-cache": b"\1",
            "Pictures/b.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><a href="#b"/><x xmlns="http://x.example"/></svg>',
        }  # fmt: skip
        check(f"a.{ending}", odf(kind, content, **parts))
