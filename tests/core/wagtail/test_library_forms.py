"""Files of the editors' library match their extensions and have no active parts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pikepdf import Name, String

from accounts.models import Membership, User
from accounts.services import grant
from home.models import PortalDocument, PortalImage
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.core.foreign_files.test_active_content import action, pdf
from tests.core.foreign_files.test_inspection import archive, image
from tests.core.foreign_files.test_library_formats import odf, packed
from tests.core.foreign_files.test_process import scans
from tests.support.word_files import word_file

pytestmark = pytest.mark.django_db
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def editor(client: Client) -> Client:
    user = UserFactory()
    grant(user=user, agency=AgencyFactory(), role=Membership.Role.COMMUNICATION, valid_from=START)
    client.force_login(User.objects.get(pk=user.pk), "django.contrib.auth.backends.ModelBackend")
    return client


def add(editor: Client, kind: str, name: str, content: bytes) -> bool:
    """Upload through the form for one file and that for several; return True if both accepted it."""
    model: Any = PortalDocument if kind == "documents" else PortalImage
    before = model.objects.count()
    facts = {"title": name, "collection": 1, "alt_text": "x"}
    editor.post(f"/quan-tri/{kind}/add/", {**facts, "file": SimpleUploadedFile(name, content)})
    one = model.objects.count() - before
    several = editor.post(
        f"/quan-tri/{kind}/multiple/add/", {**facts, "files[]": SimpleUploadedFile(name, content)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()  # fmt: skip
    assert several["success"] is bool(one)
    return bool(one)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", HTML),
        ("a.pdf", pdf(action(S=Name.JavaScript, JS=String("app.alert(1)")))),
        ("a.docx", archive({"word/vbaProject.bin": b"x"})),
        ("a.pptx", archive()),
        ("a.doc", HTML),
        ("a.xls", b"x"),
        ("a.zip", HTML),
        ("a.txt", HTML),
        ("a.csv", b"a;b\0"),
        ("a.csv", b"a;=cmd|'/c calc'!A1"),
        ("a.rtf", b"{\\rtf1 x}"),
        ("a.odt", odf(Basic__Standard__Module1_xml=b"<m/>")),
        ("a.ods", odf("spreadsheet", b'<table:table-cell table:formula="of:=DDE(1;2)"/>')),
        ("a.zip", packed({"a.exe": b"MZ"})),
    ],
)
def test_document_of_another_kind_or_with_active_parts_is_refused(
    editor: Client, name: str, content: bytes
) -> None:
    assert not add(editor, "documents", name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf()),
        ("a.docx", archive()),
        ("a.pptx", archive(main="ppt/presentation.xml")),
        ("a.doc", word_file()),
        ("a.odt", odf()),
        ("a.zip", packed({"a.pdf": pdf()})),
        ("a.csv", "Tên;Số\nAn;-12,5\nBình;+84 292 3812345".encode()),
        ("a.txt", "Chữ".encode()),
        ("a.csv", b"\xef\xbb\xbfa;b"),
    ],
)
def test_ordinary_document_is_accepted(editor: Client, name: str, content: bytes) -> None:
    assert add(editor, "documents", name, content)


@pytest.mark.parametrize("address", ["add", "multiple/add"])
def test_refused_file_has_one_reason(editor: Client, address: str) -> None:
    field = "files[]" if "multiple" in address else "file"
    refused, other = (
        SimpleUploadedFile(name, data) for name, data in (("bang.csv", b"=1+1"), ("a.exe", b"MZ"))
    )
    page = editor.post(
        f"/quan-tri/documents/{address}/", {"title": "x", "collection": 1, field: refused},
        headers={"X-Requested-With": "XMLHttpRequest"} if "multiple" in address else {},
    )  # fmt: skip
    text = page.json()["error_message"] if "multiple" in address else page.text
    assert "là công thức" in text
    assert "Không nhận tệp đuôi" not in text
    assert "Không nhận tệp đuôi" in editor.post(
        "/quan-tri/documents/add/", {"title": "x", "collection": 1, "file": other}
    ).text  # fmt: skip


def test_images_are_inspected(editor: Client) -> None:
    assert add(editor, "images", "a.png", image("PNG"))
    assert not add(editor, "images", "a.jpg", scans(400))


def test_only_pdfs_open_in_the_browser(editor: Client) -> None:
    for name, content, inline in (
        ("a.pdf", pdf(), True),
        ("a.doc", word_file(), False),
        ("a.txt", b"x", False),
    ):
        add(editor, "documents", name, content)
        answer = Client().get(PortalDocument.objects.filter(title=name).first().url)
        assert answer.headers["Content-Disposition"].startswith("inline") is inline
        assert ("sandbox" in answer.headers["Content-Security-Policy"]) is not inline
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        list(answer.streaming_content)


def test_stored_file_of_a_format_that_is_no_longer_accepted_can_be_described(editor: Client) -> None:
    stored = PortalDocument.objects.create(
        title="Cũ",
        file=SimpleUploadedFile("a.rtf", b"{\\rtf1 x}"),
        uploaded_by_user_id=editor.session["_auth_user_id"],
    )
    editor.post(f"/quan-tri/documents/edit/{stored.pk}/", {"title": "Mới", "collection": 1})
    stored.refresh_from_db()
    assert stored.title == "Mới"
