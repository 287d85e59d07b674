"""The limits of the readers of foreign files: what is just within is accepted, one more is refused."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock, call

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from core.errors import InvalidInput
from core.foreign_files import office, pdf, pictures, process, word_files
from core.foreign_files.inspection import Limits, _limit_text, inspect, refusal
from core.foreign_files.reasons import Reason, Refused
from tests.core.foreign_files.test_inspection import archive, image, inspect_bytes
from tests.forms_app.dossiers.files import PDF


def reason_of(read: Any, *arguments: Any, **options: Any) -> Reason | None:
    """Return the reason for which a reader refuses; None if it accepts."""
    try:
        read(*arguments, **options)
    except Refused as refused:
        return refused.reason
    return None


class TestInspection:
    @pytest.mark.parametrize(
        ("seconds", "minutes"), [(60, "1 phút"), (61, "2 phút"), (120, "2 phút"), (121, "3 phút")]
    )
    def test_minutes_are_rounded_up(self, seconds: int, minutes: str) -> None:
        assert minutes in refusal("a.pdf", Refused(Reason.SPENT, seconds)).message

    def test_megapixels_are_rounded_down(self) -> None:
        assert "41 triệu" in refusal("a.png", Refused(Reason.PICTURE_TOO_LARGE, 41_999_999)).message
        assert "42 triệu" in refusal("a.png", Refused(Reason.PICTURE_TOO_LARGE, 42_000_000)).message

    def test_limit_is_named_in_whole_megabytes_if_possible(self) -> None:
        assert _limit_text(3 * 1024 * 1024) == "3\N{NO-BREAK SPACE}MB"
        assert _limit_text(3 * 1024 * 1024 + 1) != "3\N{NO-BREAK SPACE}MB"

    @pytest.mark.parametrize("data", [PDF, PDF + b"x"])
    def test_file_is_rewound_whether_it_is_accepted_or_not(self, data: bytes) -> None:
        file = io.BytesIO(data)
        with nullcontext() if data is PDF else pytest.raises(InvalidInput):
            inspect(file, name="don.pdf", size=len(data), limits=Limits(("pdf",), 10**6))
        assert file.tell() == 0

    def test_blanks_before_a_pdf_are_those_of_a_pdf_only(self) -> None:
        assert inspect_bytes("don.pdf", b"\r\n\t " + PDF).name == "don.pdf"


class TestOffice:
    def test_unpacked_size_is_inclusive_even_in_parts_of_several_pieces(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = archive({"word/a.xml": b"<a>" + b" " * 70_000 + b"</a>", "word/media/a.png": image("PNG")})
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            total = sum(entry.file_size for entry in file.infolist())
        for most, reason in (
            (total, None),
            (total - 1, Reason.OFFICE_BLOATED),
            (60_000, Reason.OFFICE_BLOATED),
        ):
            monkeypatch.setattr(office, "MAX_UNPACKED_BYTES", most)
            assert reason_of(office.check_office, io.BytesIO(data), "word/document.xml") is reason

    def test_workbook_of_a_chart_contains_no_further_one(self) -> None:
        inner = archive(main="xl/workbook.xml")
        outer = archive({"xl/embeddings/a.xlsx": inner}, main="xl/workbook.xml")
        assert inspect_bytes("a.docx", archive({"word/embeddings/a.xlsx": inner})).name == "a.docx"
        data = archive({"word/embeddings/a.xlsx": outer})
        assert reason_of(office.check_office, io.BytesIO(data), "word/document.xml") is Reason.OFFICE_OBJECTS


def runs(*parts: str) -> bytes:
    """Return a document of field marks (``<``, ``|``, ``>``), alternatives (``{``, ``}``) and codes of fields."""
    marks = {"<": "begin", "|": "separate", ">": "end"}
    texts = {"{": "<mc:AlternateContent>", "}": "</mc:AlternateContent>"}
    out = [
        f'<w:fldChar w:fldCharType="{marks[part]}"/>'
        if part in marks
        else texts.get(part, f"<w:instrText>{part}</w:instrText>")
        for part in parts
    ]
    return f'<w:document xmlns:w="w" xmlns:mc="mc">{"".join(out)}</w:document>'.encode()


class TestFieldsOfWord:
    @pytest.mark.parametrize(
        "parts",
        [
            ("<", "PAGE", ">", "<", "PAGE", ">"),
            ("<", "PAGE", "|", ">", "<", "PAGE", "|", ">"),
            ("<", "IF ", "<", "PAGE", "|", ">", "|", "<", "PAGE", ">", ">"),
            ("<", "{", "}", "PAGE", ">"),
            ("{", "<", "PAGE", ">", "}"),
            ("{", "}", "<", "PAGE", ">"),
            ("<", "HYPERLINK https://example.vn ", "|", "<", "PAGE", ">", ">"),
            ("PAGE",),
        ],
    )
    def test_ordinary_fields_are_accepted(self, parts: tuple[str, ...]) -> None:
        assert reason_of(office._Part("word/document.xml").read, runs(*parts)) is None

    @pytest.mark.parametrize(
        "parts",
        [
            ("<", "LINK x", ">"),
            ("<", "LINK x"  , "|", ">"),
            ("<", "PA", "|", ">"),
            ("<", "IF ", "<", "LINK x", ">", ">"),
            ("<", "IF ", "|", "<", "LINK x", ">", ">"),
            ("<", "QUOTE ", "D", "DE cmd", ">"),
            ("<", "QUOTE DDE cmd", ">"),
            ("<", "IF ", "<", "HYPERLINK ", "<", "PAGE", ">", ">", ">"),
            ("<", "IF ", "|", "<", "HYPERLINK ", "<", "PAGE", ">", ">", ">"),
            ("<", "IF ", "<", "IF", "<", "PAGE", ">", ">", ">"),
            ("<", "{", "PAGE", "}", ">"),
            ("{", "<", "}", "PAGE", ">"),
            ("LINK x",),
        ],
    )  # fmt: skip
    def test_others_are_refused(self, parts: tuple[str, ...]) -> None:
        assert reason_of(office._Part("word/document.xml").read, runs(*parts)) is Reason.OFFICE_REFERENCES

    def test_encoding_that_others_read_differently_is_refused(self) -> None:
        for encoding, reason in (("utf-8", None), ("iso-8859-1", Reason.OFFICE_DAMAGED)):
            data = f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()
            assert reason_of(office._Part("word/document.xml").read, data) is reason


def nested(depth: int) -> Any:
    found: Any = Array()
    for _level in range(depth - 1):
        found = Array([found])
    return found


def read_all(trailer: Any, objects: Any = (), most: int = 1000) -> Reason | None:
    document = cast(pikepdf.Pdf, SimpleNamespace(trailer=trailer, objects=objects))
    return reason_of(lambda: list(pdf._dictionaries(document, most)))


class TestPdf:
    def test_number_of_objects_grows_with_the_size_up_to_a_limit(self) -> None:
        assert [pdf._max_objects(size) for size in (0, 400, 10**9)] == [50_000, 50_100, 300_000]

    def test_objects_are_counted(self) -> None:
        assert read_all(Dictionary(), [Dictionary(), Array()], most=3) is None
        assert read_all(Dictionary(), [Dictionary(), Array()], most=2) is Reason.TOO_COMPLEX

    def test_depth_is_limited(self) -> None:
        assert read_all(Dictionary(), [nested(61)]) is None
        assert read_all(Dictionary(), [nested(62)]) is Reason.PDF_ACTIVE
        assert read_all(Dictionary(X=nested(60))) is None
        assert read_all(Dictionary(X=nested(61))) is Reason.PDF_ACTIVE

    @pytest.mark.parametrize(
        ("warnings", "packed", "reason"),
        [
            ([], True, None),
            (["reconstructing"], False, None),
            (["attempting to reconstruct"], True, Reason.PDF_DAMAGED),
            (["unable to find trailer"], False, Reason.PDF_DAMAGED),
            (["std::bad_alloc"], False, Reason.TOO_COMPLEX),
        ],
    )
    def test_what_could_not_be_examined_is_refused(
        self, warnings: list[str], packed: bool, reason: Reason | None
    ) -> None:
        objects: list[Any] = [Dictionary(), Dictionary(Type=Name.ObjStm)]
        with pikepdf.new() as owner:
            objects.append(owner.make_stream(b"", Type=Name.ObjStm if packed else Name.XObject))
            found = SimpleNamespace(get_warnings=lambda: warnings, objects=objects)
            assert reason_of(pdf._check_warnings, found) is reason

    @pytest.mark.parametrize(
        ("found", "active"),
        [
            (Dictionary(), False),
            (Dictionary(URI=String("https://example.vn")), False),
            (Dictionary(URI=String("file://203.0.113.9/s")), True),
            (Dictionary(URI=Dictionary(Base=String("https://example.vn"))), False),
            (Dictionary(URI=Dictionary(Base=String("file://203.0.113.9/s"))), True),
            (Dictionary(URI=Dictionary()), False),
            (Dictionary(F=4), False),
            (Dictionary(F=String("a")), True),
            (Dictionary(F=Dictionary()), True),
            (Dictionary(JavaScript=Dictionary()), False),
            (Dictionary(JavaScript=Dictionary(Names=Array(), Kids=Array())), False),
            (Dictionary(JavaScript=Dictionary(Names=Array([String("a")]))), True),
            (Dictionary(EmbeddedFiles=Dictionary(Names=Array(), Kids=Array([Dictionary()]))), True),
            (Dictionary(EmbeddedFiles=Dictionary(Names=String(""))), True),
            (Dictionary(JavaScript=String("")), True),
            (Dictionary(XFA=Array()), True),
        ],
    )
    def test_names_and_addresses(self, found: Any, active: bool) -> None:
        assert pdf._is_active(found) is active

    @pytest.mark.parametrize(("count", "opens"), [(1, False), (19, False), (20, True)])
    def test_chain_of_actions_is_followed_to_its_end(self, count: int, opens: bool) -> None:
        chain = Dictionary(S=Name.GoTo)
        for _step in range(count - 1):
            chain = Dictionary(S=Name.GoTo, Next=chain)
        assert pdf._opens_address(Dictionary(OpenAction=chain)) is opens

    @pytest.mark.parametrize(("before", "reason"), [(1019, None), (1020, Reason.PDF_START)])
    def test_mark_is_within_the_first_bytes(self, before: int, reason: Reason | None) -> None:
        assert reason_of(pdf.check_pdf, io.BytesIO(b" " * before + PDF)) is reason


def picture(kind: str, mode: str, size: tuple[int, int], frames: int = 1) -> io.BytesIO:
    first, *others = [Image.new(mode, size, number % 2) for number in range(frames)]
    out = io.BytesIO()
    first.save(out, kind, **({"save_all": True, "append_images": others} if others else {}))
    return out


class TestPictures:
    @pytest.mark.parametrize(("before", "chunk"), [(0, 2), (1, 2), (0, 3), (0, 1024)])
    def test_scans_are_counted_across_pieces(
        self, monkeypatch: pytest.MonkeyPatch, before: int, chunk: int
    ) -> None:
        monkeypatch.setattr(pictures, "CHUNK", chunk)
        for count, reason in ((64, None), (65, Reason.TOO_COMPLEX)):
            assert reason_of(pictures._check_scans, io.BytesIO(b"x" * before + b"\xff\xda" * count)) is reason

    @pytest.mark.parametrize(
        ("file", "kind", "most", "reason"),
        [
            (picture("PNG", "L", (5, 7)), "PNG", 35, None),
            (picture("PNG", "L", (5, 7)), "PNG", 34, Reason.PICTURE_TOO_LARGE),
            (picture("PNG", "I;16", (5, 7)), "PNG", 70, None),
            (picture("PNG", "I;16", (5, 7)), "PNG", 69, Reason.TOO_COMPLEX),
            (picture("PNG", "L", (5, 7), 2), "PNG", 70, Reason.PICTURE_ANIMATED),
            (picture("GIF", "L", (5, 7), 3), "GIF", 105, None),
            (picture("GIF", "L", (5, 7), 3), "GIF", 104, Reason.TOO_COMPLEX),
            (picture("GIF", "L", (1, 1), 200), "GIF", 1000, None),
            (picture("GIF", "L", (1, 1), 201), "GIF", 1000, Reason.TOO_COMPLEX),
            (picture("JPEG", "L", (5, 7)), "JPEG", 35, None),
        ],
    )
    def test_pixels_and_frames(self, file: io.BytesIO, kind: str, most: int, reason: Reason | None) -> None:
        assert reason_of(pictures.check_picture, io.BytesIO(file.getvalue()), kind, most) is reason

    def test_only_a_gif_is_a_film(self) -> None:
        found = cast(Image.Image, SimpleNamespace(width=5, height=7))
        assert pictures._is_film("GIF", 3, found, 104)
        assert not pictures._is_film("GIF", 3, found, 105)
        assert not pictures._is_film("JPEG", 3, found, 104)


class TestProcess:
    @pytest.mark.parametrize(
        ("processors", "load", "busy"),
        [(4, 3.9, False), (4, 4.0, False), (4, 4.1, True), (None, 1.0, False), (None, 1.1, True)],
    )
    def test_machine_is_busy_above_its_number_of_processors(
        self, monkeypatch: pytest.MonkeyPatch, processors: int | None, load: float, busy: bool
    ) -> None:
        monkeypatch.setattr(process.os, "cpu_count", lambda: processors)
        monkeypatch.setattr(process.os, "getloadavg", lambda: (load, 0, 99))
        assert process._is_busy() is busy

    def test_time_is_charged_in_milliseconds_to_whoever_is_known(self) -> None:
        network, dossier = Mock(), Mock()
        process._charge({network: "mạng", dossier: ""}, 1.5)
        process._charge({network: "mạng"}, 0.0)
        assert network.hit.call_args_list == [call("mạng", count=1501), call("mạng", count=1)]
        dossier.hit.assert_not_called()

    def test_end_of_the_process_is_logged(self, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
        done = SimpleNamespace(returncode=3, stderr=b"Traceback")
        monkeypatch.setattr(process.subprocess, "run", lambda *_arguments, **_options: done)
        assert reason_of(process._run, 0, "pdf") is Reason.TOO_COMPLEX
        assert "ended with 3" in caplog.text
        assert "Traceback" in caplog.text


def plan(*positions: int, where: int = 0x40000000, cut: int = 0) -> bytes:
    """Return the pieces of a text in single bytes that begin at these positions."""
    rows = struct.pack(f"<{len(positions)}I", *positions)
    rows += b"".join(struct.pack("<HIH", 0, where | (2 * at), 0) for at in positions[:-1])
    return b"\x02" + struct.pack("<I", len(rows)) + rows[: len(rows) - cut]


class TestWordFiles:
    def test_part_may_end_with_its_table(self) -> None:
        main = struct.pack("<II", 2, 3)
        assert word_files._part(main, b"12345", 0) == b"345"
        assert reason_of(word_files._part, main, b"1234", 0) is Reason.OFFICE_DAMAGED

    def test_pieces_are_joined_and_may_be_empty(self) -> None:
        assert word_files._text(b"abcdef", plan(0, 2, 2, 5)) == "abcde"
        assert word_files._text(b"abcdef", plan(0, 0)) == ""

    @pytest.mark.parametrize(
        "pieces", [plan(0), plan(0, 5, 4), plan(0, 7), plan(0, 2, cut=1), plan(0, 2)[1:]]
    )
    def test_damaged_pieces_are_refused(self, pieces: bytes) -> None:
        assert reason_of(word_files._text, b"abcdef", pieces) is Reason.OFFICE_DAMAGED

    def test_number_of_characters_is_limited(self) -> None:
        main = bytes(20_000_001)
        assert len(word_files._text(main, plan(0, 20_000_000))) == 20_000_000
        assert reason_of(word_files._text, main, plan(0, 20_000_001)) is Reason.OFFICE_DAMAGED

    @pytest.mark.parametrize("extra", [0, 1, 3])
    def test_strings_are_followed_by_further_bytes(self, extra: int) -> None:
        def strings(*texts: str) -> bytes:
            head = struct.pack("<HHH", 0xFFFF, len(texts), extra)
            rows = [struct.pack("<H", len(text)) + text.encode("utf-16-le") + bytes(extra) for text in texts]
            return head + b"".join(rows)

        for template, reason in (("Normal.dot", None), ("http://x.example/a.dot", Reason.OFFICE_REFERENCES)):
            assert reason_of(word_files._check_template, strings("x", template)) is reason
            assert reason_of(word_files._check_template, strings(template, "x")) is None

    @pytest.mark.parametrize(
        ("length", "name"), [(0, ""), (1, ""), (2, ""), (4, "a"), (64, "a" * 31), (66, "a" * 31)]
    )
    def test_names_of_the_directory_end_with_a_character_of_two_bytes(self, length: int, name: str) -> None:
        entry = ("A" * 32).encode("utf-16-le") + struct.pack("<HB", length, 2)
        unused = bytes(128)
        found: Any = SimpleNamespace(directory_fp=io.BytesIO(entry.ljust(128, b"\0") + unused))
        assert list(word_files._names(found)) == [name]

    def test_field_of_another_kind_is_refused_in_every_place(self) -> None:
        for text in (
            "\x13 LINK x \x15",
            "\x13 LINK x \x14y\x15",
            "\x13 IF 1 \x14\x13 LINK x \x15\x15",
            "\x13 LINK x ",
        ):
            assert reason_of(word_files._check_fields, text) is Reason.OFFICE_REFERENCES
        assert reason_of(word_files._check_fields, "\x15\x14LINK x\x13 PAGE \x15") is None
