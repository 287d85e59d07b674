"""What the desk may ask for again (Mẫu 02): papers and answers of the dossier, never who applies."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency
from forms_app.builder import applicant
from forms_app.desk import asking
from forms_app.desk.forms import MAX_OTHER, SupplementForm
from forms_app.dossiers.models import Dossier
from procedures.parts import Case, Paper
from tests.desk.factories import SCHEMA, VN, make_dossier
from tests.dossiers.factories import file_dossier, make_form, make_version, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
CASES = (
    Case("Trường hợp chung", (
        Paper("Tờ khai theo mẫu", originals=1),
        Paper("BẢN ÁN LY HÔN", originals=1, copies=1),  # the form asks for it under the same name
        Paper("Căn cước để đối chiếu", kind="xuat_trinh", originals=1),
        Paper("Lưu ý: giấy tờ nước ngoài phải hợp pháp hoá", kind="ghi_chu"),
    )),
    Case("Trường hợp uỷ quyền", (
        Paper("Tờ khai theo mẫu", originals=1),
        Paper("Văn bản uỷ quyền", originals=1, copies=2),
        Paper("Ảnh 4 × 6"),
    )),
)  # fmt: skip


@pytest.fixture
def dossier(agency: Agency) -> Dossier:
    form = make_form(make_version(cases=CASES), agency, schema=SCHEMA)
    return make_dossier(form=form)


def labels(items: list[asking.Askable]) -> list[str]:
    return [item.label for item in items]


def test_papers_of_the_form_come_first_then_those_the_catalogue_asks_for(dossier: Dossier) -> None:
    assert labels(asking.papers(dossier)) == [
        "Bản án ly hôn", "Tờ khai theo mẫu", "Văn bản uỷ quyền", "Ảnh 4 × 6",
    ]  # fmt: skip


def test_each_paper_says_how_many_are_wanted(dossier: Dossier) -> None:
    counts = {item.label: item.count for item in asking.papers(dossier)}
    assert counts == {
        "Bản án ly hôn": "1",
        "Tờ khai theo mẫu": "1 bản chính",
        "Văn bản uỷ quyền": "1 bản chính, 2 bản sao",
        "Ảnh 4 × 6": "1",
    }


def test_ids_are_different_and_do_not_meet_those_of_the_form(dossier: Dossier) -> None:
    ids = [item.id for item in asking.papers(dossier) + asking.answers(dossier)]
    assert len(ids) == len(set(ids))
    assert not applicant.RESERVED & set(ids)


def test_answers_are_those_of_the_form_s_own_steps(dossier: Dossier) -> None:
    assert labels(asking.answers(dossier)) == ["Mục đích sử dụng", "Số định danh của vợ, chồng"]


def test_the_page_lists_neither_the_applicant_s_fields_nor_notes(client: Client, dossier: Dossier) -> None:
    page = client.get(reverse("desk:act", args=[dossier.code, "request_supplement"])).content.decode()
    offered = re.findall(r'type="checkbox" name="(\w+)" value="([^"]+)"', page)
    assert ("papers", "ruling") in offered
    assert ("answers", "purpose") in offered
    assert not {value for _name, value in offered} & applicant.RESERVED
    assert "Lưu ý: giấy tờ nước ngoài" not in page
    assert "Căn cước để đối chiếu" not in page


def test_a_dossier_without_a_form_still_offers_the_catalogue_s_papers(dossier: Dossier) -> None:
    counter = Dossier(procedure_version=dossier.procedure_version, form_version=None)
    assert labels(asking.papers(counter)) == [
        "Tờ khai theo mẫu", "BẢN ÁN LY HÔN", "Văn bản uỷ quyền", "Ảnh 4 × 6",
    ]  # fmt: skip
    assert asking.answers(counter) == []


@pytest.mark.parametrize(
    ("paper", "listed"),
    [
        ("Bản án ly hôn có hiệu lực pháp luật", False),  # the catalogue says more
        ("Bản án", False),  # the form says more
        ("ban an ly hon", False),
        ("Giấy chứng tử", True),
        ("Án phí", True),
    ],
)
def test_the_same_paper_in_other_words_is_listed_once(agency: Agency, paper: str, listed: bool) -> None:
    form = make_form(make_version(cases=(Case("", (Paper(paper, originals=1),)),)), agency, schema=SCHEMA)
    assert (paper in labels(asking.papers(make_dossier(form=form)))) == listed


def test_with_nothing_to_tick_other_papers_can_be_named(client: Client) -> None:
    bare = Dossier(procedure_version=make_version(), form_version=None)
    form = SupplementForm(
        {"version": 1, "other": "Giấy chứng tử", "reason": "Thiếu", "answer_by": "7/12/2026"},
        papers=asking.papers(bare), answers=asking.answers(bare), submit="Gửi",
    )  # fmt: skip
    assert "papers" not in form.fields
    assert "answers" not in form.fields
    assert form.is_valid(), form.errors
    assert form.items() == [
        {"id": "other_1", "label": "Giấy chứng tử", "kind": "file", "count": "1", "note": ""}
    ]


def filled(dossier: Dossier, **data: Any) -> SupplementForm:
    form = SupplementForm(
        {"version": 1, "reason": "Thiếu", "answer_by": "7/12/2026", **data},
        papers=asking.papers(dossier), answers=asking.answers(dossier), submit="Gửi",
    )  # fmt: skip
    form.is_valid()
    return form


def test_what_is_asked_keeps_the_order_papers_answers_others(dossier: Dossier) -> None:
    items = filled(dossier, papers=["paper_1", "ruling"], answers=["purpose"], other="Giấy chứng tử").items()
    assert [(item["id"], item["kind"]) for item in items] == [
        ("paper_1", "file"), ("ruling", "file"), ("purpose", "text"), ("other_1", "file"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "other"),
        ({"other": " \u200b \n \n"}, "other"),
        ({"papers": ["purpose"]}, "papers"),
        ({"papers": ["full_name"]}, "papers"),
        ({"answers": ["ruling"]}, "answers"),
        ({"answers": ["citizen_id"]}, "answers"),
        ({"papers": ["paper_3"]}, "papers"),  # shown only, never handed in
        ({"papers": ["ruling"], "answer_by": "31/02/2027"}, "answer_by"),
        ({"papers": ["ruling"], "answer_by": ""}, "answer_by"),
        ({"papers": ["ruling"], "reason": " "}, "reason"),
        ({"papers": ["ruling"], "reason": "x" * 2001}, "reason"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    dossier: Dossier, data: dict[str, Any], field: str
) -> None:
    assert set(filled(dossier, **data).errors) == {field}


def test_other_papers_are_cleaned_counted_and_cut(dossier: Dossier) -> None:
    many = "\n".join(f"  Giấy   số {n} " for n in range(MAX_OTHER + 5)) + "\n" + "x" * 500
    form = filled(dossier, other=many)
    assert form.is_valid()
    assert len(form.other_papers()) == MAX_OTHER
    assert form.other_papers()[0] == "Giấy số 0"
    assert len(filled(dossier, other="x" * 500).other_papers()[0]) == 200


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [("7/12/2026", True), ("07-12-2026", True), ("2026-12-07", True), ("7.12.2026", True)],
)
def test_the_day_is_read_as_people_write_it(
    client: Client, dossier: Dossier, typed: str, accepted: bool
) -> None:
    url = reverse("desk:act", args=[dossier.code, "request_supplement"])
    answer = client.post(url, {"version": 1, "papers": ["ruling"], "reason": "Mờ", "answer_by": typed})
    assert answer.status_code == 302
    assert dossier.supplement_requests.get().citizen_deadline == datetime(2026, 12, 7, 17, 0, tzinfo=VN)


def test_the_citizen_is_asked_exactly_that(client: Client, agency: Agency) -> None:
    told = file_dossier(
        make_form(make_version(cases=CASES), agency, schema=SCHEMA), purpose="Mua bán nhà đất"
    )
    url = reverse("desk:act", args=[told.code, "request_supplement"])
    client.post(
        url,
        {
            "version": 1,
            "papers": ["paper_6"],
            "answers": ["purpose"],
            "reason": "Thiếu",
            "answer_by": "7/12/2026",
        },
    )
    citizen = Client()
    page = citizen.get(f"/ho-so/{told.token}/bo-sung/").content.decode()
    assert "Văn bản uỷ quyền" in page
    assert "Số lượng: 1 bản chính, 2 bản sao" in page
    assert set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', page)) == {
        "csrfmiddlewaretoken", "version", "paper_6", "purpose", "q",
    } - ({"q"} if 'name="q"' not in page else set())  # fmt: skip
    sent = citizen.post(
        f"/ho-so/{told.token}/bo-sung/",
        {"version": 2, "paper_6": picture("uy-quyen.png"), "purpose": "Vay vốn"},
    )
    assert sent.status_code == 302
    desk = client.get(reverse("desk:dossier", args=[told.code])).content.decode()
    assert "uy-quyen.png" in desk
    assert "Vay vốn" in desk
