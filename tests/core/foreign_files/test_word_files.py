"""Word files from before 2007: container, fields and template are read; other old formats are not accepted."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from core.foreign_files.word_files import check_drawings
from core.foreign_files.zip_files import OLE
from tests.core.foreign_files.test_active_content import ELSEWHERE
from tests.core.foreign_files.test_inspection import archive
from tests.core.foreign_files.test_library_formats import (
    DAMAGED,
    LOCKED,
    MACRO,
    OBJECT,
    OTHER_KIND,
    check,
    packed,
    refused,
)
from tests.support.word_files import container, document, word_file


def with_drawing(properties: list[tuple[int, int, bytes]], *, inline: bool) -> bytes:
    """A .doc with one table of properties: kind, value, and the content of complex ones (whose length is the value)."""
    rows = b"".join(struct.pack("<HI", kind, len(more) or value) for kind, value, more in properties)
    rows += b"".join(more for *_head, more in properties)
    table = b"????" + struct.pack("<HHI", 3 | (len(properties) << 4), 0xF00B, len(rows)) + rows
    content = document(drawings=b"" if inline else table)
    return container(content | {"Data": table} if inline else content)


DDE = '\x13 DDEAUTO cmd "/c calc" \x14x\x15'


class TestContainer:
    @pytest.mark.parametrize(
        ("content", "options", "reason"),
        [
            ({"Macros": {"VBA": {"dir": b"x"}}}, {}, MACRO),
            ({}, {"lost": ("VBA",)}, MACRO),
            ({"ObjectPool": {"_1234567890": {"CONTENTS": b"x"}}}, {}, OBJECT),
            ({"\x01Ole10Native": b"x"}, {}, OBJECT),
            ({"Equation Native": b"x"}, {}, OBJECT),
            ({"__attach_version1.0_#00000000": {}}, {}, OBJECT),
            ({"\u4840\u3f3f\u4577\u446c": b"x"}, {}, OBJECT),
            ({}, {"lost": ("Workbook",)}, OBJECT),
            ({}, {"program": bytes(range(16))}, OBJECT),
            ({"EncryptedPackage": b"x"}, {}, LOCKED),
        ],
    )
    def test_what_ordinary_documents_do_not_have_is_refused(
        self, content: dict[str, Any], options: dict[str, Any], reason: str
    ) -> None:
        refused("a.doc", container({**document(), **content}, **options), reason)

    def test_what_is_not_a_document_is_refused(self) -> None:
        refused("a.doc", OLE + b"hello", DAMAGED)
        refused("a.doc", archive(), OTHER_KIND)
        refused("a.doc", container({"Data": b"x"}), OTHER_KIND)
        refused("a.doc", container({"WordDocument": b"x", "0Table": b"x"}), OTHER_KIND)
        refused("a.doc", container({"WordDocument": document()["WordDocument"]}), DAMAGED)
        refused("a.doc", word_file()[:6000], DAMAGED)
        main = document()["WordDocument"]
        older = main[:2] + struct.pack("<H", 0x65) + main[4:]
        refused("a.doc", container({**document(), "WordDocument": older}), OTHER_KIND)

    def test_locked_document_is_refused(self) -> None:
        refused("a.doc", word_file(flags=0x0100), LOCKED)


class TestFieldsAndTemplate:
    @pytest.mark.parametrize(
        "text",
        [
            DDE,
            "a" + DDE + "b",
            '\x13 IF 1 = 1 "\x13 DDE cmd x \x15" \x14x\x15',
            "\x13\x13 QUOTE 68 \x14D\x15DE cmd x \x14x\x15",
            "\x13 INCLUDEPICTURE http://203.0.113.9/a.png \x14\x15",
            '\x13 HYPERLINK "file://203.0.113.9/s" \x14x\x15',
            '\x13 PAGE \x14 \x13 INCLUDETEXT "\\\\\\\\203.0.113.9\\\\s" \x15 \x15',
            "\x13 DDE cmd x",
            '\x13 QUOTE "DDEAUTO cmd x" \x14x\x15',
            "\x13 HYPERLINK \x13 QUOTE 68 \x14x\x15 \x14x\x15",
        ],
    )
    @pytest.mark.parametrize("wide", [True, False])
    def test_field_that_loads_or_starts_something_is_refused(self, text: str, wide: bool) -> None:
        refused("a.doc", word_file(text, wide=wide), ELSEWHERE)

    @pytest.mark.parametrize("template", ["http://203.0.113.9/a.dot", "\\\\203.0.113.9\\s\\a.dot"])
    def test_template_on_another_computer_is_refused(self, template: str) -> None:
        refused("a.doc", word_file(template=template), ELSEWHERE)

    @pytest.mark.parametrize("place", [8, 9])
    def test_data_of_a_mail_merge_are_refused(self, place: int) -> None:
        further = [""] * (place - 2)
        refused("a.doc", word_file(associated=[*further, "C:\\a\\danh-sach.mdb"]), ELSEWHERE)
        check("a.doc", word_file(associated=[*further, "", "", "tiêu chí"][: 9 - 2]))

    @pytest.mark.parametrize(
        "properties",
        [
            [(0x0106, 0x0A, b"")],
            [(0x0104, 1, b""), (0x4106, 0x04, b"")],
            [(0x0181, 5, b""), (0x8382, 0, "file://203.0.113.9/s".encode("utf-16-le"))],
            [(0xC105, 0, b"abc"), (0xC382, 0, b"x" + "\\\\203.0.113.9".encode("utf-16-le"))],
            [(0x8382, 0, b"FILE://203.0.113.9/s")],
        ],
    )
    @pytest.mark.parametrize("inline", [True, False])
    def test_picture_or_link_that_leads_elsewhere_is_refused(self, properties: Any, inline: bool) -> None:
        refused("a.doc", with_drawing(properties, inline=inline), ELSEWHERE)

    @pytest.mark.parametrize(
        "properties",
        [
            [(0x0106, 0x02, b""), (0xC105, 0, "http://203.0.113.9/logo.png".encode("utf-16-le"))],
            [(0x0181, 0x0A, b""), (0x8382, 0, "https://example.vn/".encode("utf-16-le"))],
            [],
        ],
    )
    @pytest.mark.parametrize("inline", [True, False])
    def test_ordinary_picture_or_link_is_accepted(self, properties: Any, inline: bool) -> None:
        check("a.doc", with_drawing(properties, inline=inline))

    @pytest.mark.parametrize(
        "table",
        [
            b"\x12\x00\x0b\xf0" + struct.pack("<IHI", 6, 0x0106, 0x0A),  # another version
            b"\x23\x00\x0b\xf0" + struct.pack("<IHI", 6, 0x0106, 0x0A),  # shorter than its own count
            b"\x13\x00\x0b\xf0" + struct.pack("<I", 6) + b"\x06\x01",  # cut off
        ],
    )
    def test_bytes_that_only_look_like_a_drawing_are_accepted(self, table: bytes) -> None:
        check_drawings(table)

    @pytest.mark.parametrize(
        "text",
        [
            "Quyết định\r",
            "\x13 PAGE \x141\x15",
            '\x13 TOC \\o "1-3" \\h \x14\x13 HYPERLINK \\l "_Toc1" \x14Điều 1\x13 PAGEREF _Toc1 \\h \x141\x15\x15\x15',
            '\x13 HYPERLINK "https://example.vn/" \x14x\x15',
            "\x13 FORMTEXT \x01\x14Nguyễn Văn A\x15",
        ],
    )
    def test_ordinary_document_is_accepted(self, text: str) -> None:
        check("a.doc", word_file(text))
        check("a.doc", word_file(text, template="C:\\Users\\a\\Normal.dotm"))
        check("a.zip", packed({"a.doc": word_file(text)}))


class TestFormatsThatAreNotAccepted:
    @pytest.mark.parametrize(("name", "instead"), [("a.rtf", "DOCX"), ("a.XLS", "XLSX"), ("a.ppt", "PPTX")])
    def test_message_names_what_to_use_instead(self, name: str, instead: str) -> None:
        refused(name, b"{\\rtf1 x}", f"lưu thành {instead} hoặc PDF")

    def test_so_does_that_for_a_file_in_an_archive(self) -> None:
        assert "→ “a.rtf”" in refused("a.zip", packed({"b/a.rtf": b"{\\rtf1 x}"}), "DOCX")
