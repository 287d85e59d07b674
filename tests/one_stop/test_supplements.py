"""Items of supplement requests (Mẫu 02): documents and answers, except those of the applicant."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency
from forms_app.builder import applicant
from forms_app.dossiers.models import Dossier
from one_stop import supplements
from one_stop.forms.supplements import MAX_OTHER_DOCUMENTS, SupplementForm
from procedures.value_objects import Case, RequiredDocument
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version, picture
from tests.one_stop.factories import SCHEMA, VN, make_dossier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
CASES = (
    Case("Trường hợp chung", (
        RequiredDocument("Tờ khai theo mẫu", originals=1),
        RequiredDocument("BẢN ÁN LY HÔN", originals=1, copies=1),  # the form requests it under the same name
        RequiredDocument("Căn cước để đối chiếu", kind="xuat_trinh", originals=1),
        RequiredDocument("Lưu ý: giấy tờ nước ngoài phải hợp pháp hoá", kind="ghi_chu"),
    )),
    Case("Trường hợp uỷ quyền", (
        RequiredDocument("Tờ khai theo mẫu", originals=1),
        RequiredDocument("Văn bản uỷ quyền", originals=1, copies=2),
        RequiredDocument("Ảnh 4 × 6"),
    )),
)  # fmt: skip


@pytest.fixture
def dossier(agency: Agency) -> Dossier:
    form = make_form(make_version(cases=CASES), agency, schema=SCHEMA)
    return make_dossier(form=form)


def labels(items: list[supplements.SupplementItem]) -> list[str]:
    return [item.label for item in items]


def test_documents_of_the_form_come_before_those_of_the_catalogue(dossier: Dossier) -> None:
    assert labels(supplements.requestable_documents(dossier)) == [
        "Bản án ly hôn", "Tờ khai theo mẫu", "Văn bản uỷ quyền", "Ảnh 4 × 6",
    ]  # fmt: skip


def test_documents_have_counts_of_originals_and_copies(dossier: Dossier) -> None:
    counts = {item.label: item.count for item in supplements.requestable_documents(dossier)}
    assert counts == {
        "Bản án ly hôn": "1",
        "Tờ khai theo mẫu": "1 bản chính",
        "Văn bản uỷ quyền": "1 bản chính, 2 bản sao",
        "Ảnh 4 × 6": "1",
    }


def test_ids_are_unique_and_differ_from_applicant_fields(dossier: Dossier) -> None:
    ids = [
        item.id
        for item in supplements.requestable_documents(dossier) + supplements.requestable_answers(dossier)
    ]
    assert len(ids) == len(set(ids))
    assert not applicant.RESERVED & set(ids)


def test_requestable_answers_exclude_the_applicant_step(dossier: Dossier) -> None:
    assert labels(supplements.requestable_answers(dossier)) == [
        "Mục đích sử dụng",
        "Số định danh của vợ, chồng",
    ]


def test_page_lists_neither_applicant_fields_nor_notes(client: Client, dossier: Dossier) -> None:
    page = client.get(reverse("one_stop:action", args=[dossier.code, "request_supplement"])).content.decode()
    offered = re.findall(r'type="checkbox" name="(\w+)" value="([^"]+)"', page)
    assert ("documents", "ruling") in offered
    assert ("answers", "purpose") in offered
    assert not {value for _name, value in offered} & applicant.RESERVED
    assert "Lưu ý: giấy tờ nước ngoài" not in page
    assert "Căn cước để đối chiếu" not in page


def test_dossier_without_a_form_offers_documents_of_the_catalogue(dossier: Dossier) -> None:
    counter = Dossier(procedure_version=dossier.procedure_version, form_version=None)
    assert labels(supplements.requestable_documents(counter)) == [
        "Tờ khai theo mẫu", "BẢN ÁN LY HÔN", "Văn bản uỷ quyền", "Ảnh 4 × 6",
    ]  # fmt: skip
    assert supplements.requestable_answers(counter) == []


@pytest.mark.parametrize(
    ("document", "listed"),
    [
        ("Bản án ly hôn có hiệu lực pháp luật", False),  # the catalogue has more detail
        ("Bản án", False),  # the form has more detail
        ("ban an ly hon", False),
        ("Giấy chứng tử", True),
        ("Án phí", True),
    ],
)
def test_similarly_named_document_is_listed_once(agency: Agency, document: str, listed: bool) -> None:
    form = make_form(
        make_version(cases=(Case("", (RequiredDocument(document, originals=1),)),)), agency, schema=SCHEMA
    )
    assert (document in labels(supplements.requestable_documents(make_dossier(form=form)))) == listed


def test_document_that_a_question_names_is_listed_under_the_question_only(agency: Agency) -> None:
    document = "Giấy xác nhận tình trạng hôn nhân đã cấp"
    asked = {"id": "old", "type": "file", "label": "Giấy cũ", "options": {"document": document}}
    schema = {"steps": [{"id": "papers", "title": "Giấy tờ", "fields": [asked]}]}
    version = make_version(cases=(Case("", (RequiredDocument(document, originals=1),)),))
    dossier = make_dossier(form=make_form(version, agency, schema=schema))
    assert labels(supplements.requestable_documents(dossier)) == ["Giấy cũ"]


def test_other_documents_can_be_entered_without_offered_ones(client: Client) -> None:
    bare = Dossier(procedure_version=make_version(), form_version=None)
    form = SupplementForm(
        {
            "version": 1,
            "other_documents": "Giấy chứng tử",
            "reason": "Thiếu",
            "supplement_due_at": "7/12/2026",
        },
        documents=supplements.requestable_documents(bare),
        answers=supplements.requestable_answers(bare),
        submit="Gửi",
    )
    assert "documents" not in form.fields
    assert "answers" not in form.fields
    assert form.is_valid(), form.errors
    assert form.items() == [
        {"id": "other_1", "label": "Giấy chứng tử", "kind": "file", "count": "1", "note": ""}
    ]


def filled(dossier: Dossier, **data: Any) -> SupplementForm:
    form = SupplementForm(
        {"version": 1, "reason": "Thiếu", "supplement_due_at": "7/12/2026", **data},
        documents=supplements.requestable_documents(dossier),
        answers=supplements.requestable_answers(dossier),
        submit="Gửi",
    )
    form.is_valid()
    return form


def test_items_are_ordered_documents_answers_other_documents(dossier: Dossier) -> None:
    items = filled(
        dossier, documents=["document_1", "ruling"], answers=["purpose"], other_documents="Giấy chứng tử"
    ).items()
    assert [(item["id"], item["kind"]) for item in items] == [
        ("document_1", "file"), ("ruling", "file"), ("purpose", "text"), ("other_1", "file"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "other_documents"),
        ({"other_documents": " \u200b \n \n"}, "other_documents"),
        ({"documents": ["purpose"]}, "documents"),
        ({"documents": ["full_name"]}, "documents"),
        ({"answers": ["ruling"]}, "answers"),
        ({"answers": ["citizen_id"]}, "answers"),
        ({"documents": ["document_3"]}, "documents"),  # shown only, never to be handed in
        ({"documents": ["ruling"], "supplement_due_at": "31/02/2027"}, "supplement_due_at"),
        ({"documents": ["ruling"], "supplement_due_at": ""}, "supplement_due_at"),
        ({"documents": ["ruling"], "reason": " "}, "reason"),
        ({"documents": ["ruling"], "reason": "x" * 2001}, "reason"),
    ],
)
def test_invalid_request_is_reported_at_its_field(dossier: Dossier, data: dict[str, Any], field: str) -> None:
    assert set(filled(dossier, **data).errors) == {field}


def test_other_documents_are_stripped(dossier: Dossier) -> None:
    many = "\n".join(f"  Giấy   số {n} " for n in range(MAX_OTHER_DOCUMENTS)) + "\n\n"
    form = filled(dossier, other_documents=many)
    assert form.is_valid()
    assert len(form.named_documents()) == MAX_OTHER_DOCUMENTS
    assert form.named_documents()[0] == "Giấy số 0"


@pytest.mark.parametrize("typed", ["7/12/2026", "07-12-2026", "2026-12-07", "7.12.2026"])
def test_date_is_accepted_in_every_notation(client: Client, dossier: Dossier, typed: str) -> None:
    url = reverse("one_stop:action", args=[dossier.code, "request_supplement"])
    answer = client.post(
        url, {"version": 1, "documents": ["ruling"], "reason": "Mờ", "supplement_due_at": typed}
    )
    assert answer.status_code == 302
    assert dossier.supplement_requests.get().supplement_due_at == datetime(2026, 12, 7, 17, 0, tzinfo=VN)


def test_citizen_sees_exactly_the_requested_items(client: Client, agency: Agency) -> None:
    receipt = file_dossier(
        make_form(make_version(cases=CASES), agency, schema=SCHEMA), purpose="Mua bán nhà đất"
    )
    url = reverse("one_stop:action", args=[receipt.code, "request_supplement"])
    client.post(
        url,
        {
            "version": 1,
            "documents": ["document_6"],
            "answers": ["purpose"],
            "reason": "Thiếu",
            "supplement_due_at": "7/12/2026",
        },
    )
    citizen = Client()
    page = citizen.get(f"/ho-so/{receipt.token}/bo-sung/").content.decode()
    assert "Văn bản uỷ quyền" in page
    assert "Số lượng: 1 bản chính, 2 bản sao" in page
    assert set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', page)) == {
        "csrfmiddlewaretoken", "version", "request", "document_6", "purpose", "q",
    } - ({"q"} if 'name="q"' not in page else set())  # fmt: skip
    sent = citizen.post(
        f"/ho-so/{receipt.token}/bo-sung/",
        {"version": 2, "document_6": picture("uy-quyen.png"), "purpose": "Vay vốn"},
    )
    assert sent.status_code == 302
    desk = client.get(reverse("one_stop:dossier", args=[receipt.code])).content.decode()
    assert "uy-quyen.png" in desk
    assert "Vay vốn" in desk
