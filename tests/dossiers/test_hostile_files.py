"""Files that are not what they say, names that want to be paths, and limits at their very edge."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidInput
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import services
from forms_app.dossiers.inspection import Limits, names
from forms_app.dossiers.inspection.verdict import KINDS
from forms_app.dossiers.models import Attachment
from forms_app.dossiers.selectors.procedures import consent_in_force
from tests.desk.factories import make_officer
from tests.dossiers.factories import enter, make_draft, picture
from tests.dossiers.test_uploads import PDF, archive, image, judge

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOREIGN = {
    "exe": b"MZ\x90\x00" + bytes(300),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(300),
    "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "script": b"#!/bin/sh\nrm -rf /\n",
    "php": b"<?php system($_GET['c']); ?>",
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(300),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(300),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(300),
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "eicar": EICAR,
    "text": "Chỉ là chữ".encode(),
    "zeros": bytes(500),
}


class TestDisguises:
    @pytest.mark.parametrize("extension", sorted(KINDS))
    @pytest.mark.parametrize("inside", sorted(FOREIGN))
    def test_no_ending_makes_it_something_else(self, inside: str, extension: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            judge(f"giay-to.{extension}", FOREIGN[inside])
        assert "giay-to" in caught.value.message

    @pytest.mark.parametrize("extension", sorted(FOREIGN))
    def test_nor_is_it_taken_under_its_own(self, extension: str) -> None:
        with pytest.raises(InvalidInput, match="Không nhận được"):
            judge(f"giay-to.{extension.replace(' ', '')}", FOREIGN[extension])

    @pytest.mark.parametrize(
        ("name", "front"),
        [
            ("anh.png", image("PNG")),
            ("anh.jpg", image("JPEG")),
            ("anh.webp", image("WEBP")),
            ("don.pdf", PDF),
        ],
    )
    def test_an_archive_behind_a_picture_or_pdf_is_found(self, name: str, front: bytes) -> None:
        with pytest.raises(InvalidInput, match="giấu bên trong"):
            judge(name, front + archive())
        assert judge(name, front).name == name

    @pytest.mark.parametrize(
        "hidden",
        [FOREIGN["html"] + PDF, b"GIF89a" + PDF, b"\n" + PDF, b"\xef\xbb\xbf" + PDF, b"%!PS-Adobe\n" + PDF],
    )
    def test_a_pdf_begins_with_its_first_byte(self, hidden: bytes) -> None:
        with pytest.raises(InvalidInput):
            judge("don.pdf", hidden)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("extension", ["jpg", "png", "webp", "heic", "pdf", "docx"])
    def test_a_picture_has_the_ending_of_its_kind(self, kind: str, extension: str) -> None:
        data, own = image(kind), {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[kind]
        if extension == own:
            assert judge(f"anh.{extension}", data).content_type == f"image/{kind.lower()}"
            return
        with pytest.raises(InvalidInput):
            judge(f"anh.{extension}", data)

    @pytest.mark.parametrize("macro", ["word/vbaProject.bin", "word/VBADATA.BIN", "xl/vbaProject.bin"])
    def test_macros_are_refused_wherever_they_lie(self, macro: str) -> None:
        with pytest.raises(InvalidInput, match="macro"):
            judge("don.docx", archive({macro: b"x"}))

    @given(st.binary(max_size=400), st.sampled_from(sorted(KINDS)))
    def test_random_bytes_are_refused_in_words_and_break_nothing(self, data: bytes, extension: str) -> None:
        with pytest.raises(InvalidInput):
            judge(f"giay-to.{extension}", data)

    @given(st.integers(1, 60))
    def test_a_file_that_lost_its_end_is_refused(self, lost: int) -> None:
        for name, data in (("don.pdf", PDF), ("don.docx", archive())):
            with pytest.raises(InvalidInput):
                judge(name, data[:-lost] if lost > 6 else data[: len(data) // 2])


class TestSizes:
    def test_a_picture_of_41_megapixels_is_refused_and_of_40_taken(self) -> None:
        def flat(width: int, height: int) -> bytes:
            out = io.BytesIO()
            Image.new("1", (width, height)).save(out, "PNG")
            return out.getvalue()

        assert judge("anh.png", flat(8000, 5000)).content_type == "image/png"
        with pytest.raises(InvalidInput, match="41 triệu điểm ảnh"):
            judge("anh.png", flat(8200, 5000))

    @pytest.mark.parametrize(("more", "taken"), [(-1, True), (0, True), (1, False)])
    def test_the_limit_of_bytes_is_inside(self, more: int, taken: bool) -> None:
        limits = Limits(("pdf",), len(PDF) - more)
        if taken:
            assert judge("don.pdf", PDF, limits).name == "don.pdf"
            return
        with pytest.raises(InvalidInput, match="tối đa"):
            judge("don.pdf", PDF, limits)

    def test_a_bomb_in_a_bomb_is_one(self) -> None:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a", bytes(30 * 1024 * 1024))
        with pytest.raises(InvalidInput, match="lớn bất thường"):
            judge("don.docx", archive({f"word/{n}.xml": bytes(2 * 1024 * 1024) for n in range(3)}))
        assert judge("don.docx", archive({"word/embeddings/a.zip": inner.getvalue()})).name == "don.docx", (
            "an archive inside is not unpacked by us: it is bytes"
        )

    @pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "word/../../evil.xml", "C:\\evil.xml"])
    def test_paths_inside_an_archive_are_never_written(self, name: str) -> None:
        assert judge("don.docx", archive({name: b"x"})).name == "don.docx"


class TestNames:
    @given(st.text(max_size=400))
    def test_any_name_becomes_one_that_is_safe_to_show_and_send(self, name: str) -> None:
        safe = names.clean_name(name)
        assert 1 <= len(safe) <= names.MOST
        assert not re.search(r'[\\/<>:"|?*%;\x00-\x1f\x7f]', safe)
        assert safe == unicodedata.normalize("NFC", safe)
        assert safe not in {".", ".."}
        assert not safe.startswith((".", " "))

    @given(st.text(max_size=200))
    def test_cleaning_twice_changes_nothing(self, name: str) -> None:
        once = names.clean_name(name)
        assert names.clean_name(once) == once

    @given(st.text("aăâđêôơưáàảãạ ", min_size=1, max_size=50), st.sampled_from(["pdf", "PDF", "Jpg"]))
    def test_vietnamese_names_keep_every_letter_whatever_form_the_phone_sent(
        self, stem: str, ending: str
    ) -> None:
        assume(stem.strip())
        nfc = names.clean_name(f"{unicodedata.normalize('NFC', stem)}.{ending}")
        nfd = names.clean_name(f"{unicodedata.normalize('NFD', stem)}.{ending}")
        assert nfc == nfd
        assert names.extension(nfc) == ending.lower()

    @pytest.mark.parametrize(
        ("name", "ending"),
        [("a.pdf", "pdf"), ("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("pdf", ""), ("a.", ""), (".pdf", "pdf")],
    )  # fmt: skip
    def test_the_ending_is_what_stands_after_the_last_dot(self, name: str, ending: str) -> None:
        assert names.extension(name) == ending


@pytest.mark.django_db
class TestKept:
    spec = FieldSpec("proof", "file", "Giấy", options={"max_files": 3})

    def test_what_comes_back_is_bit_for_bit_what_was_sent(self) -> None:
        draft, token = make_draft()
        sent = picture("Giấy chứng sinh.png")
        content = sent.read()
        sent.seek(0)
        kept = services.store_answer(draft=draft, spec=self.spec, upload=sent)
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        with closing(client.get(f"/nop-ho-so/{code}/tep/{kept.pk}/")) as answer:
            got = b"".join(answer.streaming_content)
        assert got == content
        assert hashlib.sha256(got).hexdigest() == kept.sha256
        assert int(answer["Content-Length"]) == kept.size == len(content)
        assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('Giấy chứng sinh.png')}"
        assert answer["Content-Security-Policy"].startswith("sandbox")

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_a_name_of_any_form_is_kept_in_nfc(self, form: str) -> None:
        draft, _token = make_draft()
        upload = picture(unicodedata.normalize(form, "Đơn đề nghị.png"))
        kept = services.store_answer(draft=draft, spec=self.spec, upload=upload)
        assert kept.original_name == "Đơn đề nghị.png"

    @pytest.mark.parametrize("name", ["../../../etc/passwd.png", "..\\..\\win.png", "/etc/cron.d/x.png"])
    def test_a_path_for_a_name_leads_nowhere(self, name: str) -> None:
        draft, _token = make_draft()
        upload = picture("x.png")
        upload._name = name  # type: ignore[attr-defined]  # what Django itself would cut off already
        kept = services.store_answer(draft=draft, spec=self.spec, upload=upload)
        assert re.fullmatch(r"dossiers/\d{4}/\d{2}/[0-9a-f]{40}", kept.path)
        assert "/" not in kept.original_name

    def test_a_virus_in_a_whole_pdf_is_shown_as_not_scanned(self) -> None:
        """There is no scanner yet: nobody is told that a file is clean."""
        draft, token = make_draft()
        infected = PDF.replace(b"endobj", b"endobj % " + EICAR + b"\n")
        services.store_answer(
            draft=draft, spec=self.spec, upload=SimpleUploadedFile("don.pdf", infected, "application/pdf")
        )
        told = services.submit(
            token=token, idempotency_key=draft.idempotency_key,
            consent=consent_in_force(),
        )  # fmt: skip
        desk = Client()
        desk.force_login(make_officer(told.dossier.agency))
        page = desk.get(f"/mot-cua/ho-so/{told.code}/").content.decode()
        assert "don.pdf" in page
        assert page.count("Chưa quét mã độc") == 2 or "Chưa quét" in page

    def test_the_type_the_browser_claims_is_not_believed(self) -> None:
        draft, _token = make_draft()
        upload = SimpleUploadedFile("don.pdf", PDF, "text/html")
        assert (
            services.store_answer(draft=draft, spec=self.spec, upload=upload).content_type
            == "application/pdf"
        )

    def test_one_file_too_many_is_said_and_the_others_stay(self) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        answer = client.post(
            f"/nop-ho-so/{code}/buoc/child/",
            {"upload": "proof", "proof": [picture(f"anh-{n}.png") for n in range(6)]},
        )
        assert answer.status_code == 422
        assert "nhiều nhất 5 tệp" in answer.content.decode() or "5 tệp" in answer.content.decode()
        assert Attachment.objects.count() == 5

    def test_a_flood_of_files_in_one_request_is_refused_before_any_is_kept(self, settings: Any) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        flood = [picture(f"anh-{n}.png") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)]
        answer = client.post(f"/nop-ho-so/{code}/buoc/child/", {"proof": flood})
        assert answer.status_code == 400
        assert Attachment.objects.count() == 1

    def test_a_refused_file_leaves_no_bytes_behind(self, settings: Any) -> None:
        draft, _token = make_draft()
        before = Attachment.objects.count()
        for data in (FOREIGN["exe"], FOREIGN["html"], b""):
            with pytest.raises(InvalidInput):
                services.store_answer(draft=draft, spec=self.spec, upload=SimpleUploadedFile("don.pdf", data))
        assert Attachment.objects.count() == before
