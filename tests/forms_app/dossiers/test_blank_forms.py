"""Forms to print and fill in by hand; how a procedure is filed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from forms_app.dossiers import blank_forms
from forms_app.dossiers.blank_forms import blank_form
from forms_app.dossiers.models import FilingChannel
from forms_app.dossiers.registrations import portal_filing_link
from forms_app.dossiers.selectors.filing import filing_offer
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import make_form, make_version

pytestmark = pytest.mark.django_db
SCHEMA: dict[str, Any] = {
    "steps": [
        {
            "id": "child", "title": "Thông tin của trẻ", "intro": "Ghi như giấy chứng sinh.",
            "fields": [
                {"id": "child_name", "type": "short_text", "label": "Họ tên của trẻ"},
                {"id": "sex", "type": "choice", "label": "Giới tính", "required": False,
                 "choices": [{"value": "nam", "label": "Nam"}, {"value": "nu", "label": "Nữ"}]},
                {"id": "born_here", "type": "yes_no", "label": "Sinh tại xã?"},
                {"id": "note", "type": "long_text", "label": "Điều cần nói thêm", "help": "Nếu có."},
                {"id": "proof", "type": "file", "label": "Giấy chứng sinh"},
            ],
        }
    ]
}  # fmt: skip


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_blank_form_has_every_question_choice_and_document() -> None:
    form = make_form(None, AgencyFactory(name="Ủy ban nhân dân xã Đất Mũi"), schema=SCHEMA)
    offer = filing_offer(form.definition.procedure.core_code)
    assert offer is not None
    text = " ".join(text_of(blank_form(offer)).split())
    for words in (
        "Kính gửi: Ủy ban nhân dân xã Đất Mũi", "Số điện thoại", "Giấy tờ tùy thân", "Hộ chiếu",
        "Thông tin của trẻ", "Ghi như giấy chứng sinh.", "Họ tên của trẻ", "Giới tính (nếu có)", "Nam", "Nữ",
        "Có", "Không", "Điều cần nói thêm", "Nếu có.", "Giấy tờ kèm theo", "Giấy chứng sinh", "NGƯỜI KHAI",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(("signers", "names"), [
    ([], ["NGƯỜI KHAI"]), (["Bên nam", "Bên nữ"], ["BÊN NAM", "BÊN NỮ"]),
])  # fmt: skip
def test_everybody_who_signs_has_a_place_and_questions_keep_their_question_mark(
    signers: list[str], names: list[str]
) -> None:
    asked = {"id": "times", "type": "short_text", "label": "Kết hôn lần thứ mấy?"}
    schema = {"steps": [{"id": "a", "title": "Bên nam", "fields": [asked]}], "signers": signers}
    offer = filing_offer(make_form(schema=schema).definition.procedure.core_code)
    assert offer is not None
    text = " ".join(text_of(blank_form(offer)).split())
    assert "Kết hôn lần thứ mấy? ..." in text
    assert text.count("(Ký và ghi rõ họ tên)") == len(names)
    assert all(name in text for name in names)


def test_blank_form_is_sent_as_pdf_and_missing_without_an_online_form() -> None:
    code = make_form().definition.procedure.core_code
    answer = Client().get(f"/nop-ho-so/{code}/to-khai.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert Client().get("/nop-ho-so/9.999999/to-khai.pdf").status_code == 404


class TestFilingLink:
    def test_form_here_comes_with_its_blank_form(self) -> None:
        procedure = make_form().definition.procedure
        link = portal_filing_link(procedure)
        assert link is not None
        assert link.url == f"/nop-ho-so/{procedure.core_code}/"
        assert link.blank_form == f"/nop-ho-so/{procedure.core_code}/to-khai.pdf"

    @pytest.mark.parametrize("level", ["toan_trinh", "mot_phan"])
    def test_online_procedure_without_a_form_here_links_to_the_national_portal(self, level: str) -> None:
        link = portal_filing_link(make_version(service_level=level).procedure)
        assert link is not None
        assert link.url == "https://dichvucong.gov.vn"
        assert "chưa có biểu mẫu trực tuyến" in link.note
        assert link.blank_form == ""

    @pytest.mark.parametrize("level", ["", "thong_tin"])
    def test_other_procedure_has_no_link(self, level: str) -> None:
        assert portal_filing_link(make_version(service_level=level).procedure) is None

    def test_procedure_received_only_at_the_counter_has_no_link(self) -> None:
        version = make_version(service_level="toan_trinh")
        FilingChannel.objects.create(procedure=version.procedure, channel="counter", valid_from="2025-07-01")
        assert portal_filing_link(version.procedure) is None


def test_scripts_and_markup_in_labels_stay_text() -> None:
    schema = {"steps": [{"id": "a", "title": "#panic()", "fields": [
        {"id": "b", "type": "short_text", "label": "*Tên* #image(\"/etc/passwd\")"},
    ]}]}  # fmt: skip
    form = make_form(schema=schema)
    offer = filing_offer(form.definition.procedure.core_code)
    assert offer is not None
    assert re.search(r'\*Tên\* #image\("/etc/passwd"\)', text_of(blank_form(offer)))


def test_unknown_parameters_do_not_typeset_a_blank_form_again(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PAGE_CACHE_ENABLED = True
    client = Client()
    code, typeset = make_form().definition.procedure.core_code, []
    monkeypatch.setattr(blank_forms, "blank_form", lambda offer: typeset.append(offer) or b"%PDF-")
    for number in range(5):
        assert client.get(f"/nop-ho-so/{code}/to-khai.pdf?zz={number}").status_code == 200
    assert len(typeset) <= 2
