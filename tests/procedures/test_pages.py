"""What citizens see of the catalogue."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from wagtail.models import PageViewRestriction

from core import hooks
from procedures.choices import Status
from procedures.models import Field, ProcedureChannel, ProcedurePage
from procedures.selectors import live_pages
from procedures.services import publish
from procedures.services.imports import Import, import_records
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
        {"papers": [{"name": "Tờ khai", "originals": 1, "templates": [{"name": "TK.docx"}]}]},
        {"title": "Trẻ bị bỏ rơi", "papers": [{"name": "Biên bản", "kind": "xuat_trinh"}]},
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
    import_records([RECORD], circumstances=Import(source="test"))
    return ProcedurePage.objects.get(procedure__core_code="1.001193")


def _text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split()).replace("\xa0", " ")


def test_a_procedure_says_everything_a_citizen_asks(client, birth):
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


def test_the_page_shows_the_version_in_force_not_the_coming_one(client, birth):
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


def test_the_action_comes_from_above_and_never_for_an_ended_procedure(client, birth):
    def offer(locale, procedure):
        return hooks.Action(label=f"Nộp {procedure.core_code} {locale}", url="/nop/", primary=True)

    hooks.register("procedure_actions")(offer)
    try:
        assert "Nộp 1.001193 vi" in _text(client.get(birth.url))
        birth.procedure.status = Status.ABOLISHED
        birth.procedure.save()
        assert "Nộp 1.001193" not in _text(client.get(birth.url))
    finally:
        hooks.unregister("procedure_actions", offer)


def test_text_of_a_record_is_never_markup(client):
    evil = {**RECORD, "summary": "<script>alert(1)</script>", "requirements": "<img src=x onerror=alert(1)>"}
    import_records([evil], circumstances=Import(source="test"))
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


def test_an_empty_catalogue_says_what_to_do(client):
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


def test_a_procedure_page_asks_for_little_of_its_own(rf, birth, django_assert_max_num_queries):
    """History with content; what stands around it; what upper apps ask for the action."""
    page = ProcedurePage.objects.get(pk=birth.pk)
    request = rf.get(page.url)
    request.csp_nonce = "x"
    page.get_url(request)

    with django_assert_max_num_queries(3):
        page.get_context(request)
