"""User input is treated as text in pages, printed forms, mails, search results, logs and file names."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook
from pypdf import PdfReader

from core.errors import InvalidInput
from core.foreign_files.inspection import Limits, clean_name, inspect
from core.logs import SingleLineFormatter
from core.mail import as_html, send
from forms_app.dossiers.handlers import salutation
from forms_app.dossiers.models import Dossier
from home.models import InformationPage, PortalDocument, PortalImage
from procedures.imports.formats.base import FileProblem
from procedures.imports.formats.reader import parse_file
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import file_dossier, picture
from tests.forms_app.dossiers.files import PDF
from tests.home.factories import body, information, news
from tests.one_stop.factories import make_officer
from tests.security.scenario import text_of
from tests.security.test_headers import Inline

pytestmark = pytest.mark.django_db
MARKUP = """"><img src=x onerror=alert(1)>'</script><script>alert(2)</script>{{7*7}}{% debug %}<b>&lt;i&gt;"""
TYPST = '#panic("x") #read("/etc/passwd") #eval("1+1") $sum$ *dam* `ma` @ref <nhan> #link("https://evil.vn")[x] \\ // x'
TYPED = {
    "full_name": f"An {MARKUP}",
    "address": {"text": MARKUP, "detail": MARKUP},
    "child_name": f"Mới {MARKUP}",
}


def pages_of(dossier: Dossier, token: str) -> list[tuple[Client, str]]:
    officer, citizen = Client(), Client()
    officer.force_login(make_officer(dossier.agency, "receiver", "handler", "head"))
    desk, mine = f"/mot-cua/ho-so/{dossier.code}/", f"/ho-so/{token}/"
    return [
        (officer, "/mot-cua/"),
        (officer, f"/mot-cua/?q={dossier.code}"),
        (officer, "/mot-cua/?q=An"),
        *((officer, f"{desk}{part}") for part in ("", "viec/decline/", "viec/request_supplement/")),
        *((citizen, f"{mine}{part}") for part in ("", "noi-dung/", "bo-sung/", "rut/")),
    ]


def check(client: Client, address: str) -> str:
    html = text_of(client.get(address))
    page = Inline(html)
    assert page.found == [], address
    assert "<img src=x" not in html, address
    assert "<b>&lt;i" not in html, address
    assert "alert(2)</script>" not in html, address
    return html


def test_input_of_citizens_is_escaped_on_all_pages() -> None:
    receipt = file_dossier(**TYPED)
    dossier = receipt.dossier
    dossier.attachments.update(original_name=f"{MARKUP}.pdf")
    officer = make_officer(dossier.agency, "head", "receiver", "handler")
    officer_client = Client()
    officer_client.force_login(officer)
    supplement_data = {
        "version": 1,
        "reason": MARKUP,
        "other_documents": MARKUP,
        "supplement_due_at": (timezone.localdate() + timedelta(days=14)).isoformat(),
    }
    officer_client.post(f"/mot-cua/ho-so/{dossier.code}/viec/request_supplement/", supplement_data)
    assert dossier.supplement_requests.count() == 1
    seen = "".join(check(client, address) for client, address in pages_of(dossier, receipt.token))
    assert seen.count("&lt;img src=x onerror=alert(1)&gt;") > 10
    Client().post(f"/ho-so/{receipt.token}/rut/", {"version": 2, "reason": MARKUP})
    for client, address in pages_of(dossier, receipt.token):
        check(client, address)


def test_input_of_officers_is_escaped() -> None:
    receipt = file_dossier()
    officer_client = Client()
    officer_client.force_login(make_officer(receipt.dossier.agency, "head", "receiver", "handler"))
    supplement_data = {
        "version": 1,
        "reason": "Thiếu",
        "supplement_due_at": (timezone.localdate() + timedelta(days=14)).isoformat(),
        "other_documents": "Bản sao",
    }
    officer_client.post(f"/mot-cua/ho-so/{receipt.dossier.code}/viec/request_supplement/", supplement_data)
    request = receipt.dossier.supplement_requests.get()
    request.items[0]["note"] = "<b>Xem</b> <form action=/x>"
    request.save()
    html = text_of(Client().get(f"/ho-so/{receipt.token}/bo-sung/"))
    assert "&lt;b&gt;Xem&lt;/b&gt;" in html
    assert "<form action=/x>" not in html


@pytest.mark.parametrize(
    "address",
    ["/tim-kiem/?q={}", "/tra-cuu/?ma={}", "/thu-tuc/ma/{}/", "/tai-khoan/dang-nhap/?next={}", "/{}/"],
)
def test_query_parameters_are_escaped(address: str) -> None:
    news(title="Tin")
    html = text_of(
        Client().get(
            address.format("%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E%3Cscript%3Ealert(2)%3C/script%3E")
        )
    )
    assert "<img src=x" not in html
    assert Inline(html).found == []


def test_search_results_are_escaped(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        information(f"Hoa mai {MARKUP[:80]}", summary=f"hoa mai {MARKUP}")
    html = text_of(Client().get("/tim-kiem/?q=hoa+mai"))
    assert "<img src=x" not in html
    assert Inline(html).found == []
    assert Client().get("/tim-kiem/goi-y/?q=hoa+mai").headers["Content-Type"].startswith("application/json")


def test_printed_forms_treat_input_as_text() -> None:
    receipt = file_dossier(full_name=f"An {TYPST}", address={"text": TYPST, "detail": TYPST})
    answer = Client().get(f"/ho-so/{receipt.token}/giay/mau-01.pdf")
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    assert re.sub(r"\s+", "", TYPST)[:60] in text
    assert "root:" not in text
    assert not any("/Annots" in page and "evil.vn" in str(page["/Annots"]) for page in pages)


class TestMails:
    def test_mail_does_not_contain_a_name_that_looks_like_a_message(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            file_dossier(
                full_name="Trúng thưởng www.evil.example https://evil.example/x",
                email="nan-nhan@example.vn",
            )
        sent = [message for message in mail.outbox if message.to == ["nan-nhan@example.vn"]]
        assert len(sent) == 1
        assert "evil.example" not in sent[0].body + str(sent[0].alternatives)

    @pytest.mark.parametrize(
        "name", ["Nguyễn Thị Thu Đông", "H'Hen Niê", "Trần-Lê Văn Ý", "Lê V. Tám", "Y Phôn Ksor"]
    )
    def test_salutation_contains_plausible_names(self, name: str) -> None:
        assert salutation(name) == name

    @pytest.mark.parametrize(
        "name",
        ["www.evil.vn", "An http://x.vn", "a@b.vn", "An 0912345678", "x" * 61, "An\nBcc: x", "evil.com"],
    )
    def test_salutation_is_empty_for_implausible_names(self, name: str) -> None:
        assert salutation(name) == ""

    @pytest.mark.parametrize("text", ["a\r\nBcc: x@evil.vn", "a\nX: y", "a\u2028Bcc: x", "a\x00b"])
    def test_subject_cannot_inject_mail_headers(self, text: str) -> None:
        send(to=["a@example.vn"], subject=text, text="x")
        assert mail.outbox[0].recipients() == ["a@example.vn"]
        assert not {"Bcc", "X"} & set(mail.outbox[0].message().keys())

    def test_html_of_mails_is_escaped(self) -> None:
        html = as_html(MARKUP, f'{MARKUP} javascript:alert(1) http://a.vn/"onmouseover=x')
        assert Inline(re.sub("<style>.*?</style>", "", html, flags=re.DOTALL)).found == []
        assert "<img src=x" not in html


class TestEditors:
    @pytest.mark.parametrize(
        "html",
        [
            '<a href="javascript:alert(1)">x</a>',
            "<script>alert(1)</script>",
            '<img src="x" onerror="alert(1)">',
            '<a href="data:text/html,x">x</a>',
            '<p style="position:fixed" onclick="x()">x</p>',
            "<iframe src=//x></iframe>",
            '<a href=" jAvAsCrIpT:alert(1)">x</a>',
            '<embed embedtype="media" url="https://youtu.be/x"/>',
            "<svg onload=x>",
        ],
    )
    def test_rich_text_is_sanitised_when_saved(self, html: str) -> None:
        block = InformationPage.body.field.stream_block.child_blocks["paragraph"]
        cleaned = str(block.field.widget.value_from_datadict({"x": _draftail(html)}, {}, "x"))
        assert Inline(cleaned).found == []
        assert not re.search("<script|<iframe|<svg|<img", cleaned)

    def test_template_syntax_in_texts_is_not_evaluated(self) -> None:
        page = information(
            "Liên hệ", summary="{{ settings.SECRET_KEY }}{% debug %}", body=body("{{ request }}{% now 'Y' %}")
        )
        html = text_of(Client().get(page.url))
        assert "{{ request }}" in html
        assert "test-only" not in html


def _draftail(html: str) -> str:
    """Return crafted JSON in the format of Draftail."""
    url = re.search(r'(?:href|url|src)="?([^">]*)', html)
    entity = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": url[1] if url else html}}
    block = {
        "key": "a",
        "text": html,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [{"offset": 0, "length": len(html), "key": 0}],
    }
    return json.dumps({"blocks": [block], "entityMap": {"0": entity}})


class TestUploadsOfEditors:
    SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'

    @pytest.fixture
    def editor(self) -> Client:
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        return client

    @pytest.mark.parametrize("name", ["a.svg", "a.png", "a.gif", "a.svgz", "a.html"])
    def test_svg_upload_is_rejected_as_an_image(self, editor: Client, name: str) -> None:
        file = SimpleUploadedFile(name, self.SVG, "image/png")
        editor.post("/quan-tri/images/add/", {"title": "x", "alt_text": "x", "file": file, "collection": 1})
        assert not PortalImage.objects.exists()

    @pytest.mark.parametrize(
        "name", ["a.html", "a.htm", "a.svg", "a.js", "a.xml", "a.exe", "a.php", "a.hta", "a.pdf.html", "a"]
    )
    def test_executable_document_types_are_rejected(self, editor: Client, name: str) -> None:
        file = SimpleUploadedFile(name, self.SVG, "application/pdf")
        editor.post("/quan-tri/documents/add/", {"title": "x", "file": file, "collection": 1})
        assert not PortalDocument.objects.exists()

    def test_document_is_served_with_a_strict_policy(self, editor: Client) -> None:
        file = SimpleUploadedFile("a.pdf", PDF, "text/html")
        editor.post("/quan-tri/documents/add/", {"title": "x", "file": file, "collection": 1})
        answer = Client().get(PortalDocument.objects.get().url)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        text_of(answer)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\x.pdf",
        "/abs/x.pdf",
        "C:\\x.pdf",
        "x\x00.pdf",
        "x\r\nSet-Cookie: a=b.pdf",
        'x";a="b.pdf',
        "\u202efdp.exe",
        "CON.pdf",
        ".htaccess",
        "x" * 400 + ".pdf",
        "…/…/x.pdf",
        "a\u2028b.pdf",
        "%2e%2e%2fx.pdf",
        "",
    ],
)
def test_unsafe_file_name_is_cleaned(name: str) -> None:
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= 120
    assert not re.search(r'[\\/\x00-\x1f"<>:;|?*%\u202e\u2028]', cleaned)
    assert not cleaned.startswith(".")


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_any_file_name_is_cleaned(name: str) -> None:
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= 120
    assert not re.search(r'[\\/\x00-\x1f"<>]', cleaned)


def test_file_name_cannot_inject_response_headers() -> None:
    receipt = file_dossier()
    receipt.dossier.attachments.update(original_name='x"; filename=evil.html\r\nX: y.pdf')
    answer = Client().get(f"/ho-so/{receipt.token}/tep/{receipt.dossier.attachments.get().pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert "X" not in answer.headers
    text_of(answer)


class TestBombs:
    ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s<!ENTITY f SYSTEM "file:///etc/passwd">]>
    <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <sheetData><row><c t="inlineStr"><is><t>%s
    </t></is></c></row></sheetData></worksheet>"""

    def workbook(self, sheet: bytes) -> io.BytesIO:
        plain, out = io.BytesIO(), io.BytesIO()
        Workbook().save(plain)
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
        out.seek(0)
        return out

    @pytest.mark.parametrize("used", [b"&f;", b"&z9;"])
    def test_xml_entities_in_a_workbook_are_rejected(self, used: bytes) -> None:
        nested_entities = b"".join(
            b'<!ENTITY z%d "%s">' % (n, (b"&z%d;" % (n - 1) if n else b"&a;") * 10) for n in range(10)
        )
        with pytest.raises(FileProblem):
            list(parse_file(self.workbook(self.ENTITIES % (nested_entities, used))))

    def test_zip_bomb_is_rejected(self) -> None:
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<x/>")
            archive.writestr("word/document.xml", b"\0" * 120_000_000)
        bomb.seek(0)
        with pytest.raises(FileProblem):
            list(parse_file(bomb))
        with pytest.raises(InvalidInput):
            inspect(bomb, name="a.docx", size=len(bomb.getvalue()), limits=Limits(("docx",), 10**9))

    def test_image_with_a_billion_pixels_is_rejected(self) -> None:
        png = bytearray(picture().read())
        png[16:24] = (60_000).to_bytes(4, "big") * 2
        with pytest.raises(InvalidInput):
            inspect(io.BytesIO(bytes(png)), name="a.png", size=len(png), limits=Limits(("png",), 10**9))


class TestLogs:
    @pytest.mark.parametrize(
        "typed", ["a\n2026-01-01 INFO root admin signed in", "a\r\nx", "a\x1b[2Jx", "a\u2028x", "a\x85x"]
    )
    def test_input_cannot_inject_log_lines(self, typed: str) -> None:
        record = logging.LogRecord("x", logging.INFO, "f", 1, "login of %s", (typed,), None)
        line = SingleLineFormatter("%(levelname)s %(message)s").format(record)
        assert len(line.splitlines()) == 1
        assert "\x1b" not in line

    def test_single_line_formatter_is_configured(self, settings: Any) -> None:
        assert settings.LOGGING["formatters"]["plain"]["()"] == "core.logs.SingleLineFormatter"
