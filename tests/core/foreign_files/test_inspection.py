"""File inspection: disguised content, unsafe names, boundary values of limits."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidInput
from core.foreign_files import office, zip_files
from core.foreign_files.inspection import (
    KINDS,
    MAX_NAME_LENGTH,
    Inspected,
    Limits,
    clean_name,
    extension_of,
    inspect,
)
from tests.forms_app.dossiers.files import OTHER_FORMATS, PDF

ALL = Limits(("pdf", "jpg", "jpeg", "png", "webp", "heic", "docx", "xlsx"), 1024 * 1024)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00" + bytes(200)


def image(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (1, 99, 7)).save(out, kind)
    return out.getvalue()


def archive(parts: dict[str, bytes] | None = None, main: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in {"[Content_Types].xml": b"<Types/>", main: b"<w/>", **(parts or {})}.items():
            file.writestr(name, data)
    return out.getvalue()


def inspect_bytes(name: str, data: bytes, limits: Limits = ALL) -> Inspected:
    return inspect(io.BytesIO(data), name=name, size=len(data), limits=limits)


GOOD = [
    ("don.pdf", PDF, "application/pdf"),
    ("DON.PDF", PDF, "application/pdf"),
    ("anh.jpg", image("JPEG"), "image/jpeg"),
    ("anh.jpeg", image("JPEG"), "image/jpeg"),
    ("anh.png", image("PNG"), "image/png"),
    ("anh.webp", image("WEBP"), "image/webp"),
    ("anh.heic", image("HEIF"), "image/heic"),
    ("don.docx", archive(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (
        "bang.xlsx",
        archive(main="xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
]
ATTACKS = [
    ("empty", "don.pdf", b"", "rỗng"),
    ("too big", "anh.png", image("PNG") + bytes(1024 * 1024), "tối đa"),
    ("no extension", "don", PDF, "Cổng không nhận loại tệp"),
    ("program", "don.exe", EXE, "Cổng không nhận loại tệp"),
    ("double extension", "don.pdf.exe", PDF, "Cổng không nhận loại tệp"),
    ("program as pdf", "don.exe.pdf", EXE, "không đúng định dạng PDF"),
    ("html", "don.html", HTML, "Cổng không nhận loại tệp"),
    ("html as pdf", "don.pdf", HTML, "không đúng định dạng PDF"),
    ("html before a pdf", "don.pdf", HTML + PDF, "PDF"),
    ("cut off pdf", "don.pdf", PDF[:-8], "thiếu phần cuối"),
    ("svg", "anh.svg", SVG, "Cổng không nhận loại tệp"),
    ("svg as png", "anh.png", SVG, "không đúng định dạng PNG"),
    ("jpeg with a zip behind as docx", "don.docx", image("JPEG") + archive(), "giấu bên trong"),
    ("half a picture", "anh.png", image("PNG", (300, 300))[:60], "hỏng"),
    ("signature of a picture only", "anh.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "hỏng"),
    ("zip as docx", "don.docx", archive(main="x.txt"), "không đúng như tên"),
    ("sheet as docx", "don.docx", archive(main="xl/workbook.xml"), "không đúng như tên"),
    ("macros", "don.docx", archive({"word/vbaProject.bin": b"x"}), "macro"),
    ("bomb by ratio", "don.docx", archive({"word/a.xml": bytes(3 * 1024 * 1024)}), "lớn bất thường"),
    ("bomb by entries", "don.docx", archive({f"w/{n}": b"" for n in range(zip_files.MAX_ENTRIES)}), "lớn bất thường"),
    ("photo with a byte too many", "anh.heic", image("HEIF")[:404] + b"\0" + image("HEIF")[404:], "hỏng"),
    ("damaged zip", "don.docx", archive()[:-10], "hỏng"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "content_type"), GOOD)
def test_valid_files_are_accepted(name: str, data: bytes, content_type: str) -> None:
    assert inspect_bytes(name, data).content_type == content_type


@pytest.mark.parametrize(
    ("name", "data", "message"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS]
)
def test_hostile_files_are_rejected(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        inspect_bytes(name, data)
    assert message in caught.value.message


def test_false_sizes_in_the_archive_directory_are_caught_while_unpacking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(office, "MAX_UNPACKED_BYTES", 1000)
    monkeypatch.setattr(office, "_check_directory", lambda entries, needed: None)
    with pytest.raises(InvalidInput, match="lớn bất thường"):
        inspect_bytes("don.docx", archive({"word/a.xml": bytes(2000)}))


def test_password_protected_file_is_rejected_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(archive())
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1
    with pytest.raises(InvalidInput, match="mật khẩu"):
        inspect_bytes("don.docx", bytes(data))


def test_picture_with_too_many_pixels_is_rejected_before_decoding(settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 2_000_000
    with pytest.raises(InvalidInput, match="triệu điểm ảnh"):
        inspect_bytes("anh.png", image("PNG", (2000, 1500)))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\a\\don.pdf", "don.pdf"),
        ("..%2F..%2Fdon.pdf", "_2F.._2Fdon.pdf"),
        (unicodedata.normalize("NFD", "Giấy chứng sinh.pdf"), "Giấy chứng sinh.pdf"),
        ("don\r\nSet-Cookie: a=b.pdf", "donSet-Cookie_ a=b.pdf"),
        ("don\x00.pdf", "don.pdf"),
        ("\u202efdp.pdf", "fdp.pdf"),
        ('"><img src=x>.pdf', "___img src=x_.pdf"),
        (".pdf", "pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_clean_name_removes_paths_and_unsafe_characters(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


class TestDisguises:
    @pytest.mark.parametrize("extension", sorted(KINDS))
    @pytest.mark.parametrize("inside", sorted(OTHER_FORMATS))
    def test_content_of_another_kind_is_rejected_under_any_extension(
        self, inside: str, extension: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            inspect_bytes(f"giay-to.{extension}", OTHER_FORMATS[inside])
        assert "giay-to" in caught.value.message

    @pytest.mark.parametrize("extension", sorted(OTHER_FORMATS))
    def test_file_kind_that_is_not_accepted_is_rejected_under_its_own_extension(self, extension: str) -> None:
        with pytest.raises(InvalidInput, match="Cổng không nhận loại tệp"):
            inspect_bytes(f"giay-to.{extension.replace(' ', '')}", OTHER_FORMATS[extension])

    @pytest.mark.parametrize(
        ("name", "front"),
        [
            ("anh.png", image("PNG")),
            ("anh.jpg", image("JPEG")),
            ("anh.webp", image("WEBP")),
            ("don.pdf", PDF),
        ],
    )
    def test_archive_appended_to_a_picture_or_pdf_is_found(self, name: str, front: bytes) -> None:
        with pytest.raises(InvalidInput, match="giấu bên trong"):
            inspect_bytes(name, front + archive())
        assert inspect_bytes(name, front).name == name

    @pytest.mark.parametrize(
        "hidden",
        [
            OTHER_FORMATS["html"] + PDF,
            b"GIF89a" + PDF,
            b"\n\0" + PDF,
            b"\xef\xbb\xbf" + PDF,
            b"%!PS-Adobe\n" + PDF,
        ],
    )
    def test_pdf_must_start_with_its_first_byte(self, hidden: bytes) -> None:
        with pytest.raises(InvalidInput):
            inspect_bytes("don.pdf", hidden)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
    @pytest.mark.parametrize("extension", ["jpg", "png", "webp", "heic", "pdf", "docx"])
    def test_picture_named_as_another_accepted_kind_gets_the_correct_extension(
        self, kind: str, extension: str
    ) -> None:
        own = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "HEIF": "heic"}[kind]
        found = inspect_bytes(f"IMG.{extension}", image(kind))
        assert found.name == f"IMG.{own}"
        assert found.content_type == {"heic": "image/heic", "jpg": "image/jpeg"}.get(own, f"image/{own}")

    def test_kind_that_the_question_does_not_accept_is_refused_under_any_name(self) -> None:
        with pytest.raises(InvalidInput, match="không đúng định dạng PNG"):
            inspect_bytes("anh.png", image("JPEG"), Limits(("png", "pdf"), 1024 * 1024))

    @pytest.mark.parametrize("ending", ["jfif", "JPE", "pjpeg"])
    def test_jpeg_is_accepted_under_its_other_extensions(self, ending: str) -> None:
        found = inspect_bytes(f"anh.{ending}", image("JPEG"))
        assert (found.name, found.content_type) == ("anh.jpg", "image/jpeg")

    @pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
    @pytest.mark.parametrize("name", ["anh.heic", "anh.heif", "anh.HIF"])
    def test_heic_is_accepted_under_every_brand_of_phones(self, brand: bytes, name: str) -> None:
        data = image("HEIF")
        found = inspect_bytes(name, data[:8] + brand + data[12:])
        assert (found.name, found.content_type) == ("anh.heic", "image/heic")

    @pytest.mark.parametrize("macro", ["word/vbaProject.bin", "word/VBADATA.BIN", "xl/vbaProject.bin"])
    def test_macros_are_rejected_anywhere_in_the_archive(self, macro: str) -> None:
        with pytest.raises(InvalidInput, match="macro"):
            inspect_bytes("don.docx", archive({macro: b"x"}))

    @pytest.mark.parametrize("name", ["don.docx", "bang.xlsx"])
    def test_office_file_with_a_password_is_distinguished_from_other_kinds(self, name: str) -> None:
        container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000) + "EncryptedPackage".encode("utf-16-le")
        with pytest.raises(InvalidInput, match="mật khẩu"):
            inspect_bytes(name, container)
        with pytest.raises(InvalidInput, match="không đúng định dạng"):
            inspect_bytes(name, container[:-4])

    def test_main_part_of_word_online_has_a_number(self) -> None:
        data = archive()
        assert b"word/document.xml" in data
        numbered = archive(main="word/document2.xml")
        assert inspect_bytes("don.docx", numbered).name == "don.docx"
        with pytest.raises(InvalidInput, match="không đúng như tên"):
            inspect_bytes("don.docx", archive(main="word/documents.xml"))

    @given(st.binary(max_size=400), st.sampled_from(sorted(KINDS)))
    def test_random_bytes_are_rejected_with_a_message(self, data: bytes, extension: str) -> None:
        with pytest.raises(InvalidInput):
            inspect_bytes(f"giay-to.{extension}", data)

    @given(st.integers(1, 60))
    def test_truncated_file_is_rejected(self, lost: int) -> None:
        for name, data in (("don.pdf", PDF), ("don.docx", archive())):
            with pytest.raises(InvalidInput):
                inspect_bytes(name, data[:-lost] if lost > 6 else data[: len(data) // 2])


class TestSizes:
    def test_picture_of_40_megapixels_is_accepted_and_of_41_rejected(self) -> None:
        def flat(width: int, height: int) -> bytes:
            out = io.BytesIO()
            Image.new("1", (width, height)).save(out, "PNG")
            return out.getvalue()

        assert inspect_bytes("anh.png", flat(8000, 5000)).content_type == "image/png"
        with pytest.raises(InvalidInput, match="41 triệu điểm ảnh"):
            inspect_bytes("anh.png", flat(8200, 5000))

    @pytest.mark.parametrize(("more", "accepted"), [(-1, True), (0, True), (1, False)])
    def test_size_limit_is_inclusive(self, more: int, accepted: bool) -> None:
        limits = Limits(("pdf",), len(PDF) - more)
        if accepted:
            assert inspect_bytes("don.pdf", PDF, limits).name == "don.pdf"
            return
        with pytest.raises(InvalidInput, match="tối đa"):
            inspect_bytes("don.pdf", PDF, limits)

    def test_nested_zip_bomb_is_rejected(self) -> None:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a", bytes(30 * 1024 * 1024))
        with pytest.raises(InvalidInput, match="lớn bất thường"):
            inspect_bytes("don.docx", archive({f"word/{n}.xml": bytes(2 * 1024 * 1024) for n in range(3)}))
        with pytest.raises(InvalidInput, match="đối tượng nhúng"):
            inspect_bytes("don.docx", archive({"word/media/a.zip": inner.getvalue()}))
        with pytest.raises(InvalidInput, match="không đúng như tên"):
            inspect_bytes("don.docx", archive({"word/embeddings/a.xlsx": inner.getvalue()}))

    @pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "word/../../evil.xml", "C:\\evil.xml"])
    def test_paths_out_of_an_archive_are_refused(self, name: str) -> None:
        with pytest.raises(InvalidInput, match="không có"):
            inspect_bytes("don.docx", archive({name: b"<x/>"}))


class TestNames:
    @given(st.text(max_size=400))
    def test_cleaned_name_is_safe_for_any_input(self, name: str) -> None:
        safe = clean_name(name)
        assert 1 <= len(safe) <= MAX_NAME_LENGTH
        assert not re.search(r'[\\/<>:"|?*%;\x00-\x1f\x7f]', safe)
        assert safe == unicodedata.normalize("NFC", safe)
        assert safe not in {".", ".."}
        assert not safe.startswith((".", " "))

    @given(st.text(max_size=200))
    def test_clean_name_is_idempotent(self, name: str) -> None:
        once = clean_name(name)
        assert clean_name(once) == once

    @given(st.text("aăâđêôơưáàảãạ ", min_size=1, max_size=50), st.sampled_from(["pdf", "PDF", "Jpg"]))
    def test_vietnamese_names_are_equal_in_nfc_and_nfd(self, stem: str, ending: str) -> None:
        assume(stem.strip())
        nfc = clean_name(f"{unicodedata.normalize('NFC', stem)}.{ending}")
        nfd = clean_name(f"{unicodedata.normalize('NFD', stem)}.{ending}")
        assert nfc == nfd
        assert extension_of(nfc) == ending.lower()

    @pytest.mark.parametrize(
        ("name", "ending"),
        [("a.pdf", "pdf"), ("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("pdf", ""), ("a.", ""), (".pdf", "pdf")],
    )  # fmt: skip
    def test_extension_is_the_text_after_the_last_dot(self, name: str, ending: str) -> None:
        assert extension_of(name) == ending


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_whose_second_half_is_missing_is_rejected(kind: str) -> None:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 80).convert("RGB").save(out, kind)
    whole, ending = out.getvalue(), {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[kind]
    assert inspect_bytes(f"anh.{ending}", whole)
    with pytest.raises(InvalidInput, match="hỏng hoặc không đầy đủ"):
        inspect_bytes(f"anh.{ending}", whole[: len(whole) // 2])


def test_picture_of_400_megapixels_is_called_too_large_and_not_damaged() -> None:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunks = [b"IHDR" + header, b"IDAT" + zlib.compress(bytes(1000)), b"IEND"]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    with pytest.raises(InvalidInput, match="Ảnh quá lớn; tối đa 40 triệu điểm ảnh"):
        inspect_bytes("anh.png", png)
