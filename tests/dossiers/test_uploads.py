"""What citizens and attackers send as files."""

from __future__ import annotations

import io
import os
import unicodedata
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from core.errors import InvalidInput
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import services
from forms_app.dossiers.inspection import Limits, archives, inspect
from forms_app.dossiers.inspection.names import clean_name
from forms_app.dossiers.models import Attachment, Dossier, Draft
from forms_app.dossiers.services import retention
from tests.dossiers.factories import file_dossier, make_draft, picture

ALL = Limits(("pdf", "jpg", "jpeg", "png", "webp", "heic", "docx", "xlsx"), 1024 * 1024)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
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


def judge(name: str, data: bytes, limits: Limits = ALL) -> Any:
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
    ("no extension", "don", PDF, "Không nhận được"),
    ("program", "don.exe", EXE, "Không nhận được"),
    ("double extension", "don.pdf.exe", PDF, "Không nhận được"),
    ("program as pdf", "don.exe.pdf", EXE, "không thật sự là tệp PDF"),
    ("html", "don.html", HTML, "Không nhận được"),
    ("html as pdf", "don.pdf", HTML, "không thật sự là tệp PDF"),
    ("html before a pdf", "don.pdf", HTML + PDF, "PDF"),
    ("cut off pdf", "don.pdf", PDF[:-8], "thiếu phần cuối"),
    ("svg", "anh.svg", SVG, "Không nhận được"),
    ("svg as png", "anh.png", SVG, "không thật sự là tệp PNG"),
    ("png as jpg", "anh.jpg", image("PNG"), "không thật sự là tệp JPG"),
    ("jpeg with a zip behind as docx", "don.docx", image("JPEG") + archive(), "không thật sự là tệp DOCX"),
    ("half a picture", "anh.png", image("PNG", (300, 300))[:60], "hỏng"),
    ("signature of a picture only", "anh.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "hỏng"),
    ("zip as docx", "don.docx", archive(main="x.txt"), "không đúng như tên"),
    ("sheet as docx", "don.docx", archive(main="xl/workbook.xml"), "không đúng như tên"),
    ("macros", "don.docx", archive({"word/vbaProject.bin": b"x"}), "macro"),
    ("bomb by ratio", "don.docx", archive({"word/a.xml": bytes(3 * 1024 * 1024)}), "lớn bất thường"),
    ("bomb by entries", "don.docx", archive({f"w/{n}": b"" for n in range(archives.MOST_ENTRIES)}), "lớn bất thường"),
    ("damaged zip", "don.docx", archive()[:-10], "hỏng"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "content_type"), GOOD)
def test_taken(name: str, data: bytes, content_type: str) -> None:
    assert judge(name, data).content_type == content_type


@pytest.mark.parametrize(
    ("name", "data", "said"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS]
)
def test_refused(name: str, data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        judge(name, data)
    assert said in caught.value.message


def test_a_directory_that_lies_about_sizes_is_caught_while_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    monkeypatch.setattr(archives, "_check_directory", lambda entries, needed: None)
    with pytest.raises(InvalidInput, match="lớn bất thường"):
        judge("don.docx", archive({"word/a.xml": bytes(2000)}))


def test_a_password_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(archive())
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1
    with pytest.raises(InvalidInput, match="mật khẩu"):
        judge("don.docx", bytes(data))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_opened(settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 2_000_000
    with pytest.raises(InvalidInput, match="triệu điểm ảnh"):
        judge("anh.png", image("PNG", (2000, 1500)))


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
def test_names_are_made_safe(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    storages_setting = {**settings.STORAGES}
    storages_setting["private"] = {
        **storages_setting["private"],
        "OPTIONS": {"location": tmp_path, "base_url": None},
    }
    settings.STORAGES = storages_setting
    return tmp_path


@pytest.mark.django_db
class TestStore:
    spec = FieldSpec("proof", "file", "Giấy", options={"max_files": 2})

    def test_bytes_lie_outside_the_web_root_under_a_random_name(self, store: Path, settings: Any) -> None:
        draft, _token = make_draft()
        (kept,) = draft.attachments.all()
        assert (store / kept.path).stat().st_size == kept.size
        assert kept.original_name not in kept.path
        assert not store.is_relative_to(settings.MEDIA_ROOT)
        assert kept.sha256 in str(Attachment.objects.values().get())
        assert len(Path(kept.path).name) == 40

    def test_the_same_file_again_is_the_same_row_and_the_limits_hold(
        self, store: Path, settings: Any
    ) -> None:
        draft, _token = make_draft()
        first = services.store_answer(draft=draft, spec=self.spec, upload=SimpleUploadedFile("a.pdf", PDF))
        again = services.store_answer(draft=draft, spec=self.spec, upload=SimpleUploadedFile("b.pdf", PDF))
        assert first == again
        with pytest.raises(InvalidInput, match="2"):
            services.store_answer(draft=draft, spec=self.spec, upload=picture())
        settings.UPLOAD_MAX_FILES_PER_DOSSIER = 2
        with pytest.raises(InvalidInput, match="nhiều nhất 2 tệp"):
            services.store_answer(draft=draft, spec=FieldSpec("b", "file", "Khác"), upload=picture())

    def test_removing_a_file_removes_its_bytes(
        self, store: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        draft, _token = make_draft()
        kept = draft.attachments.get()
        with django_capture_on_commit_callbacks(execute=True):
            services.remove(attachment=kept)
        assert not (store / kept.path).exists()

    def test_expired_drafts_go_with_their_files_and_filed_ones_stay(
        self, store: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        filed = file_dossier().dossier
        make_draft()
        with django_capture_on_commit_callbacks(execute=True):
            assert retention.expire_drafts(now=timezone.now() + timedelta(days=31)) == 2
        assert not Draft.objects.exists()
        assert Dossier.objects.get() == filed
        assert [path.name for path in store.rglob("*") if path.is_file()] == [
            Path(filed.attachments.get().path).name
        ]

    def test_orphans_are_swept_up_after_a_day(self, store: Path) -> None:
        make_draft()
        orphan = store / "dossiers" / "2026" / "lac"
        orphan.parent.mkdir(parents=True, exist_ok=True)
        orphan.write_bytes(b"x")
        written = timezone.now().timestamp()
        os.utime(orphan, (written, written))
        assert retention.remove_orphans() == 0
        assert retention.remove_orphans(now=timezone.now() + timedelta(days=2)) == 1
        assert not orphan.exists()
        assert len([path for path in store.rglob("*") if path.is_file()]) == 1

    def test_seeds_are_wiped_once_the_mail_is_out(self, django_capture_on_commit_callbacks: Any) -> None:
        told = file_dossier()
        later = timezone.now() + timedelta(hours=2)
        assert retention.seal(now=later) == 0, "the mail with the secret is still waiting"
        with django_capture_on_commit_callbacks(execute=True):
            second = file_dossier()
        assert retention.seal() == 0, "the receipt may still be reloaded"
        assert retention.seal(now=later) == 2
        for dossier in (told.dossier, second.dossier):
            dossier.refresh_from_db()
            assert services.answer_for(dossier).secret == ""
