"""The pages of the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from wagtail.models import PageViewRestriction

from accounts.models import User
from procedures import filing_links
from procedures.choices import Status
from procedures.imports.apply import ImportContext, import_records
from procedures.models import Field, ProcedureChannel, ProcedurePage
from procedures.selectors import live_pages
from procedures.services.versions import publish
from procedures.views.pages import procedure_context
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db


RECORD = {
    "core_code": "1.001193",
    "local_code": "1.001193.000.00.00.H12",
    "title": "THỦ TỤC ĐĂNG KÝ KHAI SINH TẠI CÀ MAU",
    "summary": "Con bạn được ghi vào sổ hộ tịch.",
    "field": "Hộ tịch",
    "levels": ["cap_xa"],
    "audiences": ["cong_dan"],
    "decision": {"number": "1242/QĐ-UBND", "date": "2025-07-01", "agency": "UBND tỉnh Cà Mau"},
    "service_level": "toan_trinh",
    "channels": [
        {
            "channel": "truc_tiep",
            "time_value": 3,
            "time_unit": "ngay_lam_viec",
            "fees": [{"amount": 8000, "exemption": "Miễn cho người thuộc hộ nghèo."}],
        },
        {"channel": "truc_tuyen", "time_value": 1, "time_unit": "ngay_lam_viec", "fees": [{"amount": 0}]},
    ],
    "cases": [
        {"documents": [{"name": "Tờ khai", "originals": 1, "blank_forms": [{"name": "TK.docx"}]}]},
        {"title": "Trẻ bị bỏ rơi", "documents": [{"name": "Biên bản", "kind": "xuat_trinh"}]},
    ],
    "steps": [{"items": ["Nộp hồ sơ.", "Nhận Giấy khai sinh."]}],
    "results": [{"name": "Giấy khai sinh", "code": "KQ.G15.000031"}],
    "legal_bases": [{"number": "60/2014/QH13", "title": "Luật Hộ tịch", "date": "2014-11-20"}],
    "implementing_agencies": ["Ủy ban nhân dân cấp xã"],
}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.fixture
def birth():
    import_records([RECORD], context=ImportContext(source="test"))
    return ProcedurePage.objects.get(procedure__core_code="1.001193")


def _text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split()).replace("\xa0", " ")


def test_procedure_page_shows_everything_a_citizen_needs(client, birth):
    text = _text(client.get(birth.url))

    for said in (
        "<h1>Thủ tục đăng ký khai sinh tại Cà Mau</h1>",
        "Toàn trình",
        "1.001193",
        "1242/QĐ-UBND",
        "01/07/2025",
        "Giấy khai sinh",
        "3 ngày làm việc",
        "8.000 đ",
        "Miễn cho người thuộc hộ nghèo.",
        "Miễn phí",
        "Tờ khai",
        "TK.docx",
        "1 bản chính",
        "Trẻ bị bỏ rơi",
        "Nhận Giấy khai sinh.",
        "60/2014/QH13",
        "20/11/2014",
        "Ủy ban nhân dân cấp xã",
        "Công dân Việt Nam",
    ):
        assert said in text, said


def test_empty_sections_are_not_shown(client):
    page = make_page()
    publish(page=page, decision=None)

    text = _text(client.get(page.url))

    for anchor in ("ket-qua", "ho-so", "cac-buoc", "dieu-kien", "can-cu", "lien-quan"):
        assert f'id="{anchor}"' not in text
        assert f'href="#{anchor}"' not in text
    assert 'id="thoi-han"' in text


def test_the_page_shows_the_version_in_force_not_a_future_one(client, birth):
    birth.requirements = "Điều kiện của năm sau"
    publish(page=birth, decision=make_decision(number="99/QĐ-UBND"), valid_from=date(2027, 1, 1))

    text = _text(client.get(birth.url))
    assert "Điều kiện của năm sau" not in text
    assert "99/QĐ-UBND" in text
    assert "01/01/2027" in text

    with time_machine.travel("2027-01-01 08:00 +0700", tick=False):
        assert "Điều kiện của năm sau" in _text(client.get(birth.url))


def test_the_preview_shows_the_draft(rf, birth):
    birth.requirements = "Bản nháp của biên tập viên"
    response = birth.make_preview_request(preview_mode="")

    assert "Bản nháp của biên tập viên" in response.rendered_content


@pytest.mark.parametrize("status", [Status.ABOLISHED, Status.EXPIRED])
def test_an_ended_procedure_says_so_and_offers_no_action(client, birth, status):
    birth.procedure.status = status
    birth.procedure.save()

    text = _text(client.get(birth.url))

    assert "notice--bad" in text
    assert str(status.label) in text


def test_a_replaced_procedure_leads_to_its_successor(client, birth):
    successor = make_procedure(core_code="1.009999")
    birth.procedure.status, birth.procedure.replaced_by = Status.REPLACED, successor
    birth.procedure.save()

    assert "/thu-tuc/ma/1.009999/" in _text(client.get(birth.url))


def test_the_registered_filing_offer_is_shown_unless_the_procedure_has_ended(client, birth, monkeypatch):
    monkeypatch.setattr(filing_links, "_providers", [])
    filing_links.register(lambda _procedure: None)
    filing_links.register(lambda procedure: filing_links.FilingLink(f"Nộp {procedure.core_code}", "/nop/"))
    assert "Nộp 1.001193" in _text(client.get(birth.url))
    birth.procedure.status = Status.ABOLISHED
    birth.procedure.save()
    assert "Nộp 1.001193" not in _text(client.get(birth.url))


def test_text_of_a_record_is_never_markup(client):
    evil = {**RECORD, "summary": "<script>alert(1)</script>", "requirements": "<img src=x onerror=alert(1)>"}
    import_records([evil], context=ImportContext(source="test"))
    page = ProcedurePage.objects.get()

    text = _text(client.get(page.url))

    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_an_unpublished_page_is_not_found_by_code(client, birth):
    birth.unpublish()

    assert client.get("/thu-tuc/ma/1.001193/").status_code == 404


def test_restricted_pages_are_in_no_list(client, birth):
    PageViewRestriction.objects.create(page=birth.get_parent(), restriction_type="login")

    assert not live_pages().exists()


def test_the_catalogue_counts_sections_fields_and_levels(client, birth):
    make_page()
    text = _text(client.get("/thu-tuc/"))

    assert 'role="search"' in text
    assert text.index('role="search"') < text.index(birth.get_parent().url)
    assert 'href="?linh-vuc=ho-tich">Hộ tịch</a> <span class="meta">1<' in text
    assert 'href="?muc-do=toan_trinh"' in text


def test_an_empty_catalogue_explains_what_to_do(client):
    make_section()

    assert 'class="empty"' in _text(client.get("/thu-tuc/"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("linh-vuc=ho-tich", True),
        ("linh-vuc=dat-dai", False),
        ("cap=cap_xa", True),
        ("cap=cap_tinh", False),
        ("muc-do=toan_trinh", True),
        ("muc-do=mot_phan", False),
        ("cap=%27%22%3Cscript", None),
        ("page=999&cap=cap_xa", True),
        ("page=x&linh-vuc=ho-tich", True),
    ],
)
def test_filters_narrow_the_list(client, birth, query, found):
    text = _text(client.get(f"{birth.get_parent().url}?{query}"))

    assert "<script" not in text.replace("<script src=", "")
    if found is not None:
        assert (birth.url in text) is found


def _fill(section, field, number):
    for _ in range(number):
        page = make_page(section=section, field=field)
        page.channels = [ProcedureChannel(channel="truc_tuyen", time_value=1, time_unit="ngay")]
        publish(page=page, decision=make_decision())


@pytest.mark.parametrize("kind", ["catalogue", "section", "procedure"])
def test_the_number_of_queries_does_not_grow(client, kind, django_assert_max_num_queries):
    agency = make_agency()
    section, field = make_section(agency), Field.objects.create(name="Hộ tịch", slug="ho-tich")
    _fill(section, field, 3)
    page = ProcedurePage.objects.first()
    url = {"catalogue": "/thu-tuc/", "section": section.url, "procedure": page.url}[kind]
    client.get(url)
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    _fill(section, field, 5)
    page.requirements = "Một thay đổi"
    publish(page=page, decision=make_decision())
    client.get(url)
    with django_assert_max_num_queries(40) as many:
        client.get(url)

    assert len(many) == len(few)


def test_procedure_page_needs_few_queries(rf, birth, django_assert_max_num_queries):
    """The page with its content, the site's header and footer, and the link to filing."""
    page = ProcedurePage.objects.get(pk=birth.pk)
    request = rf.get(page.url)
    request.csp_nonce = "x"
    page.get_url(request)

    with django_assert_max_num_queries(3):
        page.get_context(request)


@pytest.fixture
def page() -> ProcedurePage:
    page = make_page(make_section(), title="Cấp giấy phép thử")
    publish(page=page, decision=make_decision(), valid_from=date(2026, 1, 1))
    return page


def text(client: Client, page: ProcedurePage) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return response.text


def test_second_visit_needs_one_query(client, page, django_assert_num_queries):
    text(client, page)
    with django_assert_num_queries(1):
        text(client, page)


def test_first_visit_needs_at_most_eight_queries(client, page, django_assert_max_num_queries):
    other = make_page(page.get_parent().specific, title="Cấp giấy phép khác")
    publish(page=other, decision=make_decision(), valid_from=date(2026, 1, 1))
    text(client, other)  # what all pages share (site, menus, restrictions) is cached; this page is not
    with django_assert_max_num_queries(8):
        text(client, page)


def test_a_change_is_seen_by_the_next_visitor(client, page):
    assert "Cấp giấy phép thử" in text(client, page)
    page.title = "Cấp giấy phép đã đổi tên"
    publish(page=page, decision=make_decision(), valid_from=date(2026, 2, 1))
    changed = text(client, page)
    assert "Cấp giấy phép đã đổi tên" in changed
    assert "Cấp giấy phép thử" not in changed


def test_new_version_is_shown_from_midnight(client, page):
    page.title = "Cấp giấy phép từ năm mới"
    publish(page=page, decision=make_decision(), valid_from=date(2027, 1, 1))
    with time_machine.travel("2026-12-31 23:59:59 +0700", tick=False) as clock:
        assert "<h1>Cấp giấy phép thử</h1>" in text(client, page)
        clock.move_to("2027-01-01 00:00:00 +0700")
        assert "<h1>Cấp giấy phép từ năm mới</h1>" in text(client, page)


def test_cached_parts_are_not_shared_between_pages(client, page):
    other = make_page(page.get_parent().specific, title="Cấp giấy phép khác")
    publish(page=other, decision=make_decision(), valid_from=date(2026, 1, 1))
    assert "<h1>Cấp giấy phép thử</h1>" in text(client, page)
    assert "<h1>Cấp giấy phép khác</h1>" in text(client, other)


def test_cached_parts_contain_nothing_personal(client, page):
    person = User.objects.create_user(username="can-bo", password="x" * 14, full_name="Trần Thị Canary")
    signed_in = Client()
    signed_in.force_login(person)
    text(signed_in, page)
    assert "Canary" not in text(client, page)


def test_context_is_evaluated_lazily(page, django_assert_num_queries):
    request: Any = RequestFactory().get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        context = procedure_context(page, request)
    with django_assert_num_queries(1):
        assert str(context["versions"][0].number) == "1"
        assert context["procedure"].core_code == page.procedure.core_code


def test_waiting_version_with_the_same_law_hides_nothing(client):
    """It joins the period in force; the page says from when that applies, and the first number until the day."""
    page = make_page(summary="Bây giờ")
    decision = make_decision()
    publish(page=page, decision=decision, valid_from=date(2026, 11, 1))
    page.summary = "Từ năm sau"
    publish(page=page, decision=decision, valid_from=date(2027, 1, 1))

    text = _text(client.get(page.url))
    assert f"Áp dụng từ 01/11/2026 theo Quyết định {decision.number}" in text
    assert '<th scope="row"> 1 <span class="badge badge--done">đang áp dụng</span>' in text
    assert "Từ ngày 01/01/2027" not in text, "nothing changes in law"
    assert "Bây giờ" in text
    with time_machine.travel("2027-01-01 09:00 +0700", tick=False):
        text = _text(client.get(page.url))
        assert '<th scope="row"> 2 <span class="badge badge--done">đang áp dụng</span>' in text
        assert "Từ năm sau" in text
